'use strict';

/**
 * In the bundle, this is undici's lib/dispatcher/client-h2.js: every client loads it, and with it Node's http2. A connection is
 * spoken to in HTTP/2 only where `allowH2` is set, which nobody in the bundle does.
 */
module.exports = () => {
  throw new Error('HTTP/2 is not part of this bundle (scripts/bundled/undici-client-h2.cjs)');
};
