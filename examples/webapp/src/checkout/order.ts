import type { Cart } from '../cart.js';
import { formatMoney } from '../money.js';
import { type PricedLine, priceCart } from './pricing.js';

export interface Order {
  readonly lines: readonly PricedLine[];
  readonly total: string;
}

/** Turns a cart into an order. */
export function placeOrder(cart: Cart, coupon?: string): Order {
  const lines = priceCart(cart.lines, coupon);
  const total = lines.reduce((sum, line) => sum + line.amount, 0);
  return { lines, total: formatMoney(total) };
}
