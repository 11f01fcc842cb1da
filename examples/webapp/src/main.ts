import { Cart } from './cart.js';
import type { Order } from './checkout/order.js';
import { mount } from './view.js';

/** The checkout is loaded when it is needed, so it is a file of its own in the build. */
export async function checkout(cart: Cart, coupon?: string): Promise<Order> {
  const { placeOrder } = await import('./checkout/order.js');
  return placeOrder(cart, coupon);
}

/** What the demo and the tests run without a browser: one of each article, and a coupon. */
export async function buyOneOfEach(coupon?: string): Promise<Order> {
  const cart = new Cart();
  for (const sku of ['B-100', 'G-220', 'F-007']) cart.add(sku);
  return await checkout(cart, coupon);
}

const root = typeof document === 'undefined' ? null : document.getElementById('shop');
if (root !== null) {
  const cart = new Cart();
  mount(root, cart, { checkout: (coupon) => checkout(cart, coupon) });
}
