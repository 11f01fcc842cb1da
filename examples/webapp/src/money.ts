const FORMAT = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });

/** `2900` → `€29.00` */
export function formatMoney(cents: number): string {
  return FORMAT.format(cents / 100);
}
