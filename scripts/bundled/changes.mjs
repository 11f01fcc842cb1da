/**
 * How the bundle's copies of the packages differ from what npm installs, so that a run neither reads nor evaluates what it does not
 * need. What the packages do stays the same. Paths are relative to node_modules.
 */

/** The versions that this was written for: for another one, each change has to be looked at again. */
export const VERSIONS = { '@actions/core': '3.0.1', '@actions/http-client': '4.0.1', undici: '6.29.1' };

/** Files by what stands in for them, in this folder. */
export const REPLACED = {
  'undici/index.js': 'undici.cjs',
  'undici/lib/dispatcher/client-h2.js': 'undici-client-h2.cjs',
};

/** New files. */
export const ADDED = { 'undici/lib/assert.js': 'undici-assert.cjs' };

/** In every file of the folder that has it. */
export const EDITED_EVERYWHERE = [
  { folder: 'undici/lib', from: "require('node:assert')", to: "require('undici/lib/assert.js')" },
];

/**
 * Modules of Node are loaded where they are used. Of http, undici takes a limit that we give it ourselves, and the class of a stream
 * that is a request's body: its name says as much.
 */
export const EDITED = [
  { file: '@actions/core/lib/file-command.js', from: "import * as crypto from 'crypto';\n", to: '' },
  {
    file: '@actions/core/lib/file-command.js',
    from: 'crypto.randomUUID()',
    to: "process.getBuiltinModule('crypto').randomUUID()",
  },
  { file: 'undici/lib/core/util.js', from: "const { IncomingMessage } = require('node:http')\n", to: '' },
  {
    file: 'undici/lib/core/util.js',
    from: '.constructor === IncomingMessage',
    to: ".constructor.name === 'IncomingMessage'",
  },
  { file: 'undici/lib/dispatcher/client.js', from: "const http = require('node:http')\n", to: '' },
  {
    file: 'undici/lib/dispatcher/client.js',
    from: '|| http.maxHeaderSize',
    to: "|| require('node:http').maxHeaderSize",
  },
];

/**
 * Packages whose modules do nothing when they are evaluated, which they do not declare. The bundler then leaves out what nobody
 * imports: of @actions/core the OIDC client (and with it the HTTP client), the job summary and what it tells of the platform.
 */
export const PURE = ['@actions/core', '@actions/http-client'];
