/** The whole flow, through dist, against each kind of server that speaks this protocol. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import type { Organization } from '../../sandbox/state/types.js';
import { exampleWorkspace } from '../support/workspace.js';
import { type RunResult, runAction } from './harness.js';

const SHA = 'c0ffee12'.repeat(5);
const TOKEN = `sntryi_${'c0de'.repeat(16)}`;

let sandbox: Sandbox;
let workspace: string;

afterEach(async () => {
  await sandbox.close();
  rmSync(workspace, { recursive: true, force: true });
});

async function start(profile: string): Promise<void> {
  workspace = exampleWorkspace('profiles');
  sandbox = await startSandbox({
    profile,
    organizations: [
      {
        slug: 'acme',
        projects: [{ slug: 'web' }, { slug: 'admin' }],
        repositories: [{ name: 'acme/web', url: 'https://github.com/acme/web', provider: 'integrations:github' }],
      },
    ],
    tokens: [{ kind: 'integration', token: TOKEN, org: 'acme', scopes: ['org:read', 'project:releases'] }],
  });
}

function run(inputs: Readonly<Record<string, string>>): Promise<RunResult> {
  return runAction({
    cwd: workspace,
    env: { GITHUB_REPOSITORY: 'acme/web', GITHUB_SHA: SHA },
    inputs: {
      ...{ auth_token: TOKEN, url: sandbox.url, org: 'acme', projects: 'web, admin', sourcemaps: 'dist' },
      ...{ release: 'shop@1', set_commits: 'skip' },
      ...inputs,
    },
  });
}

function organization(): Organization {
  const found = sandbox.state.organizations.get('acme');
  if (found === undefined) throw new Error('no organization');
  return found;
}

function errorsOf({ annotations }: RunResult): string {
  const errors = annotations.filter(({ severity }) => severity === 'error');
  return errors.map(({ message }) => message).join('\n');
}

/** What a stack in the build comes to, asked with the debug id that the action put into the script. */
async function resolveTop(): Promise<unknown> {
  const assets = join(workspace, 'dist', 'assets');
  const name = readdirSync(assets).find((file) => /^order-\w+\.js$/.test(file)) ?? '';
  const lines = readFileSync(join(assets, name), 'utf8').split('\n');
  const lineno = lines.findIndex((line) => line.includes('throw new RangeError')) + 1;
  const colno = (lines[lineno - 1] ?? '').indexOf('new RangeError') + 1;
  const debugId = /\/\/# debugId=(\S+)/.exec(lines.join('\n'))?.[1];
  const filename = `https://shop.example/assets/${name}`;
  const response = await fetch(`${sandbox.url}/_sandbox/resolve`, {
    method: 'POST',
    body: JSON.stringify({ org: 'acme', frames: [{ filename, lineno, colno }], debugIds: { [filename]: debugId } }),
  });
  const { frames } = (await response.json()) as { frames: { original?: { contextLine?: string } }[] };
  return frames[0]?.original?.contextLine?.trim();
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: the line as it stands in the source
const THROWN_AT = 'throw new RangeError(`Coupon ${coupon} has no rate for ${category}`);';

const paths = (method: string): string[] =>
  sandbox.requests.filter((request) => request.method === method).map(({ path }) => path);

describe.each(['sentry-io', 'self-hosted'])('%s', (profile) => {
  it('gets release, source maps and deploy, and the release is finalized', async () => {
    await start(profile);
    const result = await run({ environment: 'production', wait: 'true', verify: 'true' });
    expect(result.annotations).toEqual([]);
    expect(result).toMatchObject({ exitCode: 0, outputs: { result: 'success', release: 'shop@1', files: '6' } });
    const release = organization().releases.get('shop@1');
    expect(release?.dateReleased).toBeDefined();
    expect(release?.projects.map(({ slug }) => slug).sort()).toEqual(['admin', 'web']);
    expect(release?.deploys.map(({ environment }) => environment)).toEqual(['production']);
    expect(organization().bundles[0]?.releases).toEqual([{ release: 'shop@1', dist: '' }]);
    expect(result.outputs['bundle_id']).toBe(organization().bundles[0]?.bundleId);
    expect(await resolveTop()).toBe(THROWN_AT);
  });

  it('is told the commit as a ref of the repository that is connected, and reads the commits itself', async () => {
    await start(profile);
    const result = await run({ set_commits: 'auto' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { commits_source: 'integration' } });
    expect(result.log).toContain('Sentry reads the commits itself');
    const puts = sandbox.requests.filter(
      ({ method, path }) => method === 'PUT' && /\/releases\/shop(?:@|%40)1\/$/.test(path),
    );
    expect(puts.filter(({ json }) => json !== undefined && 'refs' in (json as object)).map(({ json }) => json)).toEqual(
      [{ refs: [{ repository: 'acme/web', commit: SHA }] }],
    );
  });

  it('gets nothing twice when the run is repeated', async () => {
    await start(profile);
    const inputs = { environment: 'production', wait: 'true' };
    await run(inputs);
    const chunks = paths('POST').filter((path) => path.endsWith('/chunk-upload/')).length;
    const released = organization().releases.get('shop@1')?.dateReleased;
    const again = await run(inputs);
    expect(again).toMatchObject({ exitCode: 0, outputs: { result: 'success', uploaded_bytes: '0' } });
    expect(paths('POST').filter((path) => path.endsWith('/chunk-upload/'))).toHaveLength(chunks);
    expect(organization().bundles).toHaveLength(1);
    expect(organization().releases.get('shop@1')?.deploys).toHaveLength(1);
    expect(organization().releases.get('shop@1')?.dateReleased).toBe(released);
  });
});

describe('GlitchTip', () => {
  it('gets release and source maps, with every chunk sent before assemble', async () => {
    await start('glitchtip');
    const result = await run({});
    expect(result).toMatchObject({ exitCode: 0, outputs: { release: 'shop@1', files: '6' } });
    await sandbox.idle();
    expect(organization().releases.has('shop@1')).toBe(true);
    const posts = paths('POST');
    const firstAssemble = posts.findIndex((path) => path.includes('assemble'));
    expect(posts.findLastIndex((path) => path.endsWith('/chunk-upload/'))).toBeLessThan(firstAssemble);
    expect(await resolveTop()).toBe(THROWN_AT);
  });

  it('knows no repositories: that is not blamed on the token', async () => {
    await start('glitchtip');
    const result = await run({ set_commits: 'auto' });
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain('acme/web is not connected in Sentry');
    expect(result.log).not.toContain('the token may not list');
  });

  it('never tells that it is done: whoever asks to wait is told so', async () => {
    await start('glitchtip');
    const result = await run({ wait: '1' });
    expect(result.exitCode).toBe(1);
    expect(errorsOf(result)).toMatch(/not processed the bundle within 1 s .*"created"/);
  });

  it('can be given the same release again, though it answers 500 to that', async () => {
    await start('glitchtip');
    await run({});
    expect(await run({})).toMatchObject({ exitCode: 0 });
  });

  it('has no deploys: the error says so, and which input leaves them out', async () => {
    await start('glitchtip');
    const result = await run({ environment: 'production' });
    expect(result.exitCode).toBe(1);
    expect(errorsOf(result)).toMatch(/deploy/i);
    expect(errorsOf(result)).toContain('environment');
  });
});

describe('Bugsink', () => {
  it('gets source maps, tied by debug id alone, in chunks of its size', async () => {
    await start('bugsink');
    const result = await run({ create_release: 'false', release: '' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { files: '6' } });
    await sandbox.idle();
    expect(organization().releases.size).toBe(0);
    expect(paths('POST').filter((path) => path.includes('/releases/'))).toEqual([]);
    expect(await resolveTop()).toBe(THROWN_AT);
  });

  it('has no releases: the error says so, and which input leaves them out', async () => {
    await start('bugsink');
    const result = await run({});
    expect(result.exitCode).toBe(1);
    expect(errorsOf(result)).toMatch(/release/i);
    expect(errorsOf(result)).toContain('create_release');
  });
});
