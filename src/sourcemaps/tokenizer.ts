import {
  AT,
  BACKTICK,
  BANG,
  blankLength,
  bomLength,
  CR,
  DOUBLE_QUOTE,
  findLineEnd,
  HASH,
  isUnicodeLineEnd,
  LF,
  SEMICOLON,
  SINGLE_QUOTE,
  SLASH,
  SPACE,
  STAR,
  startsWithAt,
  TAB,
} from './bytes.js';
import { type KeywordKind, keywordAt } from './keywords.js';
import { endOfBlockComment, endOfRegularExpression, endOfString, endOfTemplateChunk } from './literals.js';

/** Called for each comment in order: `[start, end)` with its marks, without the line terminator of a line comment. */
export type CommentVisitor = (start: number, end: number, block: boolean) => void;

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

/**
 * Walks JavaScript (scripts and modules, ES2025, sloppy or strict) and reports its comments. It knows strings, templates
 * with nesting, regular expressions and brackets, because a `//# sourceMappingURL=` in any of those is no comment.
 * Broken code is walked to its end as well as it goes.
 *
 * @returns whether the code made sense: everything that was opened was closed.
 */
export function scanComments(code: Uint8Array, onComment: CommentVisitor): boolean {
  return new Scanner(code, onComment).run();
}

class Scanner {
  private pos = 0;
  private sound = true;
  /** The token before ended an operand: a `/` divides. */
  private operand = false;
  /** A statement may start here: `{` opens a block, `function` declares. */
  private statement = true;
  /** The token before was a lone `.`: the next word is a property name, whatever it spells. */
  private dot = false;
  private arrow = false;
  private closed: Bracket | undefined;
  private keyword: KeywordKind = 'none';
  private pendingFunction: Role = 'none';
  private pendingClass: Role = 'none';
  private asyncAtStatement = false;
  private conditionals = 0;
  private readonly frames: Frame[] = [];

  private readonly code: Uint8Array;
  private readonly onComment: CommentVisitor;

  constructor(code: Uint8Array, onComment: CommentVisitor) {
    this.code = code;
    this.onComment = onComment;
  }

  run(): boolean {
    const { code } = this;
    this.pos = bomLength(code);
    if (code[this.pos] === HASH && code[this.pos + 1] === BANG) this.pos = findLineEnd(code, this.pos);
    while (this.pos < code.length) this.step(code[this.pos] ?? 0);
    return this.sound && this.frames.length === 0;
  }

