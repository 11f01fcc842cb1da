import { join } from 'node:path';
import type { SourceMapInputs } from '../../../src/inputs/inputs.js';
import { discover } from '../../../src/sourcemaps/discover.js';
import { describeWithLinks, onWindows } from '../../support/platform.js';
import { MAP, makeTree, removeTrees, sourceMapInputs } from './workspace.js';

afterAll(removeTrees);

function find(root: string, patterns: readonly string[], change: Partial<SourceMapInputs> = {}, below = '') {
  return discover({
    sourcemaps: sourceMapInputs(patterns, change),
    workspace: root,
    workingDirectory: join(root, below),
  });
}

function names(root: string, patterns: readonly string[], change: Partial<SourceMapInputs> = {}, below = ''): string[] {
  return find(root, patterns, change, below).files.map(({ name }) => name);
}

type Row = [string, string[], string[]];

const BUILD = {
  'dist/app.js': 'a',
  'dist/app.js.map': MAP,
  'dist/js/b.mjs': 'b',
  'dist/js/b.test.js': 'b',
  'dist/js/c.cjs': 'c',
  'dist/style.css': 's',
  'dist/UPPER.JS': 'upper',
  'dist/.hidden.js': 'h',
  'dist/.cache/d.js': 'd',
  'dist/node_modules/m/e.js': 'e',
  'other/f.js': 'f',
};

describe('which files a pattern stands for', () => {
  const root = makeTree(BUILD);

  it.each<[string, string[], string[]]>([
    [
      'a folder is searched to the bottom, for scripts and maps; hidden folders and node_modules are left out',
      ['dist'],
      ['dist/.hidden.js', 'dist/app.js', 'dist/app.js.map', 'dist/js/b.mjs', 'dist/js/b.test.js', 'dist/js/c.cjs'],
    ],
    ['a folder may end in a slash and start with ./', ['./other/'], ['other/f.js']],
    ['a file is taken whatever its extension', ['dist/style.css'], ['dist/style.css']],
    ['a hidden folder is read when it is named', ['dist/.cache'], ['dist/.cache/d.js']],
    ['an ignored folder is read when it is named', ['dist/node_modules/m'], ['dist/node_modules/m/e.js']],
    ['* stays in its folder and takes hidden files', ['dist/*.js'], ['dist/.hidden.js', 'dist/app.js']],
    [
      '** goes down, past hidden and ignored folders',
      ['dist/**/*.js'],
      ['dist/.hidden.js', 'dist/app.js', 'dist/js/b.test.js'],
    ],
    ['** may stand for nothing', ['dist/**/app.js'], ['dist/app.js']],
    ['a folder matched by a glob is searched', ['d*/js'], ['dist/js/b.mjs', 'dist/js/b.test.js', 'dist/js/c.cjs']],
    ['braces give alternatives', ['dist/js/{b,c}.{mjs,cjs}'], ['dist/js/b.mjs', 'dist/js/c.cjs']],
    ['? and [sets] match one character', ['dist/js/?.[cm]js'], ['dist/js/b.mjs', 'dist/js/c.cjs']],
    ['a glob that names an extension takes files of it', ['dist/*.css'], ['dist/style.css']],
    [
      'a glob that names none takes scripts and maps only',
      ['dist/app*', 'dist/style*'],
      ['dist/app.js', 'dist/app.js.map'],
    ],
    ['a hidden folder is matched by a glob that names it', ['dist/.*/*.js'], ['dist/.cache/d.js']],
    ['a trailing /** is the folder itself', ['dist/js/**'], ['dist/js/b.mjs', 'dist/js/b.test.js', 'dist/js/c.cjs']],
    [
      'a trailing slash on a glob means folders only',
      ['dist/*/'],
      ['dist/js/b.mjs', 'dist/js/b.test.js', 'dist/js/c.cjs'],
    ],
    ['a file that two patterns reach is one file', ['other', 'other/f.js', 'other/*.js'], ['other/f.js']],
  ])('%s', (_, patterns, expected) => {
    expect(names(root, patterns)).toEqual(expected);
  });

  it('counts what each pattern matches on its own, in the order of the input', () => {
    expect(find(root, ['other', 'dist/*.js', 'nothing', 'other/f.js', '!dist/app.js', '!x']).patterns).toEqual([
      { pattern: 'other', files: 1 },
      { pattern: 'dist/*.js', files: 1 },
      { pattern: 'nothing', files: 0 },
      { pattern: 'other/f.js', files: 1 },
      { pattern: '!dist/app.js', files: 1 },
      { pattern: '!x', files: 0 },
    ]);
  });

  it('tells size, time, kind and URL of each file', () => {
    const [script, map] = find(root, ['dist/app*']).files;
    expect(script).toMatchObject({ path: join(root, 'dist/app.js'), url: '~/app.js', size: 1, kind: 'js' });
    expect(map).toMatchObject({ url: '~/app.js.map', size: MAP.length, kind: 'map' });
    expect(script?.mtimeMs).toBeGreaterThan(0);
  });

  it('resolves patterns from the working directory and names files from the workspace', () => {
    expect(names(root, ['js', '../other', '../dist/app.js'], {}, 'dist')).toEqual([
      'dist/app.js',
      'dist/js/b.mjs',
      'dist/js/b.test.js',
      'dist/js/c.cjs',
      'other/f.js',
    ]);
  });

  it('takes an absolute pattern inside the workspace', () => {
    expect(names(root, [join(root, 'other')])).toEqual(['other/f.js']);
  });

  it('accepts backslashes as separators when that names something', () => {
    expect(names(root, ['dist\\js\\c.cjs'])).toEqual(['dist/js/c.cjs']);
  });
});

