import { cpus, totalmem } from 'node:os';
import type { Scenario } from './bench.js';
import type { CorpusName } from './corpora.js';
import { type Cost, median } from './measure.js';
import type { ToolName } from './tools.js';

/** One tool, once, in one scenario. */
export interface Measurement extends Cost {
  readonly corpus: CorpusName;
  readonly tool: ToolName | 'limit';
  readonly encoding: string;
  readonly scenario: Scenario;
  /** Bytes of request bodies, in MB. */
  readonly sentMb: number;
  readonly requests: number;
  readonly chunks: number;
}

const BASE: ToolName = 'sentry-cli 3.8.0';
const COLUMNS = ['corpus', 'server', 'scenario', 'tool', 'wall s', 'CPU s', 'RSS MB', 'sent MB', 'requests', 'chunks'];
const NUMBERS = ['wallMs', 'cpuMs', 'rssMb', 'sentMb', 'requests', 'chunks'] as const;

function keyOf({ corpus, encoding, scenario, tool }: Measurement): string {
  return [corpus, encoding, scenario, tool].join('|');
}

/** One measurement per tool and scenario: the medians of all rounds. */
export function medians(all: readonly Measurement[]): readonly Measurement[] {
  const groups = new Map<string, Measurement[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const middle = NUMBERS.map((name) => [name, median(group.map((one) => one[name]))] as const);
    return [{ ...first, ...Object.fromEntries(middle) }];
  });
}

/** A Markdown table; wall time and CPU against the base tool where that was measured. */
export function renderTable(rows: readonly Measurement[]): string {
  const lines = rows.map((row) => {
    const base = rows.find((one) => keyOf(one) === keyOf({ ...row, tool: BASE }));
    const ratio = (key: 'wallMs' | 'cpuMs'): string =>
      base === undefined || row.tool === BASE || row[key] === 0 ? '–' : `${(base[key] / row[key]).toFixed(1)} ×`;
    const cells = [
      row.corpus,
      row.encoding,
      row.scenario,
      row.tool,
      (row.wallMs / 1000).toFixed(2),
      (row.cpuMs / 1000).toFixed(2),
      row.rssMb.toFixed(0),
      row.sentMb.toFixed(2),
      row.requests,
      row.chunks,
      ratio('wallMs'),
      ratio('cpuMs'),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = [...COLUMNS, 'faster (wall)', 'faster (CPU)'];
  return [`| ${head.join(' | ')} |`, `|${head.map(() => ' --- |').join('')}`, ...lines].join('\n');
}

export interface StartUp {
  readonly emptyMs: number;
  readonly ours: Cost;
}

/** The whole page of results. */
export function renderResults(all: readonly Measurement[], startUp: StartUp | undefined): string {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  const machine = `${cpus().length} × ${processor}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`;
  const parts = [`Machine: ${machine}. Medians of all rounds.`, renderTable(medians(all))];
  if (startUp !== undefined) {
    const { emptyMs, ours } = startUp;
    const over = ours.wallMs - emptyMs;
    parts.push(
      `Without source maps (create, refs, deploy, finalize): ${ours.wallMs.toFixed(0)} ms, ${ours.rssMb.toFixed(0)} MB; ` +
        `an empty Node needs ${emptyMs.toFixed(0)} ms, so ${over.toFixed(0)} ms over it.`,
    );
  }
  return parts.join('\n\n');
}
