import type { FaultCase } from './cases.js';

/** How one client came through one fault. */
export interface Outcome {
  readonly client: string;
  /** The first run was green. */
  readonly survived: boolean;
  readonly seconds: number;
  /** Of the first run. */
  readonly requests: number;
  /** What is there twice, after the re-run where one was needed. */
  readonly doubled: readonly string[];
  /** What is not there although the client said so, after the re-run where one was needed. */
  readonly lost: readonly string[];
}

/** The results as Markdown: a table, and the sums. */
export function faultTable(
  results: readonly { readonly fault: FaultCase; readonly outcomes: readonly Outcome[] }[],
): string {
  const names = results[0]?.outcomes.map(({ client }) => client) ?? [];
  const head = ['#', 'fault', ...names.flatMap((name) => [name, 's', 'requests'])];
  const rows = results.map(({ fault, outcomes }, index) => [
    String(index + 1),
    fault.name,
    ...outcomes.flatMap((outcome) => [verdict(outcome), outcome.seconds.toFixed(1), String(outcome.requests)]),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, index) => (index < 2 || (index - 2) % 3 === 0 ? '---' : '---:'));
  return [
    '# Twenty faults, three clients',
    '',
    'Made by `npm run compare-faults -- --out bench/FAULTS.md`: the same fault, met once (unless it says otherwise), in a release flow',
    'of create, inject, upload and wait, deploy, finalize, each client against a fresh sandbox. A red run is run again without the',
    'fault, as a person would; *doubled* and *lost* are counted after that. A command that has not ended after 90 s is ended. Times are',
    'of the first run and hold the start of each command; the machine was busy, so compare them only roughly.',
    '',
    line(head),
    line(rule),
    ...rows.map(line),
    '',
    line(['', ...names]),
    line(['---', ...names.map(() => '---')]),
    ...sums(results, names).map(line),
    '',
  ].join('\n');
}

/** What is there twice, and what is not there. */
export function notesOf({ doubled, lost }: Outcome): readonly string[] {
  return [...doubled.map((text) => `doubled: ${text}`), ...lost.map((text) => `lost: ${text}`)];
}

function verdict(outcome: Outcome): string {
  return [outcome.survived ? 'green' : 'red', ...notesOf(outcome).map((note) => `**${note}**`)].join(', ');
}

function sums(results: readonly { readonly outcomes: readonly Outcome[] }[], names: readonly string[]): string[][] {
  const count = (name: string, holds: (outcome: Outcome) => boolean) =>
    `${results.filter(({ outcomes }) => outcomes.some((outcome) => outcome.client === name && holds(outcome))).length} of ${results.length}`;
  return [
    ['survived', ...names.map((name) => count(name, ({ survived }) => survived))],
    ['doubled something', ...names.map((name) => count(name, ({ doubled }) => doubled.length > 0))],
    ['lost something', ...names.map((name) => count(name, ({ lost }) => lost.length > 0))],
  ];
}
