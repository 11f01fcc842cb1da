/**
 * What a reserved word does to the text behind it, as far as the tokenizer cares: `expression` words want an operand
 * (`return /x/`), `statement` words a statement (`else {`), `control` words a parenthesis after which a statement starts.
 */
export type KeywordKind = 'none' | 'expression' | 'statement' | 'control' | 'function' | 'class' | 'async' | 'default';

const WORDS: ReadonlyArray<readonly [KeywordKind, readonly string[]]> = [
  [
    'expression',
    ['return', 'typeof', 'case', 'delete', 'in', 'instanceof', 'new', 'throw', 'void', 'yield', 'await', 'extends'],
  ],
  ['statement', ['else', 'do', 'try', 'finally']],
  ['control', ['if', 'while', 'for', 'with']],
  ['function', ['function']],
  ['class', ['class']],
  ['async', ['async']],
  ['default', ['default']],
];

interface Entry {
  readonly bytes: Uint8Array;
  readonly kind: KeywordKind;
}

const LONGEST = 10;
/** By first byte and length: at most two words share a slot, and most names fall into none. */
const SLOTS: Entry[][] = [];
for (const [kind, words] of WORDS) {
  for (const word of words) {
    const slot = slotOf(word.charCodeAt(0), word.length);
    const entries = SLOTS[slot] ?? [];
    entries.push({ bytes: Buffer.from(word), kind });
    SLOTS[slot] = entries;
  }
}
for (let slot = 0; slot < 26 * 16; slot++) SLOTS[slot] ??= [];

function slotOf(first: number, length: number): number {
  return (first - 0x61) * 16 + length;
}

/** The kind of the word `[start, end)`. */
export function keywordAt(code: Uint8Array, start: number, end: number): KeywordKind {
  const length = end - start;
  const first = code[start] ?? 0;
  if (length < 2 || length > LONGEST || first < 0x61 || first > 0x7a) return 'none';
  for (const { bytes, kind } of SLOTS[slotOf(first, length)] ?? []) {
    let index = 1;
    while (index < length && bytes[index] === code[start + index]) index++;
    if (index === length) return kind;
  }
  return 'none';
}
