import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { PROFILES } from '../../sandbox/profiles.js';
import { onWindows } from '../support/platform.js';
import { assembleBody, call, send, sha1, smallBundle, start, stopAll, TOKEN, upload } from './client.js';

afterEach(stopAll);

const assemble = 'artifactbundle/assemble/';

describe('the log', () => {
  it('has the JSON body and the token by name, never the secret', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
    const logFile = join(folder, 'log.jsonl');
    const sandbox = await start({ logFile });
    await call(sandbox, 'POST', 'releases/', { version: '1', projects: ['web'] });
    const [line = ''] = readFileSync(logFile, 'utf8').split('\n');
    rmSync(folder, { recursive: true });
    const record: unknown = JSON.parse(line);
    const body = { version: '1', projects: ['web'] };
    expect(record).toMatchObject({ method: 'POST', status: 201, token: 'user', authorization: true, json: body });
    expect(record).toMatchObject({ path: '/api/0/organizations/acme/releases/', bytes: JSON.stringify(body).length });
    expect(line).not.toContain(TOKEN);
    expect(sandbox.requests).toEqual([record]);
  });
});

describe('the log in memory', () => {
  it('gives up the oldest bodies beyond eight megabytes, and keeps the requests', async () => {
    const sandbox = await start();
    const large = { checksum: 'x'.repeat(3_000_000) };
    for (let n = 0; n < 4; n += 1) await call(sandbox, 'POST', assemble, large);
    expect(sandbox.requests.map((entry) => entry.json !== undefined)).toEqual([false, false, true, true]);
  });
});

describe('paging', () => {
  it('follows Link through every row once, and says where rows are', async () => {
    const repositories = Array.from({ length: 7 }, (_, n) => ({ name: `acme/r${n}` }));
    const sandbox = await start({ organizations: [{ slug: 'acme', projects: [{ slug: 'web' }], repositories }] });
    const names: string[] = [];
    const flags: string[] = [];
    let path: string | undefined = '/api/0/organizations/acme/repos/?per_page=3';
    while (path !== undefined) {
      const answer = await call(sandbox, 'GET', path);
      names.push(...(answer.json as { name: string }[]).map((row) => row.name));
      const link = answer.headers.get('link') ?? '';
      flags.push([...link.matchAll(/rel="(\w+)"; results="(\w+)"/g)].map((match) => match.slice(1).join('=')).join());
      const next: string | undefined = /<([^>]+)>; rel="next"; results="true"/.exec(link)?.[1];
      path = next?.slice(sandbox.url.length);
    }
    expect(names).toEqual(repositories.map((repository) => repository.name));
    expect(flags).toEqual(['previous=false,next=true', 'previous=true,next=true', 'previous=true,next=false']);
  });

  it.each(['per_page=0', 'per_page=101', 'per_page=x', 'cursor=abc'])('refuses %s', async (query) => {
    const sandbox = await start();
    expect((await call(sandbox, 'GET', `repos/?${query}`)).status).toBe(400);
  });
});

describe('refs', () => {
  it('fetch the commits between the previous release and the new one from a repository with a history', async () => {
    const history = ['c4', 'c3', 'c2', 'c1'].map((id) => ({ id, message: `Change ${id}` }));
    const repositories = [{ name: 'acme/web', provider: 'integrations:github', history }];
    const sandbox = await start({ organizations: [{ slug: 'acme', projects: [{ slug: 'web' }], repositories }] });
    const create = async (version: string, commit: string) => {
      const refs = [{ repository: 'acme/web', commit }];
      await call(sandbox, 'POST', 'releases/', { version, projects: ['web'], refs });
      await sandbox.idle();
      return sandbox.state.organizations
        .get('acme')
        ?.releases.get(version)
        ?.commits.map((row) => row.id);
    };
    expect(await create('1', 'c2')).toEqual(['c2', 'c1']);
    expect(await create('2', 'c4')).toEqual(['c4', 'c3']);
  });
});

describe('rate limits', () => {
  it('count per method in fixed windows, and let a proxy add Retry-After', async () => {
    const limits = { default: { limit: 1, windowSeconds: 10 } };
    const sandbox = await start({ limits, options: { selfHosted: false, proxyRetryAfterSeconds: 4 } });
    sandbox.clock.freeze(1_000_000_005_000);
    expect((await call(sandbox, 'GET', '/api/0/')).status).toBe(200);
    const refused = await call(sandbox, 'GET', '/api/0/');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('4');
    expect(refused.headers.get('x-sentry-rate-limit-reset')).toBe('1000000010');
    expect((await call(sandbox, 'POST', assemble, {})).status).toBe(400);
    sandbox.clock.advance(5000);
    expect((await call(sandbox, 'GET', '/api/0/')).status).toBe(200);
  });
});

