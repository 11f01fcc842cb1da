import type { CartLine } from '../cart.js';
import { discountRate } from './coupons.js';

export interface PricedLine {
  readonly title: string;
  readonly quantity: number;
  /** In cents, discount taken off. */
  readonly amount: number;
}

/** Prices one line of the cart. */
export function priceLine(line: CartLine, coupon: string | undefined): PricedLine {
  const full = line.article.price * line.quantity;
  const rate = coupon === undefined ? 0 : discountRate(coupon, line.article.category);
  return { title: line.article.title, quantity: line.quantity, amount: Math.round(full * (1 - rate / 100)) };
}

/** Prices the whole cart. */
export function priceCart(lines: readonly CartLine[], coupon: string | undefined): PricedLine[] {
  const priced: PricedLine[] = [];
  for (const line of lines) {
    priced.push(priceLine(line, coupon));
  }
  return priced;
}
