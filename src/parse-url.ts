/**
 * A URL, or undefined when the text is none. Not by `URL.canParse`: once it is compiled, Node 20's reads texts with characters of
 * Latin-1 as UTF-8, and then says yes where `new URL` throws, or no to a good address.
 */
export function parseUrl(text: string, base?: string | URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