describe('rate-limit headers', () => {
  const headersOf = async (sandbox: Awaited<ReturnType<typeof start>>, path: string) => {
    const { headers } = await call(sandbox, 'GET', path);
    const names = ['limit', 'remaining', 'reset', 'concurrentlimit', 'concurrentremaining'];
    return names.map((name) => headers.get(`x-sentry-rate-limit-${name}`));
  };

  it('are five, and the groups count apart', async () => {
    const sandbox = await start({
      limits: { default: { limit: 1, windowSeconds: 10 } },
      options: { selfHosted: false },
    });
    sandbox.clock.freeze(1_000_000_005_000);
    expect(await headersOf(sandbox, '/api/0/')).toEqual(['1', '0', '1000000010', '25', '24']);
    expect((await call(sandbox, 'GET', '/api/0/')).status).toBe(429);
    const cli = await call(sandbox, 'GET', 'chunk-upload/');
    expect(cli.status).toBe(200);
  });

  it('are none on a server of one’s own', async () => {
    const sandbox = await start({ options: { selfHosted: true } });
    expect(await headersOf(sandbox, '/api/0/')).toEqual([null, null, null, null, null]);
  });
});

describe('the permission cache', () => {
  it('remembers a refusal for a minute', async () => {
    const tokens = [
      { kind: 'user' as const, token: TOKEN, scopes: ['project:write'], teams: ['mine'] },
      { kind: 'org' as const, token: 'sntrys_x', scopes: ['org:ci'] },
    ];
    const projects = [
      { slug: 'web', teams: ['theirs'] },
      { slug: 'own', teams: ['mine'] },
    ];
    const organizations = [{ slug: 'acme', projects, openMembership: false }];
    const sandbox = await start({ tokens, organizations, options: { permissionCache: true } });
    const create = (project: string) =>
      fetch(`${sandbox.url}/api/0/organizations/acme/releases/`, {
        method: 'POST',
        headers: { Authorization: 'Bearer sntrys_x', 'Content-Type': 'application/json' },
        body: JSON.stringify({ version: '1', projects: [project] }),
      });
    await create('web');
    expect((await call(sandbox, 'GET', 'releases/1/')).status).toBe(404);
    await create('own');
    expect((await call(sandbox, 'GET', 'releases/1/')).status).toBe(404);
    sandbox.clock.advance(60_000);
    expect((await call(sandbox, 'GET', 'releases/1/')).status).toBe(200);
  });
});

describe('profiles', () => {
  it.each([...PROFILES])('%s starts and gives chunk options', async (profile) => {
    const sandbox = await start({ profile });
    const { json } = await call(sandbox, 'GET', 'chunk-upload/');
    expect(json).toMatchObject({ hashAlgorithm: 'sha1', url: expect.stringContaining(sandbox.url) });
  });

  it('glitchtip never names what is missing, stays created, reads file_gzip alone, and files the bundle all the same', async () => {
    const sandbox = await start({ profile: 'glitchtip' });
    const bytes = smallBundle();
    const ask = () => call(sandbox, 'POST', assemble, assembleBody(bytes));
    expect((await ask()).json).toEqual({ state: 'created', missingChunks: [] });
    await upload(sandbox, [bytes], 'file');
    expect(sandbox.state.organizations.get('acme')?.chunks.size).toBe(0);
    const form = new FormData();
    form.append('file_gzip', new Blob([new Uint8Array(gzipSync(bytes))]), sha1(bytes));
    const url = `${sandbox.url}/api/0/organizations/acme/chunk-upload/`;
    await fetch(url, { method: 'POST', headers: { Authorization: `Bearer ${TOKEN}` }, body: form });
    expect((await ask()).json).toEqual({ state: 'created', missingChunks: [] });
    await sandbox.idle();
    expect((await ask()).json).toEqual({ state: 'created', missingChunks: [] });
    expect(sandbox.state.organizations.get('acme')?.bundles).toHaveLength(1);
    expect((await call(sandbox, 'GET', 'repos/')).status).toBe(404);
    expect((await call(sandbox, 'GET', '/api/0/')).json).toMatchObject({ auth: null });
    const create = () => call(sandbox, 'POST', 'releases/', { version: '1', projects: ['web'] });
    expect([(await create()).status, (await create()).status]).toEqual([201, 500]);
  });

  it('bugsink has no releases, two-megabyte chunks, and errors under "error"', async () => {
    const sandbox = await start({ profile: 'bugsink' });
    expect((await call(sandbox, 'POST', 'releases/', { version: '1', projects: ['web'] })).status).toBe(404);
    const large = await upload(sandbox, [Buffer.alloc(2 * 1024 * 1024 + 1)]);
    expect([large.status, large.json]).toEqual([413, { error: 'Chunk size too large' }]);
    expect((await send(sandbox, smallBundle())).json).toMatchObject({ state: 'created' });
    expect(sandbox.state.organizations.get('acme')?.bundles).toHaveLength(1);
    const unknown = await call(sandbox, 'GET', '/api/0/organizations/nobody/chunk-upload/');
    expect(unknown.json).toEqual({ error: 'The requested resource does not exist' });
  });

  it('a name that is none is refused with the names there are', async () => {
    await expect(start({ profile: 'nothing' })).rejects.toThrow('sentry-io, self-hosted, glitchtip, bugsink');
  });
});