describe('exclusions', () => {
  const root = makeTree({ ...BUILD, 'dist/legacy/x.js': 'x', 'dist/js/legacy/y.js': 'y' });

  it.each<[string, string[], string[]]>([
    [
      'a bare name counts at any depth',
      ['dist', '!legacy', '!*.test.js'],
      ['dist/js/legacy/y.js', 'dist/js/b.test.js'],
    ],
    ['a path counts from the working directory', ['dist', '!dist/legacy'], ['dist/legacy/x.js']],
    ['./ ties a name to the working directory', ['dist', '!./legacy'], []],
    ['a glob may be excluded', ['dist', '!dist/**/*.js'], ['dist/app.js', 'dist/js/legacy/y.js', 'dist/.hidden.js']],
    ['braces work in exclusions', ['dist', '!dist/{legacy,js/legacy}'], ['dist/legacy/x.js', 'dist/js/legacy/y.js']],
    ['an exclusion may stand before what it excludes', ['!dist/legacy', 'dist'], ['dist/legacy/x.js']],
    ['a file named outright can be excluded as well', ['dist/app.js', 'other', '!dist/app.js'], ['dist/app.js']],
    ['an absolute path may be excluded', ['dist', `!${join(root, 'dist/legacy')}`], ['dist/legacy/x.js']],
  ])('%s', (_, patterns, gone) => {
    const left = names(root, patterns);
    expect(left.length).toBeGreaterThan(0);
    for (const name of gone) expect(left).not.toContain(name);
    if (gone.length === 0) expect(left).toEqual(names(root, patterns.slice(0, 1)));
  });

  it('counts all files below an excluded folder', () => {
    expect(find(root, ['dist', '!dist/js']).patterns[1]).toEqual({ pattern: '!dist/js', files: 4 });
  });

  it('is relative to a working directory below the workspace', () => {
    expect(names(root, ['.', '!js/legacy', '!../dist/legacy'], {}, 'dist')).not.toEqual(
      expect.arrayContaining([expect.stringContaining('legacy')]),
    );
  });
});

