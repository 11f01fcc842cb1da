import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Log } from '../../../src/log.js';
import { makeLinks } from '../../support/platform.js';
import { temporaryFolder } from '../../support/workspace.js';

export { sourceMapInputs } from '../../support/inputs.js';

/** A map that every reader takes. */
export const MAP = '{"version":3,"sources":["a.ts"],"sourcesContent":["a"],"names":[],"mappings":"AAAA"}';

/** A throw-away folder tree: `name → content`, `name → { link: target }`. Removed by {@link removeTrees}. */
export function makeTree(files: Readonly<Record<string, string | { readonly link: string }>>): string {
  const root = temporaryFolder('plan');
  trees.push(root);
  const links = new Map<string, string>();
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'string') writeFileSync(path, content);
    else links.set(path, content.link);
  }
  makeLinks(links);
  return root;
}

const trees: string[] = [];

export function removeTrees(): void {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true, force: true });
}

/** A log that keeps its lines as `level: message`. */
export function recordingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return {
    lines,
    log: {
      debug: keep('debug'),
      info: keep('info'),
      notice: keep('notice'),
      warning: keep('warning'),
      error: keep('error'),
    },
  };
}
