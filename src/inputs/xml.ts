/** An XML text without its comments. A comment that never ends stays. Its time grows with the length, whatever the text is. */
export function withoutComments(xml: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let open = xml.indexOf('<!--'); open >= 0; open = xml.indexOf('<!--', at)) {
    const close = xml.indexOf('-->', open + 4);
    if (close < 0) break;
    kept.push(xml.slice(at, open));
    at = close + 3;
  }
  kept.push(xml.slice(at));
  return kept.join('');
}