  private step(byte: number): void {
    if (byte <= 0x20) {
      this.pos++;
    } else if (isWordByte(byte)) {
      this.word(byte);
    } else if (byte === SLASH) {
      this.slash();
    } else if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) {
      this.string();
    } else if (byte === BACKTICK) {
      this.pos++;
      this.template();
    } else {
      this.punctuator(byte);
    }
  }

  /** After an operand: a name, a literal, a closing bracket. */
  private endOperand(): void {
    this.operand = true;
    this.statement = false;
    this.dot = false;
    this.arrow = false;
    this.closed = undefined;
    this.keyword = 'none';
  }

  /** After something that wants an expression next. */
  private wantExpression(): void {
    this.endOperand();
    this.operand = false;
  }

  /** After something that ends a statement or introduces one. */
  private wantStatement(): void {
    this.wantExpression();
    this.statement = true;
  }

  private word(first: number): void {
    const { code, pos } = this;
    if (first === 0xe2 && isUnicodeLineEnd(code, pos)) {
      this.pos += 3;
      return;
    }
    if (first >= 0x80) {
      const blank = blankLength(code, pos);
      if (blank > 0) {
        this.pos += blank;
        return;
      }
    }
    let end = pos + 1;
    while (end < code.length && isWordByte(code[end] ?? 0) && !(code[end] === 0xe2 && isUnicodeLineEnd(code, end)))
      end++;
    this.pos = end;
    if (this.dot) this.endOperand();
    else this.keywordOrName(keywordAt(code, pos, end));
  }

  private keywordOrName(kind: KeywordKind): void {
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

  private slash(): void {
    const { code, pos } = this;
    const next = code[pos + 1];
    if (next === SLASH) {
      this.pos = findLineEnd(code, pos);
      this.onComment(pos, this.pos, false);
    } else if (next === STAR) {
      if (this.moveTo(endOfBlockComment(code, pos))) this.onComment(pos, this.pos, true);
    } else {
      const end = this.operand ? -1 : endOfRegularExpression(code, pos);
      this.pos = end < 0 ? pos + 1 : end;
      if (end < 0) this.wantExpression();
      else this.endOperand();
    }
  }

  private string(): void {
    const { code, pos } = this;
    const end = endOfString(code, pos);
    if (end < 0) {
      // On with the next line: what follows a broken string is most likely code again.
      this.sound = false;
      this.pos = findLineEnd(code, pos);
    } else {
      this.pos = end;
    }
    this.endOperand();
  }

  private template(): void {
    if (!this.moveTo(endOfTemplateChunk(this.code, this.pos))) return;
    if (this.code[this.pos - 1] === BACKTICK) {
      this.endOperand();
    } else {
      this.push('template');
      this.wantExpression();
    }
  }

  /** @returns false, and the walk is over, when what was open never ends. */
  private moveTo(end: number): boolean {
    this.pos = end < 0 ? this.code.length : end;
    if (end < 0) this.sound = false;
    return end >= 0;
  }

  private punctuator(byte: number): void {
    if (byte === 0x28 /* ( */) {
      this.openParenthesis();
    } else if (byte === 0x7b /* { */) {
      this.openBrace();
    } else if (byte === 0x5b /* [ */) {
      this.push('group');
      this.advance();
    } else if (byte === 0x29 || byte === 0x5d || byte === 0x7d /* ) ] } */) {
      this.close();
    } else if (byte === SEMICOLON) {
      this.pos++;
      this.wantStatement();
    } else if (byte === 0x3a /* : */) {
      this.colon();
    } else if (byte === 0x2e /* . */) {
      this.period();
    } else {
      this.operator(byte);
    }
  }

  /** One byte on, and an expression is wanted. */
  private advance(): void {
    this.pos++;
    this.wantExpression();
  }

  private operator(byte: number): void {
    const { code, pos } = this;
    const next = code[pos + 1];
    if (byte === 0x3f /* ? */) {
      this.questionMark(next);
    } else if (this.isHtmlComment(byte)) {
      this.pos = findLineEnd(code, pos);
    } else if ((byte === 0x2b || byte === 0x2d) && next === byte) {
      // `++` and `--` leave things as they are: `a++ / b` divides, `++` before a name wants that name.
      this.pos += 2;
    } else if (byte === 0x3d && next === 0x3e /* => */) {
      this.pos += 2;
      this.wantExpression();
      this.arrow = true;
    } else if (byte === HASH || byte === AT) {
      this.pos++;
    } else {
      this.advance();
    }
  }

  private questionMark(next: number | undefined): void {
    const third = this.code[this.pos + 2] ?? 0;
    if (next === 0x2e && !(third >= 0x30 && third <= 0x39)) {
      this.pos += 2;
      this.endOperand();
      this.dot = true;
    } else {
      if (next === 0x3f) this.pos++;
      else this.conditionals++;
      this.advance();
    }
  }

  private colon(): void {
    this.pos++;
    if (this.conditionals > 0) {
      this.conditionals--;
      this.wantExpression();
    } else if (HOLDS_STATEMENTS.has(this.frames.at(-1)?.bracket)) {
      this.wantStatement();
    } else {
      this.wantExpression();
    }
  }

  private period(): void {
    const { code, pos } = this;
    if (code[pos + 1] === 0x2e && code[pos + 2] === 0x2e) {
      this.pos += 3;
      this.wantExpression();
    } else {
      this.pos++;
      this.endOperand();
      this.dot = true;
    }
  }

  private push(bracket: Bracket): void {
    this.frames.push({ bracket, conditionals: this.conditionals, pendingClass: this.pendingClass });
    this.conditionals = 0;
    this.pendingClass = 'none';
  }

  private openParenthesis(): void {
    let bracket: Bracket = 'group';
    if (this.keyword === 'control') bracket = 'control';
    else if (this.pendingFunction !== 'none') bracket = `params-${this.pendingFunction}`;
    this.pendingFunction = 'none';
    this.push(bracket);
    this.advance();
  }

  private openBrace(): void {
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
    this.pos++;
    if (HOLDS_MEMBERS.has(bracket)) this.wantExpression();
    else this.wantStatement();
  }

  private close(): void {
    this.pos++;
    const frame = this.frames.pop();
    if (frame === undefined) {
      this.sound = false;
      this.wantStatement();
      return;
    }
    this.conditionals = frame.conditionals;
    this.pendingClass = frame.pendingClass;
    if (frame.bracket === 'template') {
      this.template();
    } else if (ENDS_OPERAND.has(frame.bracket)) {
      this.endOperand();
      this.closed = frame.bracket;
    } else {
      this.wantStatement();
    }
  }

  /**
   * `<!--` starts a comment in scripts, `-->` one at the start of a line. `a<!--b` without a space, which only a minifier of
   * modules writes, compares.
   */
  private isHtmlComment(byte: number): boolean {
    const { code, pos } = this;
    if (byte === 0x3c) {
      return startsWithAt(code, '<!--', pos) && !(this.operand && pos > 0 && (code[pos - 1] ?? 0) > SPACE);
    }
    if (byte !== 0x2d || !startsWithAt(code, '-->', pos)) return false;
    let before = pos - 1;
    while (before >= 0 && (code[before] === SPACE || code[before] === TAB)) before--;
    return before < 0 || code[before] === LF || code[before] === CR;
  }
}

/** Bytes of names, numbers and escapes in names; non-ASCII bytes count, blank ones are sorted out by the caller. */
function isWordByte(byte: number): boolean {
  return WORD[byte] === 1;
}

const WORD = new Uint8Array(256).fill(1, 0x80);
for (const character of '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$\\') {
  WORD[character.charCodeAt(0)] = 1;
}
