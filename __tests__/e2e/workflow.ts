/** Reads the steps of ours from a workflow file, with their expressions evaluated as GitHub does (as far as the recipes need it). */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const OUR_ACTION = /^OWNER\/sentry-release-action@[0-9a-f]{40}$/;

/** `github`, `secrets`, `inputs`, `matrix` and so on. */
export type Contexts = Readonly<Record<string, unknown>>;

export interface WorkflowStep {
  readonly job: string;
  readonly with: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

interface RawStep {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}

/** The steps of ours, in the order of the file. */
export function ourSteps(path: string, contexts: Contexts): WorkflowStep[] {
  const workflow = parse(readFileSync(path, 'utf8')) as { jobs: Record<string, { steps?: readonly RawStep[] }> };
  return Object.entries(workflow.jobs).flatMap(([job, { steps = [] }]) =>
    steps
      .filter(({ uses }) => OUR_ACTION.test(uses ?? ''))
      .map((step) => ({ job, with: evaluateAll(step.with, contexts), env: evaluateAll(step.env, contexts) })),
  );
}

function evaluateAll(
  values: Readonly<Record<string, unknown>> | undefined,
  contexts: Contexts,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, fill(String(value), contexts)]));
}

function fill(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
    const value = new Expression(expression, contexts).value();
    return value === null || value === undefined ? '' : String(value);
  });
}

/** `a.b.c`, texts, `==`, `&&` and `||`; anything else is a mistake of the test. */
class Expression {
  readonly #tokens: string[];
  readonly #contexts: Contexts;

  constructor(text: string, contexts: Contexts) {
    this.#tokens = text.match(/'(?:[^']|'')*'|\|\||&&|==|[\w.-]+|\S/g) ?? [];
    this.#contexts = contexts;
  }

  value(): unknown {
    const value = this.#or();
    if (this.#tokens.length > 0) throw new Error(`not understood in an expression: ${this.#tokens.join(' ')}`);
    return value;
  }

  #or(): unknown {
    let left = this.#and();
    while (this.#take('||')) {
      const right = this.#and();
      left = left || right;
    }
    return left;
  }

  #and(): unknown {
    let left = this.#equal();
    while (this.#take('&&')) {
      const right = this.#equal();
      left = left && right;
    }
    return left;
  }

  #equal(): unknown {
    const left = this.#one();
    return this.#take('==') ? left === this.#one() : left;
  }

  #one(): unknown {
    const token = this.#tokens.shift() ?? '';
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (!/^[a-z][\w.-]*$/i.test(token)) throw new Error(`not understood in an expression: ${token}`);
    return token
      .split('.')
      .reduce<unknown>((here, key) => (here as Record<string, unknown> | undefined)?.[key], this.#contexts);
  }

  #take(token: string): boolean {
    if (this.#tokens[0] !== token) return false;
    this.#tokens.shift();
    return true;
  }
}
