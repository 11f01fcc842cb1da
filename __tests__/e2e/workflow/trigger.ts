/** Whether an event starts a workflow, by what stands under `on:`. A filter that is not understood is an error. */

/** What GitHub tells a run about its event. */
export interface WorkflowEvent {
  readonly name: string;
  readonly ref: string;
  readonly sha: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Paths that the push or pull request changes, for `paths:`. */
  readonly changed?: readonly string[];
  /** False: GitHub gives the run no secrets. @default true */
  readonly secrets?: boolean;
  /** @default octocat */
  readonly actor?: string;
}

type Filters = Readonly<Record<string, unknown>>;

/** Filters that are understood, per event. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  push: ['branches', 'tags', 'paths'],
  pull_request: ['branches', 'paths', 'types'],
  release: ['types'],
  deployment: [],
  deployment_status: [],
  workflow_dispatch: ['inputs'],
  workflow_call: ['inputs', 'outputs', 'secrets'],
};

const PULL_REQUEST_TYPES = ['opened', 'synchronize', 'reopened'];

export function fires(on: unknown, event: WorkflowEvent): boolean {
  const filters = filtersOf(on, event.name);
  return filters !== undefined && refFits(filters, event) && typeFits(filters, event) && pathsFit(filters, event);
}

/** What stands under one event, `{}` when nothing does; undefined when the workflow does not name the event. */
export function filtersOf(on: unknown, name: string): Filters | undefined {
  const map = mapOf(on);
  for (const [event, filters] of Object.entries(map)) {
    const known = KNOWN[event];
    if (known === undefined) throw new Error(`there is no event ${event} here`);
    const unknown = Object.keys(filters ?? {}).filter((key) => !known.includes(key));
    if (unknown.length > 0) throw new Error(`not understood under ${event}: ${unknown.join(', ')}`);
  }
  return name in map ? (map[name] ?? {}) : undefined;
}

function mapOf(on: unknown): Readonly<Record<string, Filters | null>> {
  const names = typeof on === 'string' ? [on] : on;
  if (Array.isArray(names)) return Object.fromEntries(names.map((name) => [String(name), null]));
  return names as Record<string, Filters | null>;
}

function refFits({ branches, tags }: Filters, { name, payload, ref }: WorkflowEvent): boolean {
  if (name === 'pull_request') {
    const { base } = payload['pull_request'] as { base: { ref: string } };
    return branches === undefined || matches(base.ref, branches);
  }
  // A push to a branch does not start a workflow that only filters tags, nor the other way round.
  if (name !== 'push' || (branches === undefined && tags === undefined)) return true;
  const [wanted, short] = ref.startsWith('refs/tags/') ? [tags, ref.slice(10)] : [branches, ref.slice(11)];
  return wanted !== undefined && matches(short, wanted);
}

function typeFits({ types }: Filters, { name, payload }: WorkflowEvent): boolean {
  const wanted = types ?? (name === 'pull_request' ? PULL_REQUEST_TYPES : undefined);
  return wanted === undefined || (wanted as unknown[]).includes(payload['action']);
}

function pathsFit({ paths }: Filters, { changed }: WorkflowEvent): boolean {
  if (paths === undefined) return true;
  if (changed === undefined) throw new Error('the event does not say which paths it changes');
  return changed.some((path) => matches(path, paths));
}

/** Patterns in order; `!` takes back, the last that fits decides. */
function matches(text: string, patterns: unknown): boolean {
  const list = (Array.isArray(patterns) ? patterns : [patterns]).map(String);
  return list.reduce((fits, pattern) => {
    const negative = pattern.startsWith('!');
    return regExpOf(negative ? pattern.slice(1) : pattern).test(text) ? !negative : fits;
  }, false);
}

/** `*` stays within a folder, `**` does not. */
function regExpOf(pattern: string): RegExp {
  if (/[?+[\]\\]/.test(pattern)) throw new Error(`not understood in a pattern: ${pattern}`);
  const source = pattern
    .split(/(\*\*\/|\*\*|\*)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      return part === '*' ? '[^/]*' : part.replace(/[.(){}^$|]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}

interface InputDefinition {
  readonly required?: boolean;
  readonly default?: unknown;
  readonly type?: string;
  readonly options?: readonly string[];
}

/**
 * The `inputs` of a run that a person or another workflow starts.
 * @throws when GitHub would refuse the start
 */
export function startInputs(definitions: unknown, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = (definitions ?? {}) as Readonly<Record<string, InputDefinition>>;
  const unknown = Object.keys(given).filter((name) => !(name in known));
  if (unknown.length > 0) throw new Error(`there is no input ${unknown.join(', ')}`);
  return Object.fromEntries(
    Object.entries(known).map(([name, { default: byDefault, options, required, type = 'string' }]) => {
      const value = given[name] ?? byDefault;
      if (value === undefined && required === true) throw new Error(`the input ${name} is required`);
      if (options !== undefined && !options.includes(String(value)))
        throw new Error(`${name} is none of ${options.join(', ')}`);
      const wanted = type === 'choice' ? 'string' : type;
      if (value !== undefined && typeof value !== wanted) throw new Error(`the input ${name} is no ${wanted}`);
      return [name, value ?? ''];
    }),
  );
}
