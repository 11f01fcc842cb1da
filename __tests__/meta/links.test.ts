import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesBelow, ROOT, read } from './repository.js';

const documents = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'].filter((path) => existsSync(join(ROOT, path))),
  ...['docs', 'sandbox', 'bench', 'examples'].flatMap((folder) => filesBelow(folder, '.md')),
];

/** Links outside of code. */
function linksOf(path: string): string[] {
  const text = read(path)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, '');
  const inline = [...text.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)].map(([, target = '']) => target);
  const html = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, target = '']) => target);
  return [...inline, ...html];
}

/** Anchors of a document, as GitHub makes them from headings. */
function anchorsOf(path: string): Set<string> {
  const headings = [
    ...read(path)
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/^#{1,6}\s+(.*)$/gm),
  ].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/`/g, '')
      .trim()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
  const named = [...read(path).matchAll(/(?:id|name)="([^"]+)"/g)].map(([, name = '']) => name);
  return new Set([...headings, ...named]);
}

it('there are documents', () =>
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/architecture.md'])));

it.each(documents)('every link of %s leads somewhere', (path) => {
  const broken = linksOf(path)
    .filter((target) => !/^(?:https?:|mailto:)/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#');
      const there = file === '' ? path : join(dirname(path), decodeURIComponent(file));
      if (!existsSync(join(ROOT, there))) return true;
      return anchor !== undefined && there.endsWith('.md') && !anchorsOf(there).has(anchor);
    });
  expect(broken).toEqual([]);
});

it.each(documents)('every web address of %s is one', (path) => {
  for (const target of linksOf(path).filter((link) => /^https?:/.test(link)))
    expect([target, URL.canParse(target)]).toEqual([target, true]);
});
