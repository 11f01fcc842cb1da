/** A replacement of `[start, end)` bytes. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/** An edit that puts `text` where `[start, end)` was. */
export function replaceWith(start: number, end: number, text: string): Edit {
  return { start, end, bytes: Buffer.from(text) };
}

/**
 * Applies edits that don't overlap. The result is views into `bytes` and the edits, in order: nothing is copied. Edits at one
 * place keep their order.
 */
export function applyEdits(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (edit.start > from) pieces.push(bytes.subarray(from, edit.start));
    if (edit.bytes.length > 0) pieces.push(edit.bytes);
    from = edit.end;
  }
  if (from < bytes.length) pieces.push(bytes.subarray(from));
  return pieces;
}
