import type { VendorPayment } from './approval-queries.ts';

export type Awaited = NonNullable<VendorPayment['awaited']>;

const EITHER = new Intl.ListFormat('en', { type: 'disjunction' });

/** `an admin`, `2 of dispatcher or admin`. */
export function rolesInWords({ approvals, roles }: Awaited): string {
  const names = EITHER.format(roles);
  if (approvals > 1) return `${approvals} of ${names}`;
  return `${/^[aeiou]/.test(names) ? 'an' : 'a'} ${names}`;
}