describe('the fast mode', () => {
  it('finds the names of chunks wherever the stream is cut, counts bytes, and keeps nothing', async () => {
    const sandbox = await start({ fast: true });
    const parts = Array.from({ length: 40 }, (_, n) => Buffer.alloc(20_000, n));
    const chunks = parts.map((part) => sha1(part));
    const body = { checksum: '0'.repeat(40), chunks, projects: ['web'] };
    expect((await call(sandbox, 'POST', assemble, body)).json).toEqual({ state: 'not_found', missingChunks: chunks });
    expect((await upload(sandbox, parts)).status).toBe(200);
    expect((await call(sandbox, 'POST', assemble, body)).json).toEqual({ state: 'created', missingChunks: [] });
    expect((await call(sandbox, 'POST', assemble, body)).json).toMatchObject({ state: 'ok' });
    expect(sandbox.state.organizations.get('acme')?.chunks.size).toBe(0);
    const stats = (await call(sandbox, 'GET', '/_sandbox/stats')).json;
    expect(stats).toMatchObject({ requests: 4, chunkRequests: 1, chunks: 40, assembleRequests: 3 });
    expect((stats as { bytesIn: number }).bytesIn).toBeGreaterThan(800_000);
  });

  it('can have everything and finish at once', async () => {
    const sandbox = await start({ fast: { has: 'everything', finish: 'at-once' } });
    const body = { checksum: '0'.repeat(40), chunks: ['1'.repeat(40)], projects: ['web'] };
    expect((await call(sandbox, 'POST', assemble, body)).json).toMatchObject({ state: 'ok' });
    expect((await call(sandbox, 'POST', assemble, { ...body, projects: [1] })).status).toBe(400);
  });
});

describe('the command', () => {
  it('prints one line with its url, serves what the config declares, and ends on SIGTERM without leaving its folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'));
    const config = join(folder, 'config.json');
    const tokens = [{ kind: 'org', token: 'sntrys_made', scopes: ['org:ci'] }];
    writeFileSync(config, JSON.stringify({ organizations: [{ slug: 'mine', projects: [{ slug: 'p' }] }], tokens }));
    const cli = fileURLToPath(new URL('../../sandbox/cli.ts', import.meta.url));
    const args = ['--import', 'tsx', cli, '--port', '0', '--config', config, '--log', join(folder, 'log.jsonl')];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, TMPDIR: folder, TEMP: folder, NODE_OPTIONS: '' },
    });
    let out = '';
    child.stdout.on('data', (piece: Buffer) => {
      out += piece.toString();
    });
    await once(child.stdout, 'data');
    const { url } = JSON.parse(out) as { url: string };
    const headers = { Authorization: 'Bearer sntrys_made' };
    expect((await fetch(`${url}/api/0/organizations/mine/repos/`, { headers })).status).toBe(200);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    // Windows cannot tell a process to end: there it is ended, and cleans nothing up.
    expect(code).toBe(onWindows ? null : 0);
    expect(out.trim().split('\n')).toHaveLength(1);
    if (!onWindows) expect(readdirSync(folder).filter((name) => name.startsWith('sentry-sandbox-'))).toEqual([]);
    expect(readFileSync(join(folder, 'log.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1);
    rmSync(folder, { recursive: true });
  });
});
