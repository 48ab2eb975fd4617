import { typedAmount } from '../payments/typed-amount.ts';
import type { PageLink } from './pages.ts';

type Page = Pick<PageLink, 'path' | 'name' | 'key'>;

export type Destination = Readonly<{
  label: string;
  hint: string;
  to: string;
  search?: Record<string, string>;
}>;

const PAYMENT = /^pay_[0-9a-f]{32}$/;
const CUSTOMER = /^cus_[0-9a-f]{32}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const PAIR = /^([^=\s]{1,40})=(.{1,500})$/;

/** The pages whose name has the text in it. */
export const pagesNamed = (text: string, pages: readonly Page[]): readonly Destination[] => {
  const wanted = text.toLowerCase();
  return pages
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .map(({ name, path, key }) => ({ label: name, hint: `g ${key}`, to: path }));
};

/** What a text that was typed among payments finds: the list by a filter, or one of them; a fault where an amount is none of its currency. */
export function paymentsOf(typed: string): Destination | Readonly<{ fault: string }> | undefined {
  const text = typed.trim();
  const listed = (search: Record<string, string>): Destination => ({
    label: text,
    hint: 'Payments',
    to: '/payments',
    search,
  });
  if (text === '') return undefined;
  if (PAYMENT.test(text)) return { label: text, hint: 'Payment', to: `/payments/${text}` };
  if (CUSTOMER.test(text)) return listed({ customer_id: text });
  if (EMAIL.test(text)) return listed({ customer_email: text });
  const amount = typedAmount(text);
  if (amount !== undefined) {
    if ('fault' in amount) return amount;
    const minor = `${amount.minor}`;
    return listed({ currency: amount.currency, min_amount: minor, max_amount: minor });
  }
  return listed(PAIR.test(text) ? { metadata: text } : { idempotency_key: text });
}
