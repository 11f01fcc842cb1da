import { asBuffer } from './bytes.js';
import { findMagicComment, findMagicCommentInTail, type MagicComment } from './magic-comment.js';

/** Where a script says its source map is. */
export interface Reference {
  /**
   * The URL as written: neither percent-decoded nor cut. Of a `data:` URL only the head up to its comma: the map itself can be
   * hundreds of megabytes.
   */
  readonly reference: string;
  /** The map is in the URL itself. */
  readonly inline: boolean;
  readonly comment: MagicComment;
}

const KEY = 'sourceMappingURL';
/** Longest head of a data URL, `data:application/json;charset=utf-8;base64,` and then some. */
const DATA_HEAD_BYTES = 256;
const LONGEST_REFERENCE = 64 * 1024;

/**
 * The reference in the last real comment: `//# sourceMappingURL=…`, `//@ …` or the block form. A comment with an empty value
 * is no reference.
 */
export function findReference(code: Uint8Array): Reference | undefined {
  const comment = findMagicComment(code, KEY);
  return comment === undefined ? undefined : toReference(code, comment);
}

/**
 * The reference, from the last bytes of the file alone. Offsets count from the start of `tail`.
 *
 * @returns `'unsure'` when only the whole file can tell: also when `tail` holds no comment, for an earlier one may exist
 */
export function findReferenceInTail(tail: Uint8Array): Reference | 'unsure' | undefined {
  const comment = findMagicCommentInTail(tail, KEY);
  return comment === 'unsure' || comment === undefined ? comment : toReference(tail, comment);
}

function toReference(code: Uint8Array, comment: MagicComment): Reference | undefined {
  const { valueStart, valueEnd } = comment;
  if (valueEnd === valueStart) return undefined;
  const buffer = asBuffer(code);
  const head = buffer.toString('latin1', valueStart, Math.min(valueEnd, valueStart + 5)).toLowerCase();
  // No path and no URL is this long; it must not become a string that V8 cannot hold.
  if (head !== 'data:' && valueEnd - valueStart > LONGEST_REFERENCE) return undefined;
  if (head !== 'data:') return { reference: buffer.toString('utf8', valueStart, valueEnd), inline: false, comment };
  const dataHead = buffer.toString('latin1', valueStart, Math.min(valueEnd, valueStart + DATA_HEAD_BYTES));
  const comma = dataHead.indexOf(',');
  return { reference: comma < 0 ? dataHead : dataHead.slice(0, comma + 1), inline: true, comment };
}
