'use strict';

/** In the bundle, undici asserts with this: Node's assert takes longer to load than to connect, and is needed when one fails. */
module.exports = (value, message) => {
  if (!value) require('node:assert')(value, message);
};
