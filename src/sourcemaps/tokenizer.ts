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
import { keywordAt } from './keywords.js';
import { endOfBlockComment, endOfRegularExpression, endOfString, endOfTemplateChunk } from './literals.js';
import { TokenContext } from './token-context.js';

/** Called for each comment in order: `[start, end)` with its marks, without the line terminator of a line comment. */
export type CommentVisitor = (start: number, end: number, block: boolean) => void;

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
  private readonly context = new TokenContext();
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
    return this.sound && this.context.isBalanced;
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
    if (this.context.dot) this.context.endOperand();
    else this.context.keywordOrName(keywordAt(code, pos, end));
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
      const end = this.context.operand ? -1 : endOfRegularExpression(code, pos);
      this.pos = end < 0 ? pos + 1 : end;
      if (end < 0) this.context.wantExpression();
      else this.context.endOperand();
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
    this.context.endOperand();
  }

  private template(): void {
    if (!this.moveTo(endOfTemplateChunk(this.code, this.pos))) return;
    if (this.code[this.pos - 1] === BACKTICK) {
      this.context.endOperand();
    } else {
      this.context.push('template');
      this.context.wantExpression();
    }
  }

  /** @returns false, and the walk is over, when what was open never ends. */
  private moveTo(end: number): boolean {
    this.pos = end < 0 ? this.code.length : end;
    if (end < 0) this.sound = false;
    return end >= 0;
  }

  private punctuator(byte: number): void {
    const { context } = this;
    if (byte === 0x2e /* . */) {
      this.period();
    } else if (byte === 0x29 || byte === 0x5d || byte === 0x7d /* ) ] } */) {
      this.close();
    } else if (byte === 0x28 /* ( */) {
      this.pos++;
      context.openParenthesis();
    } else if (byte === 0x7b /* { */) {
      this.pos++;
      context.openBrace();
    } else if (byte === 0x5b /* [ */) {
      context.push('group');
      this.advance();
    } else if (byte === SEMICOLON) {
      this.pos++;
      context.wantStatement();
    } else if (byte === 0x3a /* : */) {
      this.pos++;
      context.colon();
    } else {
      this.operator(byte);
    }
  }

  private close(): void {
    this.pos++;
    const closed = this.context.close();
    if (closed === undefined) this.sound = false;
    else if (closed === 'template') this.template();
  }

  /** One byte on, and an expression is wanted. */
  private advance(): void {
    this.pos++;
    this.context.wantExpression();
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
      this.context.wantExpression();
      this.context.arrow = true;
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
      this.context.endOperand();
      this.context.dot = true;
    } else {
      if (next === 0x3f) this.pos++;
      else this.context.conditionals++;
      this.advance();
    }
  }

  private period(): void {
    const { code, pos } = this;
    if (code[pos + 1] === 0x2e && code[pos + 2] === 0x2e) {
      this.pos += 3;
      this.context.wantExpression();
    } else {
      this.pos++;
      this.context.endOperand();
      this.context.dot = true;
    }
  }

  /**
   * `<!--` starts a comment in scripts, `-->` one at the start of a line. `a<!--b` without a space, which only a minifier of
   * modules writes, compares.
   */
  private isHtmlComment(byte: number): boolean {
    const { code, pos } = this;
    if (byte === 0x3c) {
      return startsWithAt(code, '<!--', pos) && !(this.context.operand && pos > 0 && (code[pos - 1] ?? 0) > SPACE);
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
