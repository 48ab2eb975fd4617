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

/** What a text that was typed or pasted may be, the likeliest first. */
export function destinationsOf(typed: string, pages: readonly Page[]): readonly Destination[] {
  const text = typed.trim();
  const payments = (label: string, search: Record<string, string>): Destination => ({
    label,
    hint: 'Payments',
    to: '/payments',
    search,
  });
  const wanted = text.toLowerCase();
  const named = pages
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .map(({ name, path, key }) => ({ label: name, hint: `g ${key}`, to: path }));
  if (text === '' || !pages.some(({ path }) => path === '/payments')) return named;
  if (PAYMENT.test(text)) return [{ label: text, hint: 'Payment', to: `/payments/${text}` }];
  if (CUSTOMER.test(text)) {
    const own = { label: text, hint: 'Customer', to: `/customers/${text}` };
    return [
      payments(`Of customer ${text}`, { customer_id: text }),
      ...(pages.some(({ path }) => path === '/customers') ? [own] : []),
    ];
  }
  if (EMAIL.test(text)) return [payments(`Of the customer ${text}`, { customer_email: text })];
  const pair = PAIR.exec(text);
  const byPair =
    pair === null ? [] : [payments(`With metadata ${text}`, { metadata: `${pair[1]}=${pair[2]}` })];
  return [...named, ...byPair, payments(`With the key ${text}`, { idempotency_key: text })];
}

/** What a text that was typed among payments finds: never a page. */
export const paymentsOf = (typed: string): Destination | undefined =>
  typed.trim() === ''
    ? undefined
    : destinationsOf(typed, [{ path: '/payments', name: '', key: '' }]).find(({ hint }) => hint !== 'g ');
