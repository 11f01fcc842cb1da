import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/server.js';
import { itWithLinks } from '../support/platform.js';
import { attack, write } from './attack.js';

/** Attack: a build that points out of the workspace, so that files of the runner end up in Sentry, or are changed. */

const SECRET = 'the secret of the runner, in no bundle';

async function bytesOfBundles(sandbox: Sandbox): Promise<string> {
  const texts: string[] = [];
  for (const { bundles } of sandbox.state.organizations.values()) {
    for (const { archive } of bundles) texts.push(readFileSync(archive.path, 'latin1'));
  }
  return texts.join('\n');
}

function mapOf(source: string): string {
  return JSON.stringify({ version: 3, sources: [source, 'inside.ts'], names: [], mappings: 'AAAA;ACAA' });
}

/** The secret lies beside the workspace. `inside.ts` in it is what may be read: it proves that sources are read at all. */
async function attackSource(source: (outside: string) => string, link = false): Promise<string> {
  let bytes = '';
  await attack({
    files: { 'dist/app.js': 'a();\nb();\n//# sourceMappingURL=app.js.map\n', 'dist/inside.ts': 'may be read' },
    prepare(workspace) {
      const outside = join(workspace, '..', 'secret.txt');
      write(outside, SECRET);
      if (link) symlinkSync(outside, join(workspace, 'dist', 'link.ts'));
      write(join(workspace, 'dist', 'app.js.map'), mapOf(source(outside)));
    },
    look: async ({ sandbox }) => {
      bytes = await bytesOfBundles(sandbox);
    },
  });
  return bytes;
}

it.each([
  ['an absolute path', (outside: string) => outside],
  ['dots', () => '../../secret.txt'],
  ['encoded dots', () => '%2e%2e/%2e%2e/secret.txt'],
  ['a file: URL', (outside: string) => `file://${outside}`],
  ['a path that only starts like the workspace', (outside: string) => join(outside, '..', 'workspace-evil', 'x')],
])('a source named by %s is not read into the bundle', async (_name, source) => {
  const bytes = await attackSource(source);
  expect(bytes).toContain('may be read');
  expect(bytes).not.toContain(SECRET);
});

itWithLinks('a source named by a symlink is not read into the bundle', async () => {
  const bytes = await attackSource(() => 'link.ts', true);
  expect(bytes).toContain('may be read');
  expect(bytes).not.toContain(SECRET);
});

itWithLinks('a script that is a link out of the workspace is not uploaded', async () => {
  let bytes = '';
  const { result } = await attack({
    files: { 'dist/app.js': 'a();\n' },
    prepare(workspace) {
      write(join(workspace, '..', 'outside.js'), `"${SECRET}";`);
      symlinkSync(join(workspace, '..', 'outside.js'), join(workspace, 'dist', 'link.js'));
    },
    look: async ({ sandbox }) => {
      bytes = await bytesOfBundles(sandbox);
    },
  });
  expect(result.log).toContain('dist/link.js');
  expect(bytes).not.toContain(SECRET);
});

itWithLinks(
  'a script that is a link to the configuration of git is neither uploaded nor changed: it holds a token',
  async () => {
    const config = `[http "https://github.com/"]\n\textraheader = "${SECRET}"\n`;
    let bytes = '';
    let after = '';
    const { result } = await attack({
      prepare(workspace) {
        write(join(workspace, 'dist', 'app.js'), 'a();\n');
        write(join(workspace, '.git', 'config'), config);
        symlinkSync(join('..', '.git', 'config'), join(workspace, 'dist', 'link.js'));
      },
      look: async ({ sandbox, workspace }) => {
        bytes = await bytesOfBundles(sandbox);
        after = readFileSync(join(workspace, '.git', 'config'), 'utf8');
      },
    });
    expect(result.log).toContain('dist/link.js');
    expect(bytes).toContain('a();');
    expect(bytes).not.toContain(SECRET);
    expect(after).toBe(config);
  },
);

itWithLinks.each([
  ['files', 'outside.js', 'dist/link.js'],
  ['folders', '', 'dist/linked'],
])(
  'scripts and maps behind %s that link out of the workspace are neither changed nor deleted',
  async (_kind, to, link) => {
    const script = 'secret();\n//# sourceMappingURL=outside.js.map\n';
    const after: string[] = [];
    await attack({
      inputs: { delete_after_upload: 'true' },
      files: { 'dist/app.js': 'a();\n' },
      prepare(workspace) {
        const outside = join(workspace, '..', 'outside');
        write(join(outside, 'outside.js'), script);
        write(join(outside, 'outside.js.map'), mapOf('x'));
        symlinkSync(join(outside, to), join(workspace, link));
        if (to !== '') symlinkSync(join(outside, 'outside.js.map'), join(workspace, 'dist', 'outside.js.map'));
      },
      look({ workspace }) {
        const outside = join(workspace, '..', 'outside');
        for (const name of readdirSync(outside).sort()) after.push(readFileSync(join(outside, name), 'utf8'));
      },
    });
    expect(after).toEqual([script, mapOf('x')]);
  },
);

it('a reference that leaves the workspace pairs with nothing, and nothing out there is deleted', async () => {
  let left = false;
  let bytes = '';
  await attack({
    inputs: { delete_after_upload: 'true' },
    files: { 'dist/app.js': 'a();\n//# sourceMappingURL=../../victim.map\n' },
    prepare: (workspace) => write(join(workspace, '..', 'victim.map'), mapOf(SECRET)),
    look: async ({ sandbox, workspace }) => {
      left = existsSync(join(workspace, '..', 'victim.map'));
      bytes = await bytesOfBundles(sandbox);
    },
  });
  expect(left).toBe(true);
  expect(bytes).not.toContain(SECRET);
});

it('a pattern that leaves the workspace takes no file from there', async () => {
  let bytes = '';
  const { result } = await attack({
    inputs: { sourcemaps: '../other' },
    prepare: (workspace) => write(join(workspace, '..', 'other', 'x.js'), `"${SECRET}"`),
    look: async ({ sandbox }) => {
      bytes = await bytesOfBundles(sandbox);
    },
  });
  expect(result.exitCode).toBe(1);
  expect(bytes).not.toContain(SECRET);
});

it('no temporary file is left beside the build', async () => {
  let names: string[] = [];
  await attack({ look: ({ workspace }) => (names = readdirSync(join(workspace, 'dist')).sort()) });
  expect(names).toEqual(['app.js', 'app.js.map']);
});
