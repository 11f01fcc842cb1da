import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** What the system that runs the tests can do. A test that it cannot do is reported as skipped, never as passed. */

export const onWindows = process.platform === 'win32';

/** `it` and `describe` of what Windows does not have; say what beside their use. */
export const itOnPosix = onWindows ? it.skip : it;
export const describeOnPosix = onWindows ? describe.skip : describe;

/** Whether `A` and `a` are two files: not on Windows, and not on macOS as it is installed. */
export const caseSensitive = !existsSync(join(process.cwd(), 'PACKAGE.JSON'));

/** Windows lets administrators and the developer mode make symbolic links, nobody else. GitHub's runners are the former. */
const linksAllowed = !onWindows || canLink();
export const itWithLinks = linksAllowed ? it : it.skip;
export const describeWithLinks = linksAllowed ? describe : describe.skip;

function canLink(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'links-'));
  try {
    writeFileSync(join(folder, 'a'), '');
    symlinkSync(join(folder, 'a'), join(folder, 'b'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Makes links, `path → target`. Those whose target is there come first: Windows wants to know whether a link is to a folder, and
 * Node looks at the target for that.
 */
export function makeLinks(links: ReadonlyMap<string, string>): void {
  let left = [...links];
  while (left.length > 0) {
    const ready = left.filter(([path, target]) => existsSync(resolve(dirname(path), target)));
    // What is left points nowhere, or in a circle.
    const next = ready.length > 0 ? ready : left;
    for (const [path, target] of next) symlinkSync(target, path);
    left = left.filter((link) => !next.includes(link));
  }
}
