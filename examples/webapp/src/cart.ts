import { type Article, article } from './catalog.js';

export interface CartLine {
  readonly article: Article;
  readonly quantity: number;
}

/** What the customer has picked so far. */
export class Cart {
  private readonly quantities = new Map<string, number>();

  add(sku: string, quantity = 1): void {
    this.quantities.set(sku, (this.quantities.get(sku) ?? 0) + quantity);
  }

  get lines(): CartLine[] {
    return [...this.quantities].map(([sku, quantity]) => ({ article: article(sku), quantity }));
  }

  get count(): number {
    return this.lines.reduce((sum, line) => sum + line.quantity, 0);
  }
}
