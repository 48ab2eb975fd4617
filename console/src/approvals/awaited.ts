import type { Session } from '../api/session.ts';
import type { VendorPayment } from './approval-queries.ts';

export type Awaited = NonNullable<VendorPayment['awaited']>;

const EITHER = new Intl.ListFormat('en', { type: 'disjunction' });

/** `an admin`, `2 of dispatcher or admin`. */
export function rolesInWords({ approvals, roles }: Awaited): string {
  const names = EITHER.format(roles);
  if (approvals > 1) return `${approvals} of ${names}`;
  return `${/^[aeiou]/.test(names) ? 'an' : 'a'} ${names}`;
}

/** Why this person may not approve the payment, as far as it says that itself; the API refuses more. */
export function whyNot(
  { createdBy, changedBy = [], approvals = [], awaited }: VendorPayment,
  { subject, roles }: Session,
): string | undefined {
  if (createdBy === subject || changedBy.includes(subject))
    return 'You made or changed it: another approves it.';
  if (approvals.some(({ by }) => by === subject)) return 'You approved it: another does so too.';
  return awaited === undefined || awaited.roles.some((role) => roles.includes(role))
    ? undefined
    : `Your role does not approve it: it waits for ${rolesInWords(awaited)}.`;
}
