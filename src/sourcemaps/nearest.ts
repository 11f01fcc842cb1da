/** Names longer than this are compared by their beginning only: edit distance is quadratic. */
const COMPARED_LENGTH = 128;

/**
 * The names most like `wanted`, best first: same letters in another case, one containing the other, then by edit distance up
 * to a third of the length (two for words such as `biuld`). For messages only. Equal scores are ordered by name, so that messages are stable.
 */
export function nearest(wanted: string, names: readonly string[], limit: number): string[] {
  const limitDistance = wanted.length <= 3 ? 1 : Math.max(2, Math.floor(wanted.length / 3));
  return names
    .map((name) => ({ name, score: distance(wanted, name) }))
    .filter(({ score }) => score <= limitDistance)
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name);
}

function distance(wanted: string, name: string): number {
  const a = wanted.slice(0, COMPARED_LENGTH).toLowerCase();
  const b = name.slice(0, COMPARED_LENGTH).toLowerCase();
  if (a === b) return 0;
  if (Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a))) return 1;
  return editDistance(a, b);
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
