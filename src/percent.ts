/**
 * Undoes percent-encoding. Text that is not valid percent-encoded UTF-8 stays as it is, whole: a lone `%` is meant as one. What is
 * sent to a proxy and what is masked of it must be the same text, and a file that is named is looked for as it is named elsewhere.
 */
export function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
