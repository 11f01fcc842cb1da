export type Category = 'book' | 'game' | 'food';

export interface Article {
  readonly sku: string;
  readonly title: string;
  readonly category: Category;
  /** In cents. */
  readonly price: number;
}

export const CATALOG: readonly Article[] = [
  { sku: 'B-100', title: 'A Field Guide to Stack Traces', category: 'book', price: 2900 },
  { sku: 'G-220', title: 'Bug Hunt, the board game', category: 'game', price: 3450 },
  { sku: 'F-007', title: 'Coffee, 500 g', category: 'food', price: 890 },
];

/** Finds an article by its number. */
export function article(sku: string): Article {
  const found = CATALOG.find((candidate) => candidate.sku === sku);
  if (found === undefined) throw new Error(`No article ${sku} in the catalog`);
  return found;
}
