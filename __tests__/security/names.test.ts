import { attack } from './attack.js';

/** Attack: names from branches, tags and titles that reach a path, a command line or a page. */

it.each([
  '$(id)',
  '`id`',
  'a;b&&c|d',
  'a b',
  '😀',
  '<script>alert(1)</script>',
  '%2e%2e',
  'a?b#c',
  '--upload-pack=x',
  'x'.repeat(200),
  '__proto__',
])('the release %j is created under exactly this name', async (release) => {
  if (release.includes('/')) return expectRefused(release);
  const { result, sandbox } = await attack({ inputs: { release } });
  expect(result.exitCode).toBe(0);
  expect([...(sandbox.state.organizations.get('acme')?.releases.keys() ?? [])]).toEqual([release]);
  expect(result.outputs['release']).toBe(release);
  return undefined;
});

async function expectRefused(release: string): Promise<void> {
  const { result, sandbox } = await attack({ inputs: { release } });
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests).toEqual([]);
}

it.each(['../../../etc/passwd', '..', '.', 'latest', 'a\\b', 'a/b', `${'x'.repeat(201)}`, 'a\tb'])(
  'the release %j is refused before any request, with the reason',
  expectRefused,
);

it('a slug cannot leave its place in the path', async () => {
  const { result, sandbox } = await attack({ inputs: { org: '../../evil', projects: 'web' } });
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests.filter(({ path }) => path.includes('evil'))).toEqual([]);
});

it('commits and repositories are no options of git', async () => {
  const { result, sandbox } = await attack({
    inputs: { set_commits: 'manual', repo: '--output=/tmp/x', commit: '--upload-pack=touch x', previous_commit: '-h' },
  });
  expect(result.exitCode).toBe(1);
  expect(sandbox.requests.filter(({ method, path }) => method === 'PUT' && path.includes('releases'))).toEqual([]);
});
