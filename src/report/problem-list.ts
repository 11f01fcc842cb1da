import { count, grouped } from './format.js';
import { code, details, text } from './markdown.js';
import type { Problem, RunReport } from './report.js';

/** Lines shown at once, and further ones that open on a click; the rest is counted. */
const LINES_SHOWN = 10;
const LINES_FOLDED = 40;

/** Names in a line about several files. */
const NAMES_SHOWN = 10;

/** What ended the run. */
export function endingOf({ problems }: RunReport): Problem | undefined {
  return problems.filter(({ severity, file }) => severity === 'error' && file === undefined).at(-1);
}

/** `2 errors, 1 warning` besides what ended the run, which stands on top; undefined when there is none. */
export function countProblems(report: RunReport): string | undefined {
  const others = besides(report);
  const errors = others.filter(({ severity }) => severity === 'error').length;
  const counts = [
    // A warning alone is no failure, and must not read like one.
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(errors < others.length ? [count(others.length - errors, 'warning')] : []),
  ];
  return counts.length > 0 ? counts.join(', ') : undefined;
}

/** The problems with their files, as Markdown; what is the same for several files is one line. '' when there is none. */
export function problemList(report: RunReport): string {
  const title = countProblems(report);
  if (title === undefined) return '';
  const groups = groupsOf(besides(report));
  const shown = groups.slice(0, LINES_SHOWN).map(line);
  const folded = groups.slice(LINES_SHOWN, LINES_SHOWN + LINES_FOLDED).map(line);
  const rest = groups.slice(LINES_SHOWN + LINES_FOLDED).reduce((sum, { files }) => sum + Math.max(1, files.length), 0);
  const parts = [`### ${title}`, shown.join('\n')];
  if (folded.length > 0) parts.push(details(`${folded.length} more`, folded.join('\n')));
  if (rest > 0) parts.push(`${grouped(rest)} more are in the JSON report (output <code>report</code>).`);
  return parts.join('\n\n');
}

function besides(report: RunReport): readonly Problem[] {
  const ending = endingOf(report);
  return report.problems.filter((problem) => problem !== ending);
}

/** Problems that say the same of their files. */
interface Group {
  readonly severity: Problem['severity'];
  /** Without the file's name. */
  readonly said: string;
  /** Whether the message goes on from the name of its file. */
  readonly aboutFile: boolean;
  readonly hint: string | undefined;
  readonly files: string[];
}

function groupsOf(problems: readonly Problem[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { severity, message, hint, file } of problems) {
    const said = withoutName(message, file);
    // Longer than what is shown of either.
    const key = JSON.stringify([severity, said.slice(0, 500), hint?.slice(0, 500)]);
    const group = groups.get(key) ?? { severity, said, aboutFile: said !== message, hint, files: [] };
    if (file !== undefined) group.files.push(file);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function line({ severity, said, aboutFile, hint, files }: Group): string {
  const icon = severity === 'error' ? '❌' : '⚠️';
  const next = hint === undefined ? '' : `<br>→ ${text(hint)}`;
  const [file] = files;
  if (files.length > 1)
    return `- ${icon} <b>Each of ${count(files.length, 'file')}</b>${aboutFile ? '' : ':'} ${text(said)}${next}<br>${names(files)}`;
  const where = file === undefined ? '' : `${code(file)}${aboutFile ? '' : ':'} `;
  return `- ${icon} ${where}${text(said)}${next}`;
}

function names(files: readonly string[]): string {
  const shown = files.slice(0, NAMES_SHOWN).map((file) => code(file));
  const rest = files.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${grouped(rest)} more, which the JSON report names` : ''}`;
}

/** Messages that begin with their file need not say it twice. */
function withoutName(message: string, file: string | undefined): string {
  return file !== undefined && message.startsWith(file) ? message.slice(file.length).replace(/^[:\s]+/, '') : message;
}
