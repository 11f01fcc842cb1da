import { posix, win32 } from 'node:path';
import fc from 'fast-check';
import { compareBytes, isInside, shownName, sortByBytes } from '../../../src/sourcemaps/paths.js';
import { sortPatterns } from '../../../src/sourcemaps/patterns.js';
import { resolveReference } from '../../../src/sourcemaps/resolve.js';
import { FolderMemory, leadsToOtherMachine, readSource } from '../../../src/sourcemaps/source-files.js';

describe('containment', () => {
  it.each([
    ['C:\\work', 'C:\\work\\dist\\a.js', true],
    ['C:\\work', 'C:\\work', true],
    ['C:\\work', 'c:\\WORK\\dist', true],
    ['C:\\work', 'C:\\workshop\\a.js', false],
    ['C:\\work', 'D:\\work\\a.js', false],
    ['C:\\work', 'C:\\', false],
    ['C:\\work', 'C:\\work\\..\\secret', false],
    ['C:\\work', 'C:\\work\\..hidden', true],
    ['\\\\server\\share\\w', '\\\\server\\share\\w\\a', true],
    ['\\\\server\\share\\w', '\\\\server\\other\\w\\a', false],
  ])('on Windows: %s holds %s: %j', (parent, child, expected) => {
    expect(isInside(parent, child, win32)).toBe(expected);
  });

  it.each([
    ['/work', '/work/a', true],
    ['/work', '/workshop/a', false],
    ['/work', '/work/../etc', false],
    ['/work', '/work/..a', true],
    ['/', '/a', true],
    ['/work', '/Work/a', false],
  ])('elsewhere: %s holds %s: %j', (parent, child, expected) => {
    expect(isInside(parent, child, posix)).toBe(expected);
  });
});

describe('a source of a map that is on a share of Windows, where asking for it would be a login', () => {
  it.each([
    ['\\\\evil.example\\share\\a.ts', 'C:\\w', true],
    ['//evil.example/share/a.ts', 'C:\\w', true],
    ['C:\\w\\..\\..\\\\evil\\share', 'C:\\w', false],
    ['\\\\.\\pipe\\a', 'C:\\w', true],
    ['\\\\?\\UNC\\evil\\share\\a.ts', 'C:\\w', true],
    ['\\\\?\\C:\\w\\a.ts', 'C:\\w', true],
    ['\\\\?\\UNC\\../', 'C:\\w', true],
    ['C:\\w\\a.ts', 'C:\\w', false],
    ['D:\\a.ts', 'C:\\w', false],
    ['\\a.ts', 'C:\\w', false],
    ['src/a.ts', 'C:\\w', false],
    ['\\\\BUILD\\work\\w\\a.ts', '\\\\build\\work\\w', false],
    ['\\\\build\\other\\a.ts', '\\\\build\\work\\w', true],
  ])('%s of a workspace %s is not looked for: %j', (source, workspace, expected) => {
    expect(leadsToOtherMachine(source, workspace, win32)).toBe(expected);
  });

  it.each([
    '\\\\evil.example\\share\\a.ts',
    '//evil.example/share/a.ts',
    '%5C%5Cevil.example%5Cshare%5Ca.ts',
    'file://evil.example/share/a.ts',
    '\\\\?\\UNC\\evil.example\\share\\a.ts',
    '\\\\.\\pipe\\a',
  ])('%s: nobody asks whether it is there', (source) => {
    const asked: string[] = [];
    class Asked extends FolderMemory {
      override exists(folder: string): boolean {
        asked.push(folder);
        return false;
      }
    }
    const roots = { workspace: 'C:\\w', workingDirectory: 'C:\\w', mapFolder: 'C:\\w\\dist', folders: new Asked() };
    expect(readSource(source, roots, win32)).toBeUndefined();
    expect(asked.filter((folder) => !folder.startsWith('C:\\w'))).toEqual([]);
    expect(readSource('..\\src\\a.ts', roots, win32)).toBeUndefined();
    expect(asked).toContain('C:\\w\\src');
  });

  it.each([win32, posix])('nor is a name of megabytes, whose normalizing would take hours', (path) => {
    const asked: string[] = [];
    const folders = Object.assign(new FolderMemory(), { exists: (folder: string) => asked.push(folder) > 0 });
    const roots = { workspace: '/w', workingDirectory: '/w', mapFolder: '/w/dist', folders };
    for (const source of [
      '../'.repeat(700_000),
      `file:///${'a/../'.repeat(700_000)}`,
      `/w/${'a/../'.repeat(700_000)}`,
    ]) {
      expect(readSource(source, roots, path)).toBeUndefined();
    }
    expect(asked).toEqual([]);
  });

  it('is an ordinary path elsewhere', () => {
    expect(leadsToOtherMachine('//a/b', '/w', posix)).toBe(false);
  });
});

