import type { Cart } from './cart.js';
import { CATALOG } from './catalog.js';
import { formatMoney } from './money.js';

/** What the page asks the app to do. */
export interface Actions {
  readonly checkout: (coupon: string | undefined) => Promise<{ readonly total: string }>;
}

/** Draws the shop into an element. */
export function mount(root: HTMLElement, cart: Cart, actions: Actions): void {
  const status = document.createElement('p');
  const coupon = document.createElement('input');
  coupon.placeholder = 'Coupon';
  coupon.value = 'SPRING25';
  const list = document.createElement('ul');
  for (const { sku, title, price } of CATALOG) {
    const row = document.createElement('li');
    row.append(
      `${title}, ${formatMoney(price)} `,
      button('Add', () => {
        cart.add(sku);
        status.textContent = `${cart.count} in the cart`;
      }),
    );
    list.append(row);
  }
  const order = button('Check out', async () => {
    const { total } = await actions.checkout(coupon.value === '' ? undefined : coupon.value);
    status.textContent = `Thank you. ${total}`;
  });
  root.replaceChildren(list, coupon, order, status);
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.textContent = text;
  element.addEventListener('click', onClick);
  return element;
}
