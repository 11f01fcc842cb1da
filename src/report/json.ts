/** Elements of a list that are turned into text together: a hundred thousand of them would be a text of 40 MB. */
const BATCH = 1000;
/** Text that is put together from smaller pieces before it is handed on. */
const PIECE_LENGTH = 64 << 10;

/** A list in parts of {@link BATCH}. */
export function* batches<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += BATCH) yield list.slice(at, at + BATCH);
}

/** What `JSON.stringify(value, null, 2)` gives, in pieces, so that a report of any size takes little memory. Plain data only. */
export function* jsonPieces(value: unknown): Generator<string> {
  let piece = '';
  for (const part of write(value, '')) {
    piece += part;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function* write(value: unknown, indent: string): Generator<string> {
  if (Array.isArray(value) && value.length > BATCH) yield* writeList(value, indent);
  else if (typeof value !== 'object' || value === null || Array.isArray(value)) yield indented(value, indent);
  else yield* writeObject(value, indent);
}

function* writeList(list: readonly unknown[], indent: string): Generator<string> {
  let before = '[';
  for (const batch of batches(list)) {
    // Without the brackets of its own.
    yield before + indented(batch, indent).slice(1, -indent.length - 2);
    before = ',';
  }
  yield `\n${indent}]`;
}

function* writeObject(object: object, indent: string): Generator<string> {
  let before = '{';
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    yield `${before}\n${indent}  ${JSON.stringify(key)}: `;
    yield* write(value, `${indent}  `);
    before = ',';
  }
  yield before === '{' ? '{}' : `\n${indent}}`;
}

/** A text in JSON holds no line feed, so each one begins a line. */
function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
}
