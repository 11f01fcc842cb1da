/**
 * The long word in which a cut fell. Letters of scripts that put no spaces between words (\p{Lo}: Han, kana, Thai …) are no part of
 * one: a whole sentence would go.
 */
const CUT_WORD = /[^\s\p{Lo}]{16,}$/u;

/**
 * The beginning of a text, with `…` where it was cut; what is short enough stays as it is. No long word is cut in its middle: what
 * should be shown may hold a key by mistake, and half of a secret is known to nobody who hides secrets, nor is it masked.
 *
 * @param maxLength in UTF-16 units, the `…` among them
 */
export function cutWords(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  // First, half a character that the cut left.
  const start = text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '');
  return `${start.replace(CUT_WORD, '')}…`;
}
