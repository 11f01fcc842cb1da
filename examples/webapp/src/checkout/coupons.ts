import type { Category } from '../catalog.js';

/** Discount in per cent by coupon and category. */
const COUPONS: Readonly<Record<string, Partial<Record<Category, number>>>> = {
  WELCOME: { book: 10, game: 10, food: 5 },
  // Whoever wrote this one forgot that we sell coffee, too.
  SPRING25: { book: 25, game: 25 },
};

/** The discount a coupon gives on a category, in per cent. */
export function discountRate(coupon: string, category: Category): number {
  const rate = COUPONS[coupon]?.[category];
  if (rate === undefined) {
    throw new RangeError(`Coupon ${coupon} has no rate for ${category}`);
  }
  return rate;
}
