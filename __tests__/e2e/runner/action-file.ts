import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** One input as action.yml declares it. */
export interface DeclaredInput {
  readonly description?: string;
  readonly default?: string;
  readonly required?: boolean;
  readonly deprecationMessage?: string;
}

/** The part of action.yml a runner acts on. */
export interface ActionFile {
  readonly inputs: Readonly<Record<string, DeclaredInput>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly runs: Readonly<{ using: string; main: string; pre?: string; post?: string }>;
}

/** Reads action.yml. */
export function readActionFile(path: string): ActionFile {
  const raw = parse(readFileSync(path, 'utf8')) as Partial<ActionFile>;
  return {
    inputs: raw.inputs ?? {},
    outputs: raw.outputs ?? {},
    runs: raw.runs ?? { using: 'node24', main: 'dist/index.js' },
  };
}

/** What the runner makes of `with:`. */
export interface InputEnvironment {
  /** `INPUT_…` variables. */
  readonly env: Readonly<Record<string, string>>;
  /** What the runner itself says about the inputs: undeclared or deprecated ones. */
  readonly warnings: readonly string[];
}

/**
 * Makes the `INPUT_…` variables: every declared input, its default when it is not given, and also what is given but not
 * declared (the runner warns about it and passes it on). The name is upper-cased and its spaces become `_`; nothing else
 * changes, so `-` stays.
 */
export function inputEnvironment(
  action: ActionFile,
  given: Readonly<Record<string, string>>,
  context: Readonly<Record<string, string>>,
): InputEnvironment {
  const env: Record<string, string> = {};
  const warnings: string[] = [];
  const givenByLowerName = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  for (const [name, declared] of Object.entries(action.inputs)) {
    const value = givenByLowerName.get(name.toLowerCase());
    if (value !== undefined && declared.deprecationMessage !== undefined) {
      warnings.push(`Input '${name}' has been deprecated with message: ${declared.deprecationMessage}`);
    }
    env[variableName(name)] = value ?? evaluate(String(declared.default ?? ''), context);
  }
  const declaredNames = new Set(Object.keys(action.inputs).map((name) => name.toLowerCase()));
  const unexpected = Object.keys(given).filter((name) => !declaredNames.has(name.toLowerCase()));
  for (const name of unexpected) env[variableName(name)] = given[name] ?? '';
  if (unexpected.length > 0) warnings.push(`Unexpected input(s) '${unexpected.join("', '")}'`);
  return { env, warnings };
}

/** `auth_token` → `INPUT_AUTH_TOKEN`. */
export function variableName(input: string): string {
  return `INPUT_${input.replaceAll(' ', '_').toUpperCase()}`;
}

/** Replaces `${{ github.token }}` and its like. An expression outside the small context is a mistake of the test. */
function evaluate(text: string, context: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => {
    const value = context[name];
    if (value === undefined) throw new Error(`action.yml uses ${whole}, which the harness has no value for`);
    return value;
  });
}
