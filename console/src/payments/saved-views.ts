import * as z from 'zod/mini';
import { type PaymentSearch, paymentSearch } from './payment-search.ts';

export type View = Readonly<{ name: string; search: PaymentSearch }>;

const MOST_VIEWS = 30;

const stored = z.array(
  z.object({ name: z.string().check(z.minLength(1), z.maxLength(60)), search: paymentSearch }),
);

/** The views that were kept, as far as they are any; filters that are none are left out of each. */
export const viewsIn = (value: unknown): readonly View[] => {
  const found = stored.safeParse(value);
  return found.success ? found.data.slice(0, MOST_VIEWS) : [];
};

/** With one more, in the order of their names; one of the same name gives way. */
export const withView = (views: readonly View[], { name, search }: View): readonly View[] => {
  const given = Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
  const others = views.filter((each) => each.name !== name);
  return [...others, { name, search: given as PaymentSearch }]
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .slice(0, MOST_VIEWS);
};

/** Whether two searches choose by the same filters. */
export const isSame = (a: PaymentSearch, b: PaymentSearch): boolean =>
  Object.keys(paymentSearch.shape).every(
    (name) => a[name as keyof PaymentSearch] === b[name as keyof PaymentSearch],
  );
