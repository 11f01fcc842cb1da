import type { KeywordKind } from './keywords.js';

/**
 * What an open bracket is. It decides, when the bracket closes, whether a `/` after it divides or starts a regular
 * expression, and, while it is open, whether a `:` inside belongs to an object or ends a label.
 */
type Bracket =
  | 'control'
  | 'params-declaration'
  | 'params-expression'
  | 'group'
  | 'block'
  | 'function-expression'
  | 'object'
  | 'class-declaration'
  | 'class-expression'
  | 'template';

type Role = 'none' | 'declaration' | 'expression';

interface Frame {
  readonly bracket: Bracket;
  /** `?` of conditionals still without their `:` outside this bracket. */
  readonly conditionals: number;
  /** A `class` whose body has not opened yet outside this bracket: `class A extends f({}) {`. */
  readonly pendingClass: Role;
}

const ENDS_OPERAND: ReadonlySet<Bracket> = new Set([
  'params-declaration',
  'params-expression',
  'group',
  'function-expression',
  'object',
  'class-expression',
]);
const HOLDS_MEMBERS: ReadonlySet<Bracket> = new Set(['object', 'class-declaration', 'class-expression']);
const HOLDS_STATEMENTS: ReadonlySet<Bracket | undefined> = new Set([undefined, 'block', 'function-expression']);

/** What the tokens so far say about the next one. Holds no position: the tokenizer walks, this remembers. */
export class TokenContext {
  /** The token before ended an operand: a `/` divides. */
  operand = false;
  /** A statement may start here: `{` opens a block, `function` declares. */
  private statement = true;
  /** The token before was a lone `.`: the next word is a property name, whatever it spells. */
  dot = false;
  arrow = false;
  private closed: Bracket | undefined;
  private keyword: KeywordKind = 'none';
  private pendingFunction: Role = 'none';
  private pendingClass: Role = 'none';
  private asyncAtStatement = false;
  conditionals = 0;
  private readonly frames: Frame[] = [];

  /** After an operand: a name, a literal, a closing bracket. */
  endOperand(): void {
    this.operand = true;
    this.statement = false;
    this.dot = false;
    this.arrow = false;
    this.closed = undefined;
    this.keyword = 'none';
  }

  /** After something that wants an expression next. */
  wantExpression(): void {
    this.endOperand();
    this.operand = false;
  }

  /** After something that ends a statement or introduces one. */
  wantStatement(): void {
    this.wantExpression();
    this.statement = true;
  }

  keywordOrName(kind: KeywordKind): void {
    const { operand, statement, keyword } = this;
    switch (kind) {
      case 'statement':
        this.wantStatement();
        break;
      case 'expression':
        this.wantExpression();
        // `for await (` stays a loop head.
        if (keyword === 'control') this.keyword = keyword;
        break;
      case 'control':
        this.wantExpression();
        this.keyword = kind;
        break;
      case 'default':
        this.wantExpression();
        this.keyword = kind;
        break;
      case 'function':
      case 'class': {
        const declares = keyword === 'async' ? this.asyncAtStatement : statement || operand || keyword === 'default';
        if (kind === 'function') this.pendingFunction = declares ? 'declaration' : 'expression';
        else this.pendingClass = declares ? 'declaration' : 'expression';
        this.wantExpression();
        break;
      }
      case 'async':
        this.asyncAtStatement = statement || operand || keyword === 'default';
        this.endOperand();
        this.keyword = kind;
        break;
      case 'none':
        this.endOperand();
    }
  }

  colon(): void {
    if (this.conditionals > 0) {
      this.conditionals--;
      this.wantExpression();
    } else if (HOLDS_STATEMENTS.has(this.frames.at(-1)?.bracket)) {
      this.wantStatement();
    } else {
      this.wantExpression();
    }
  }

  push(bracket: Bracket): void {
    this.frames.push({ bracket, conditionals: this.conditionals, pendingClass: this.pendingClass });
    this.conditionals = 0;
    this.pendingClass = 'none';
  }

  openParenthesis(): void {
    let bracket: Bracket = 'group';
    if (this.keyword === 'control') bracket = 'control';
    else if (this.pendingFunction !== 'none') bracket = `params-${this.pendingFunction}`;
    this.pendingFunction = 'none';
    this.push(bracket);
    this.wantExpression();
  }

  openBrace(): void {
    let bracket: Bracket = 'object';
    if (this.pendingClass !== 'none') {
      bracket = `class-${this.pendingClass}`;
      this.pendingClass = 'none';
    } else if (this.closed === 'params-expression') {
      bracket = 'function-expression';
    } else if (this.statement || this.arrow || this.operand) {
      bracket = 'block';
    }
    this.push(bracket);
    if (HOLDS_MEMBERS.has(bracket)) this.wantExpression();
    else this.wantStatement();
  }

  /** @returns what was closed; undefined when nothing was open */
  close(): Bracket | undefined {
    const frame = this.frames.pop();
    if (frame === undefined) {
      this.wantStatement();
      return undefined;
    }
    this.conditionals = frame.conditionals;
    this.pendingClass = frame.pendingClass;
    if (ENDS_OPERAND.has(frame.bracket)) {
      this.endOperand();
      this.closed = frame.bracket;
    } else {
      this.wantStatement();
    }
    return frame.bracket;
  }

  /** Everything that was opened was closed. */
  get isBalanced(): boolean {
    return this.frames.length === 0;
  }
}
