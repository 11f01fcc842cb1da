/**
 * What GitHub's runner takes for a command in a line of output (actions/runner, ActionCommand.cs): a port of both parsers, made
 * stricter than the original by comparing as if invisible characters were not there, which .NET's culture rules do.
 */
const V2 = new Set([
  'debug',
  'warning',
  'error',
  'notice',
  'group',
  'endgroup',
  'add-mask',
  'add-path',
  'set-env',
  'set-output',
  'save-state',
  'stop-commands',
  'echo',
  'add-matcher',
  'remove-matcher',
  'internal-set-repo-path',
]);

/** The command in the line, or undefined. */
export function runnerCommand(line: string): string | undefined {
  const seen = line.replace(/\p{Cf}/gu, '');
  return v2(seen) ?? v1(seen);
}

function v2(line: string): string | undefined {
  const text = line.replace(/^[\s\u0085]+/, '');
  if (!text.startsWith('::')) return undefined;
  const end = text.indexOf('::', 2);
  if (end < 0) return undefined;
  const name = text.slice(2, end).trim().split(' ')[0] ?? '';
  return V2.has(name.toLowerCase()) ? name : undefined;
}

function v1(line: string): string | undefined {
  const from = line.indexOf('##[');
  const to = from < 0 ? -1 : line.indexOf(']', from);
  if (to < 0) return undefined;
  const name =
    line
      .slice(from + 3, to)
      .trim()
      .split(' ')[0] ?? '';
  return V2.has(name.toLowerCase()) ? name : undefined;
}

/** Lines as the runner reads them from a process. */
export function outputLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}
