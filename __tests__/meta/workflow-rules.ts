import { parse } from 'yaml';

/**
 * What zizmor looks for in workflows, as far as it can be judged from the file alone: its rules by its names, where there is one.
 * Not here, because they need GitHub's API: impostor-commit, known-vulnerable-actions, ref-confusion, ref-version-mismatch,
 * stale-action-refs, archived-uses.
 */

export interface Step {
  readonly name?: string;
  readonly if?: unknown;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

type Container = string | { readonly image?: string; readonly credentials?: { readonly password?: string } };

export interface Job {
  readonly name?: string;
  readonly if?: unknown;
  readonly uses?: string;
  readonly secrets?: unknown;
  readonly permissions?: unknown;
  readonly 'runs-on'?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly container?: Container;
  readonly services?: Readonly<Record<string, Container>>;
  readonly strategy?: unknown;
  readonly steps?: readonly Step[];
}

export interface Workflow {
  readonly name?: string;
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Context {
  readonly text: string;
  readonly workflow: Workflow;
  readonly jobs: readonly Job[];
  readonly steps: readonly Step[];
}

interface Rule {
  /** Only for our own workflows; a recipe may leave it to whoever copies it. */
  readonly own?: true;
  /** What is wrong, in words; empty is good. */
  find(context: Context): readonly string[];
}

const PINNED = /^(?:\.\/\S*|[\w.-]+\/[\w./-]+@[0-9a-f]{40})$/;
const OUR_PLACEHOLDER = /uses: OWNER\/[\w./-]+@[0-9a-f]{40} # v\d+$/;

const triggers = ({ on }: Workflow): string[] =>
  typeof on === 'string' ? [on] : Array.isArray(on) ? on.map(String) : Object.keys(on ?? {});
const runs = ({ steps }: Context) => steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
const conditions = ({ jobs, steps }: Context) =>
  [...jobs, ...steps].flatMap((each) => (each.if === undefined ? [] : [String(each.if)]));
const matching = (texts: readonly string[], pattern: RegExp) => texts.filter((text) => pattern.test(text));
const imageOf = (container: Container) => (typeof container === 'string' ? container : (container.image ?? ''));
const containersOf = (job: Job) => [job.container ?? [], Object.values(job.services ?? {})].flat();

export const RULES: Readonly<Record<string, Rule>> = {
  artipacked: {
    find: ({ steps }) =>
      steps
        .filter(({ uses = '' }) => uses.startsWith('actions/checkout@'))
        .filter((step) => step.with?.['persist-credentials'] !== false)
        .map(() => 'a checkout keeps its credentials'),
  },
  'dangerous-triggers': {
    find: ({ workflow }) => matching(triggers(workflow), /^(pull_request_target|workflow_run|issue_comment)$/),
  },
  'excessive-permissions': {
    find: ({ workflow, jobs }) => [
      ...(workflow.permissions === undefined ? ['the workflow leaves permissions to the default'] : []),
      ...[workflow, ...jobs].flatMap(({ permissions }) => (typeof permissions === 'string' ? [permissions] : [])),
      ...Object.entries(workflow.permissions ?? {}).flatMap(([scope, level]) => (level === 'write' ? [scope] : [])),
    ],
  },
  'least-permissions': {
    own: true,
    find: ({ workflow, jobs }) => [
      ...(JSON.stringify(workflow.permissions) === '{}' ? [] : ['the workflow gives something to every job']),
      ...jobs
        .filter(({ permissions }) => typeof permissions !== 'object')
        .map(() => 'a job does not say its permissions'),
    ],
  },
  'undocumented-permissions': {
    own: true,
    find: ({ text }) =>
      text.split('\n').filter((line) => /^ {4,}[a-z-]+: write/.test(line) && !/: write # \S/.test(line)),
  },
  'template-injection': {
    find: ({ steps }) =>
      matching(
        steps.flatMap((step) => [step.run ?? '', String(step.with?.['script'] ?? '')]),
        /\$\{\{/,
      ),
  },
  'unpinned-uses': {
    find: ({ text, jobs, steps }) => {
      const used = [...jobs, ...steps].flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
      const lines = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
      return [
        ...used.filter((uses) => !PINNED.test(uses)),
        ...(used.length === lines.length ? [] : ['a uses: that is not on a line of its own']),
        ...lines.filter((line) => !/uses: \.\/|# v\d+\.\d+\.\d+$/.test(line) && !OUR_PLACEHOLDER.test(line)),
      ];
    },
  },
  'unpinned-images': {
    find: ({ jobs }) =>
      jobs.flatMap((job) => {
        const written = containersOf(job).map(imageOf);
        // `${{ matrix.container }}`: the images are in the matrix.
        const matrix = [...JSON.stringify(job.strategy ?? {}).matchAll(/"(?:container|image)":"([^"]*)"/g)];
        const images = [...written.filter((image) => !image.includes('${{')), ...matrix.map(([, image = '']) => image)];
        return images.filter((image) => image !== '' && !/@sha256:[0-9a-f]{64}$/.test(image));
      }),
  },
  'hardcoded-container-credentials': {
    find: ({ jobs }) =>
      jobs
        .flatMap(containersOf)
        .map((container) => (typeof container === 'string' ? undefined : container.credentials?.password))
        .filter((password) => password !== undefined && !/^\$\{\{.*\}\}$/.test(password))
        .map(() => 'a password in the file'),
  },
  'cache-poisoning': {
    own: true,
    find: ({ steps }) =>
      steps
        .filter(({ uses = '', with: given = {} }) => {
          if (/^actions\/setup-node@/.test(uses)) return given['package-manager-cache'] !== false || 'cache' in given;
          return /^actions\/cache[@/]/.test(uses) || 'cache' in given;
        })
        .map(({ uses = '' }) => uses),
  },
  'github-env': { find: (context) => matching(runs(context), /GITHUB_(ENV|PATH)\b/) },
  'insecure-commands': {
    find: ({ text }) => matching(text.split('\n'), /ACTIONS_ALLOW_UNSECURE_COMMANDS/),
  },
  'secrets-inherit': {
    find: ({ jobs }) => jobs.filter(({ secrets }) => secrets === 'inherit').map(() => 'secrets: inherit'),
  },
  'overprovisioned-secrets': { find: ({ text }) => matching(text.split('\n'), /toJSON\(\s*secrets\s*\)|secrets\[/i) },
  'unredacted-secrets': { find: ({ text }) => matching(text.split('\n'), /fromJSON\(\s*secrets\./i) },
  'bot-conditions': { find: (context) => matching(conditions(context), /github\.(triggering_)?actor/) },
  'unsound-condition': {
    // Text around an expression makes the condition a non-empty text, which is true.
    find: (context) =>
      conditions(context).filter((text) => text.includes('${{') && !/^\$\{\{(?:(?!\}\}).)*\}\}$/.test(text)),
  },
  'unsound-contains': { find: (context) => matching(conditions(context), /contains\(\s*'[^']*',/) },
  'self-hosted-runner': {
    own: true,
    find: ({ jobs }) =>
      matching(
        jobs.map((job) => JSON.stringify(job['runs-on'] ?? '')),
        /self-hosted/,
      ),
  },
  'adhoc-packages': {
    own: true,
    find: (context) =>
      matching(
        runs(context),
        /npm (ci|i|install)\b(?!.*--ignore-scripts)|\bnpx\b|\b(pip3?|gem|go|cargo) install\b|npm (i|install) [^-\s]/,
      ),
  },
  'use-trusted-publishing': { find: (context) => matching(runs(context), /npm publish|twine upload/) },
  obfuscation: {
    find: ({ steps }) =>
      matching(
        steps.map(({ uses = '' }) => uses.replace(/^(\.\/|docker:\/\/)/, '')),
        /\/\/|\/\.{1,2}(\/|@|$)/,
      ),
  },
  'anonymous-definition': {
    own: true,
    find: ({ workflow, jobs }) => [workflow, ...jobs].filter(({ name }) => name === undefined).map(() => 'no name'),
  },
  'concurrency-limits': {
    own: true,
    find: ({ workflow: { concurrency } }) => (typeof concurrency === 'object' ? [] : ['runs may pile up']),
  },
  timeouts: {
    own: true,
    find: ({ jobs }) =>
      jobs.filter((job) => typeof job['timeout-minutes'] !== 'number').map(() => 'a job may run for hours'),
  },
};

export function readWorkflow(text: string): Workflow {
  return parse(text) as Workflow;
}

/** What the rules find, as `rule: what`. */
export function findings(text: string, kind: 'own' | 'recipe'): string[] {
  const workflow = readWorkflow(text);
  const jobs = Object.values(workflow.jobs);
  const context = { text, workflow, jobs, steps: jobs.flatMap(({ steps = [] }) => steps) };
  return Object.entries(RULES)
    .filter(([, rule]) => kind === 'own' || rule.own !== true)
    .flatMap(([name, rule]) => rule.find(context).map((what) => `${name}: ${what}`));
}