describe('names and patterns', () => {
  it('have forward slashes on Windows', () => {
    expect(shownName('C:\\w', 'C:\\w\\dist\\a b.js', win32)).toBe('dist/a b.js');
    expect(sortPatterns([' .\\dist\\**\\*.js ', '!dist\\vendor', ''], win32)).toEqual({
      includes: ['./dist/**/*.js'],
      exclusions: ['dist/vendor'],
    });
  });

  it('keep a backslash where it is a character', () => {
    expect(shownName('/w', '/w/a\\b.js', posix)).toBe('a\\b.js');
    expect(sortPatterns(['a\\[b', '!  c '], posix)).toEqual({ includes: ['a\\[b'], exclusions: ['c'] });
  });

  it('are the root itself as a dot', () => {
    expect(shownName('/w', '/w', posix)).toBe('.');
  });
});

describe('references', () => {
  it.each([
    ['C:\\build\\a.js.map', 'd/a.js', { kind: 'remote' }],
    ['..\\maps\\a.map', 'd/a.js', { kind: 'names', names: ['d/..\\maps\\a.map', 'maps/a.map'] }],
    ['..\\..\\a.map', 'd/a.js', { kind: 'names', names: ['d/..\\..\\a.map'] }],
    ['\\\\server\\a.map', 'd/a.js', { kind: 'names', names: ['d/\\\\server\\a.map', 'd/server/a.map'] }],
    ['a%00.map', 'a.js', { kind: 'names', names: ['a%00.map'] }],
    ['%zz.map', 'a.js', { kind: 'names', names: ['%zz.map'] }],
    ['../x.map', 'a.js', { kind: 'outside' }],
    ['d/../../x.map', 'a.js', { kind: 'outside' }],
    ['?x', 'a/b.js', { kind: 'names', names: ['a'] }],
    ['/m/a%20b.map#x', 'a.js', { kind: 'site-path', paths: ['/m/a b.map', '/m/a%20b.map'] }],
  ])('%j of %s', (reference, script, expected) => {
    expect(resolveReference(reference, script)).toEqual(expected);
  });

  it('longer than any path name nothing, and cost no time: normalizing two megabytes of dots takes hours', () => {
    expect(resolveReference('..\\'.repeat(700_000), 'd/a.js')).toEqual({ kind: 'names', names: [] });
    expect(resolveReference('/..'.repeat(700_000), 'd/a.js')).toEqual({ kind: 'names', names: [] });
    const long = `${'x'.repeat(200)}/`.repeat(20);
    expect(resolveReference(`${long}a.map`, 'a.js')).toEqual({ kind: 'names', names: [`${long}a.map`] });
  });

  it('never resolve to a path outside the root', () => {
    const part = fc.constantFrom('..', '.', 'a', '%2e%2e', '%2F', '\\', '/', '..%5c', '');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const resolved = resolveReference(parts.join('/'), 'd/e/a.js');
        if (resolved.kind !== 'names') return;
        for (const name of resolved.names) {
          expect(isInside('/root', posix.join('/root', name), posix)).toBe(true);
          expect(name.includes('\0')).toBe(false);
        }
      }),
    );
  });
});

describe('byte order', () => {
  it('is that of UTF-8, whichever way it is computed', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }), (texts) => {
        const wellFormed = texts.map((text) => Buffer.from(text).toString());
        const expected = wellFormed.slice().sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(sortByBytes(wellFormed.slice(), (text) => text)).toEqual(expected);
        expect(wellFormed.slice().sort(compareBytes)).toEqual(expected);
      }),
    );
  });
});
