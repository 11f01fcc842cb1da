import { statSync } from 'node:fs';
import { CommandReader } from './commands.js';
import { findLeaks, sentForm, type WrittenText } from './leaks.js';
import { permissionsOf } from './permissions.js';
import { createWire, readRemoved, readWire, textsOfWire } from './wire.js';
import { changedBelow, createStepFiles, type LeftFile, removeStepFiles } from './workspace.js';

/** A run that no runner starts: commands of a page, say. */
export interface WatchedRun {
  /** The only folder it may write to: workspace, home and place of temporary files. */
  readonly folder: string;
  /** What it gets of INPUT_…, as far as secrets and addresses go. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Does what `act` does, with the option of Node that notes what is said over the network, and looks for secrets as
 * runAction does.
 *
 * @param act answers what was printed
 * @throws when a secret can be read anywhere afterwards
 */
export async function watchRun(run: WatchedRun, act: (nodeOption: string) => Promise<string>): Promise<string> {
  const files = createStepFiles({});
  try {
    const since = statSync(files.event).ctimeMs;
    const printed = await act(`--require=${createWire(files.wire)}`);
    refuseLeaks(
      [
        { place: 'log', text: withoutMasks(printed) },
        ...changedBelow(run.folder, since).flatMap(inFolder('folder')),
        ...readRemoved(files.wire).flatMap(inFolder('what was removed')),
        ...textsOfWire(readWire(files.wire), permissionsOf(run.env)),
      ],
      secretsOf(run.env),
    );
    return printed;
  } finally {
    removeStepFiles(files);
  }
}

/** Without the lines that hide the secrets at a runner. */
function withoutMasks(printed: string): string {
  const reader = new CommandReader();
  for (const line of printed.split(/\r?\n/)) reader.line(line);
  return reader.unmasked.join('\n');
}

/**
 * None of the secrets, nor their secret parts, in any encoded form, may be read in any of it. Masks do not help: the text
 * before them is searched.
 */
export function refuseLeaks(texts: readonly WrittenText[], secrets: readonly string[]): void {
  const leaks = secrets.flatMap((secret) => findLeaks(texts, secret));
  if (leaks.length > 0) throw new Error(`A secret of the run leaked:\n${leaks.join('\n')}`);
}

/** A name may hold a secret as well as the content. */
export const inFolder =
  (folder: string) =>
  ({ path, text }: LeftFile): WrittenText[] => [
    { place: `name of a file in ${folder}`, text: path },
    { place: `${folder}/${path}`, text },
  ];

const SECRETS = ['INPUT_AUTH_TOKEN', 'SENTRY_AUTH_TOKEN', 'INPUT_GITHUB_TOKEN', 'GITHUB_TOKEN'];

/** The tokens of an environment. */
export function secretsOf(env: Readonly<Record<string, string>>): string[] {
  const values = SECRETS.map((name) => sentForm(env[name]));
  return [...new Set(values)].filter((value) => value !== '');
}
