/** GitHub's expressions, as far as our workflows use them. Whatever is not understood is an error, never a guess. */

/** `github`, `secrets`, `inputs`, `matrix` and so on. */
export type Contexts = Readonly<Record<string, unknown>>;

export interface Scope {
  readonly contexts: Contexts;
  /** How the job (for a step), or what a job needs, went so far. */
  readonly status: 'success' | 'failure';
}

/** Text with each `${{ … }}` replaced by its value. */
export function fill(text: string, scope: Scope): string {
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => textOf(evaluate(expression, scope)));
}

/** Whether what stands under `if:` lets a step or job run; without it, and without a status function in it, success is asked for. */
export function holds(condition: unknown, scope: Scope): boolean {
  if (condition === undefined) return scope.status === 'success';
  const text = String(condition).replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1');
  const parser = new Parser(text, scope);
  const value = truthy(parser.value());
  return parser.askedForStatus ? value : scope.status === 'success' && value;
}

/** @throws when the text holds anything that is not understood */
export function evaluate(text: string, scope: Scope): unknown {
  return new Parser(text, scope).value();
}

const TOKEN = /\s*(?:('(?:[^']|'')*')|(\d+(?:\.\d+)?)|([a-z_][\w-]*(?:\.[a-z_][\w-]*)*)|(==|!=|&&|\|\||[!(),]))/giy;

type Token = { readonly kind: 'text' | 'number' | 'name' | 'sign'; readonly text: string };

class Parser {
  askedForStatus = false;
  readonly #tokens: Token[];
  readonly #scope: Scope;

  constructor(text: string, scope: Scope) {
    this.#tokens = tokensOf(text);
    this.#scope = scope;
  }

  value(): unknown {
    const value = this.#or();
    if (this.#tokens.length > 0) throw new Error(`not understood: ${this.#tokens.map(({ text }) => text).join(' ')}`);
    return value;
  }

  #or(): unknown {
    const terms = this.#list('||', () => this.#and());
    return terms.find(truthy) ?? terms.at(-1);
  }

  #and(): unknown {
    const terms = this.#list('&&', () => this.#comparison());
    const stops = terms.findIndex((term) => !truthy(term));
    return terms.at(stops);
  }

  #list(sign: string, next: () => unknown): unknown[] {
    const terms = [next()];
    while (this.#take(sign)) terms.push(next());
    return terms;
  }

  #comparison(): unknown {
    const left = this.#not();
    if (this.#take('==')) return same(left, this.#not());
    return this.#take('!=') ? !same(left, this.#not()) : left;
  }

  #not(): unknown {
    return this.#take('!') ? !truthy(this.#not()) : this.#one();
  }

  #one(): unknown {
    const token = this.#tokens.shift();
    if (token?.kind === 'text') return token.text.slice(1, -1).replaceAll("''", "'");
    if (token?.kind === 'number') return Number(token.text);
    if (token?.kind === 'name') return this.#take('(') ? this.#call(token.text) : this.#named(token.text);
    if (token?.text !== '(') throw new Error(`not understood: ${token?.text ?? 'the end'}`);
    const value = this.#or();
    this.#expect(')');
    return value;
  }

  #named(path: string): unknown {
    if (path === 'true' || path === 'false') return path === 'true';
    if (path === 'null') return null;
    const [root = '', ...keys] = path.split('.');
    if (!(root in this.#scope.contexts)) throw new Error(`there is no context ${root} here (${path})`);
    return keys.reduce<unknown>(
      (here, key) => (here as Record<string, unknown> | null | undefined)?.[key],
      this.#scope.contexts[root],
    );
  }

  #call(name: string): unknown {
    const values: unknown[] = [];
    if (!this.#take(')')) {
      do values.push(this.#or());
      while (this.#take(','));
      this.#expect(')');
    }
    const [first, second] = values;
    if (name === 'contains' && Array.isArray(first)) return first.some((item) => same(item, second));
    if (name === 'contains') return lower(first).includes(lower(second));
    if (name === 'startsWith') return lower(first).startsWith(lower(second));
    if (name === 'endsWith') return lower(first).endsWith(lower(second));
    this.askedForStatus = true;
    if (name === 'always') return true;
    if (name === 'success' || name === 'failure') return this.#scope.status === name;
    throw new Error(`there is no function ${name} here`);
  }

  #take(sign: string): boolean {
    if (this.#tokens[0]?.kind !== 'sign' || this.#tokens[0].text !== sign) return false;
    this.#tokens.shift();
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw new Error(`${sign} is missing before ${this.#tokens[0]?.text ?? 'the end'}`);
  }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const kinds = ['text', 'number', 'name', 'sign'] as const;
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    const index = match?.slice(1).findIndex((part) => part !== undefined) ?? -1;
    const kind = kinds[index];
    if (match === null || kind === undefined) throw new Error(`not understood: ${text.slice(at).trim()}`);
    tokens.push({ kind, text: match[index + 1] ?? '' });
  }
  return tokens;
}

function truthy(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

/** Texts are compared without case. Values of two kinds become numbers at GitHub, which nobody means. */
function same(left: unknown, right: unknown): boolean {
  const [a, b] = [left ?? null, right ?? null];
  if (typeof a === 'string' && typeof b === 'string') return a.toLowerCase() === b.toLowerCase();
  if (a !== null && b !== null && typeof a !== typeof b) throw new Error(`compares ${typeof a} with ${typeof b}`);
  return a === b;
}

function lower(value: unknown): string {
  return textOf(value).toLowerCase();
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object') throw new Error('an object is no text');
  return String(value);
}