describe('ext, ignore and ignore_file', () => {
  const root = makeTree({
    ...BUILD,
    'dist/a.min.js': 'm',
    'dist/x.ts': 't',
    'dist/main.jsbundle': 'n',
    'dist/vendor/v.js': 'v',
    'dist/vendor/keep.js': 'k',
    'rules.txt': '# comment\n\nvendor/*\n!keep.js\r\n',
  });

  it.each<[string, string[], Partial<SourceMapInputs>, string[]]>([
    [
      'ext replaces the script extensions; maps always count',
      ['dist'],
      { ext: ['.ts'] },
      ['dist/app.js.map', 'dist/x.ts'],
    ],
    ['ext may have several parts', ['dist'], { ext: ['min.js'] }, ['dist/a.min.js', 'dist/app.js.map']],
    ['bundles count by default', ['dist/*bundle'], {}, ['dist/main.jsbundle']],
    ['ignore rules count below the pattern', ['dist/vendor'], { ignore: ['v.js'] }, ['dist/vendor/keep.js']],
    [
      'an anchored rule counts below the pattern',
      ['dist'],
      { ignore: ['/*', '!/vendor'] },
      ['dist/vendor/keep.js', 'dist/vendor/v.js'],
    ],
    ['and from the working directory', ['dist/vendor', 'other'], { ignore: ['dist/vendor'] }, ['other/f.js']],
    [
      'ignore_file is read as .gitignore',
      ['dist/vendor', 'other'],
      { ignoreFile: join(root, 'rules.txt') },
      ['dist/vendor/keep.js', 'dist/vendor/v.js', 'other/f.js'],
    ],
    ['rules are case-sensitive', ['other'], { ignore: ['F.js', 'OTHER'] }, ['other/f.js']],
  ])('%s', (_, patterns, change, expected) => {
    expect(names(root, patterns, change)).toEqual(expected);
  });

  it('lets ignore_file re-include what it ignores', () => {
    const left = names(root, ['dist'], { ignoreFile: join(root, 'rules.txt') });
    expect(left).toContain('dist/vendor/keep.js');
    expect(left).not.toContain('dist/vendor/v.js');
  });

  it('names an ignore_file that is not there', () => {
    expect(() => find(root, ['dist'], { ignoreFile: join(root, 'nope') })).toThrow(
      /ignore_file .*nope.* cannot be read \(ENOENT\)/,
    );
  });
});

describe('names with special characters', () => {
  const root = makeTree({
    'app/[id]/a.js': 'a',
    'app/i/b.js': 'b',
    'app/{x,y}/c.js': 'c',
    'my build/d e.js': 'd',
    'app/(group)/g.js': 'g',
    'app/#h/h.js': 'h',
    'app/!i/i.js': 'i',
    'app/é/j.js': 'j',
  });

  it.each<Row>([
    ['a path that exists as it is written is no glob', ['app/[id]'], ['app/[id]/a.js']],
    ['nor is an existing part of a glob', ['app/[id]/*.js'], ['app/[id]/a.js']],
    ['a set that names no folder is a glob', ['app/[ij]'], ['app/i/b.js']],
    // On Windows a backslash is a separator.
    ...(onWindows
      ? []
      : [['an escaped bracket is a plain character', ['app/\\[i*/*.js'], ['app/[id]/a.js']] satisfies Row]),
    ['braces that exist win', ['app/{x,y}'], ['app/{x,y}/c.js']],
    ['spaces are part of a path', ['my build/d e.js', 'my b*'], ['my build/d e.js']],
    ['parentheses are plain characters', ['app/(group)/*.js'], ['app/(group)/g.js']],
    ['an existing exclusion is meant literally', ['app/i', 'app/[id]', '!app/[id]'], ['app/i/b.js']],
    [
      'an exclusion may hold # and !',
      ['app', '!#h', '!!i', '!app/[id]', '!{x,y}', '!(group)', '!i'],
      ['app/{x,y}/c.js', 'app/é/j.js'],
    ],
  ])('%s', (_, patterns, expected) => {
    expect(names(root, patterns)).toEqual(expected);
  });
});

