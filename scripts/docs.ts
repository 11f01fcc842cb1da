/**
 * Writes the tables of inputs and outputs into README.md, from action.yml. `npm run docs` writes, `npm run docs -- --check` only
 * tells whether they are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';

interface Entry {
  readonly group: string;
  readonly name: string;
  readonly description: string;
  readonly byDefault: string;
  readonly deprecated: boolean;
}

/** The README with its tables made anew. */
export function generatedReadme(readme: string, actionFile: string): string {
  const document = parseDocument(actionFile);
  const section = (name: string) => entries(document.get(name) as YAMLMap);
  const withInputs = replaceBetween(readme, 'inputs', inputTables(section('inputs')));
  return replaceBetween(withInputs, 'outputs', outputTable(section('outputs')));
}

function entries(map: YAMLMap): Entry[] {
  let group = '';
  return map.items.map(({ key, value }) => {
    if (!isScalar(key) || !isMap(value)) throw new Error('action.yml has another form than expected');
    const comment = key.commentBefore ?? (map.items[0]?.key === key ? map.commentBefore : undefined);
    group = comment?.trim() ?? group;
    return {
      group,
      name: String(key.value),
      description: String(value.get('description')).trim(),
      byDefault: String(value.get('default') ?? ''),
      deprecated: value.has('deprecationMessage'),
    };
  });
}

function inputTables(inputs: readonly Entry[]): string {
  const groups = [...new Set(inputs.map(({ group }) => group))];
  return groups
    .map((group) => {
      const rows = inputs.filter((input) => input.group === group).map(inputRow);
      return [`**${group}**`, '', '| Input | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
    })
    .join('\n\n');
}

function inputRow({ name, byDefault, description, deprecated }: Entry): string {
  const old = deprecated ? ' (deprecated)' : '';
  return `| \`${name}\`${old} | ${byDefault === '' ? '–' : `\`${byDefault}\``} | ${cell(description)} |`;
}

function outputTable(outputs: readonly Entry[]): string {
  const rows = outputs.map(({ name, description }) => `| \`${name}\` | ${cell(description)} |`);
  return ['| Output | Meaning |', '| --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('\n', ' ');
}

function replaceBetween(readme: string, name: string, content: string): string {
  const open = `<!-- ${name}: made by npm run docs -->`;
  const close = `<!-- end of ${name} -->`;
  const from = readme.indexOf(open);
  const to = readme.indexOf(close);
  if (from < 0 || to < from) throw new Error(`README.md lacks the marks ${open} and ${close}`);
  return `${readme.slice(0, from + open.length)}\n${content}\n${readme.slice(to)}`;
}

function main(): void {
  const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
  const before = readFileSync(path('README.md'), 'utf8');
  const after = generatedReadme(before, readFileSync(path('action.yml'), 'utf8'));
  if (!process.argv.includes('--check')) {
    writeFileSync(path('README.md'), after);
  } else if (before !== after) {
    console.error('The tables of README.md are not those of action.yml. Run: npm run docs');
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
