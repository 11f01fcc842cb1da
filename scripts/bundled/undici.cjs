'use strict';

/**
 * In the bundle, this is undici's index.js. Its own evaluates all of undici (mock agents, WebSocket, cookies, cache, …) before the
 * first request. Each name is undici's; what few runs need is evaluated at its first use.
 */
const Dispatcher = require('./lib/dispatcher/dispatcher.js');

// As in undici's index.js, but only the one method that we call.
Dispatcher.prototype.request = require('./lib/api/api-request.js');

exports.Pool = require('./lib/dispatcher/pool.js');
exports.buildConnector = require('./lib/core/connect.js');
Object.defineProperty(exports, 'Agent', { enumerable: true, get: () => require('./lib/dispatcher/agent.js') });
Object.defineProperty(exports, 'ProxyAgent', {
  enumerable: true,
  get: () => require('./lib/dispatcher/proxy-agent.js'),
});
Object.defineProperty(exports, 'fetch', { enumerable: true, get: () => require('./lib/web/fetch/index.js').fetch });