describeWithLinks('links', () => {
  it('follows links to files and folders inside the workspace, and knows each file by its real path once', () => {
    const root = makeTree({
      'dist/v2/app.js': 'a',
      'dist/current': { link: 'v2' },
      'dist/lib': { link: '../packages/lib' },
      'dist/one.js': { link: '../packages/one.js' },
      'packages/lib/l.js': 'l',
      'packages/one.js': 'o',
    });
    const { files, diagnoses } = find(root, ['dist']);
    expect(files.map(({ name, url, path }) => [name, url, path.slice(root.length + 1).replaceAll('\\', '/')])).toEqual([
      ['dist/lib/l.js', '~/lib/l.js', 'packages/lib/l.js'],
      ['dist/one.js', '~/one.js', 'packages/one.js'],
      ['dist/v2/app.js', '~/v2/app.js', 'dist/v2/app.js'],
    ]);
    expect(diagnoses).toEqual([]);
  });

  it('ends when links lead in a circle', () => {
    const root = makeTree({
      'dist/a.js': 'a',
      'dist/self': { link: '.' },
      'dist/up': { link: '..' },
      'dist/x/y': { link: '../x' },
      'dist/p': { link: 'q' },
      'dist/q': { link: 'p' },
    });
    const { files, diagnoses } = find(root, ['dist', 'dist/**/*.js']);
    expect(files.map(({ name }) => name)).toEqual(['dist/a.js']);
    expect(diagnoses.map(({ kind, file }) => [kind, file])).toEqual([
      ['unreadable', 'dist/p'],
      ['unreadable', 'dist/q'],
      ['unreadable', 'dist/self'],
      ['unreadable', 'dist/up'],
      ['unreadable', 'dist/x/y'],
    ]);
    expect(diagnoses.at(-1)?.message).toContain('link back to a folder that holds it');
  });

  it('names a link that leads nowhere and goes on', () => {
    const root = makeTree({ 'dist/a.js': 'a', 'dist/b.js': { link: 'gone.js' } });
    const { files, diagnoses } = find(root, ['dist']);
    expect(files).toHaveLength(1);
    expect(diagnoses).toMatchObject([
      { kind: 'unreadable', file: 'dist/b.js', message: expect.stringContaining('ENOENT') },
    ]);
  });
});

describe('a working directory outside the workspace', () => {
  it('is the bound itself, because the workflow named it', () => {
    const workspace = makeTree({ 'secret.js': 's' });
    const work = makeTree({ 'dist/a.js': 'a' });
    const inputs = { workspace, workingDirectory: work };
    const found = discover({ ...inputs, sourcemaps: sourceMapInputs(['dist']) });
    expect(found.root).toBe(work);
    expect(found.files.map(({ name }) => name)).toEqual(['dist/a.js']);
    expect(() => discover({ ...inputs, sourcemaps: sourceMapInputs([join(workspace, 'secret.js')]) })).toThrow(
      /outside/,
    );
  });
});

describe('URL collisions', () => {
  const root = makeTree({ 'a/dist/i.js': '1', 'b/dist/i.js': '2' });

  it('gives each file a URL of its own and names them', () => {
    const { files, diagnoses } = find(root, ['b/dist', 'a/dist']);
    expect(files.map(({ name, url }) => [name, url])).toEqual([
      ['a/dist/i.js', '~/i.js'],
      ['b/dist/i.js', '~/b/dist/i.js'],
    ]);
    expect(diagnoses).toMatchObject([{ kind: 'url-collision', file: 'a/dist/i.js', severity: 'info' }]);
    expect(diagnoses[0]?.message).toContain('b/dist/i.js is uploaded as ~/b/dist/i.js');
  });

  it('is a warning when no debug ids are injected', () => {
    expect(find(root, ['*/dist'], { inject: false }).diagnoses).toMatchObject([{ severity: 'warning' }]);
  });
});

describe('kinds of files with other extensions', () => {
  it('looks into a file that was named outright', () => {
    const root = makeTree({ 'a.json': MAP, 'b.txt': 'var b', 'c.json': `)]}'\n${MAP}` });
    expect(find(root, ['a.json', 'b.txt', 'c.json']).files.map(({ kind }) => kind)).toEqual(['map', 'js', 'map']);
  });
});
