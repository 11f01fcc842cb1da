import { createGit, type Git } from '../../../src/commits/git.js';
import { submoduleRefs } from '../../../src/commits/refs.js';
import { findSubmodules } from '../../../src/commits/submodules.js';
import { makeRepo, recordLog, removeRepos } from '../../integration/commits-support.js';

afterAll(removeRepos);

const module = (path: string, url: string) => `[submodule "${path}"]\n\tpath = ${path}\n\turl = ${url}\n`;

async function submodulesOf(paths: Readonly<Record<string, string>>, recorded: readonly string[]) {
  const modules = Object.entries(paths).map(([path, url]) => module(path, url));
  const links = recorded.map((path) => [path, { mode: '160000', data: '1'.repeat(40) }] as const);
  const files = { '.gitmodules': modules.join(''), plain: 'x', ...Object.fromEntries(links) };
  const repo = makeRepo([{ id: 'a', files }]);
  const git = createGit({ cwd: repo.dir, env: { PATH: process.env['PATH'], HOME: repo.dir }, log: recordLog() });
  let commands = 0;
  const counted: Git = {
    root: git.root,
    run: (args, options) => {
      commands += 1;
      return git.run(args, options);
    },
  };
  const found = await findSubmodules(counted, repo.sha('a'), 'git@github.com:acme/web.git');
  return {
    found: found.map(({ path, url, commit }) => `${path} ${url.host}/${url.path} ${commit.slice(0, 3)}`),
    commands,
  };
}

it('a submodule has the commit that is recorded for its path; what is no submodule has none', async () => {
  const { found } = await submodulesOf(
    {
      'vendor/lib': '../lib.git',
      'a*b': 'https://gitlab.com/x/y',
      ':(icase)c': '../c',
      plain: '../plain',
      gone: '../gone',
    },
    ['vendor/lib', 'a*b', ':(icase)c'],
  );
  expect(found).toEqual([
    'vendor/lib github.com/acme/lib 111',
    'a*b gitlab.com/x/y 111',
    ':(icase)c github.com/acme/c 111',
  ]);
});

it.each(['../outside', '/etc', 'x/../../y', 'C:/x'])(
  'the path %s does not hide the submodules beside it',
  async (path) => {
    const { found } = await submodulesOf({ [path]: '../evil', lib: '../lib' }, ['lib']);
    expect(found).toEqual(['lib github.com/acme/lib 111']);
  },
);

it('five thousand of them take few commands: whoever opens a pull request writes the list', async () => {
  const many = Array.from({ length: 5000 }, (_, index) => [`m/${index}`, '../lib'] as const);
  const { found, commands } = await submodulesOf(Object.fromEntries(many), ['m/4999']);
  expect(found).toEqual(['m/4999 github.com/acme/lib 111']);
  expect(commands).toBeLessThanOrEqual(51);
});

it.each([{ provider: 'unknown' }, { status: 'disabled' }, { url: undefined }])(
  'a row with %j is no repository that Sentry can read the submodule from',
  (more) => {
    const url = 'https://github.com/acme/lib';
    const row = { ...{ id: '1', name: 'acme/lib', url, externalSlug: 'acme/lib' }, provider: 'integrations:github' };
    const submodules = [{ path: 'lib', url: { host: 'github.com', path: 'acme/lib' }, commit: '1'.repeat(40) }];
    expect(submoduleRefs([{ ...row, status: 'active' }], submodules)).toHaveLength(1);
    expect(submoduleRefs([{ ...row, status: 'active', ...more }], submodules)).toEqual([]);
  },
);

it('thousands of submodules and of repositories in Sentry are matched in a moment', () => {
  const rows = Array.from({ length: 5000 }, (_, index) => ({
    ...{
      id: `${index}`,
      name: `acme/lib${index}`,
      url: `https://github.com/Acme/lib${index}`,
      externalSlug: undefined,
    },
    ...{ provider: 'integrations:github', status: 'active' },
  }));
  const submodules = rows.map((_, index) => ({
    path: `m/${index}`,
    url: { host: 'github.com', path: `acme/lib${index}` },
    commit: '1'.repeat(40),
  }));
  const begin = performance.now();
  const refs = submoduleRefs(rows, submodules);
  expect(performance.now() - begin).toBeLessThan(2000);
  expect(refs.map(({ repository }) => repository)).toEqual(rows.map(({ name }) => name));
});
