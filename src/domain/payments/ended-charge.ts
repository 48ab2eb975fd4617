import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import { type AttentionReason, differenceOf, type Seen } from './attention.ts';
import { hasModificationUnderWay } from './modification.ts';
import type { Authorized, Canceled, Failed, Payment, Succeeded } from './payment.ts';

/** A payment whose charge has ended, here at least. */
export type Ended = Authorized | Succeeded | Failed | Canceled;

/** Whether a payment waits for nothing: its charge has ended, and no capture, refund or void of it is under way. */
export function isAtRest(payment: Payment): payment is Ended {
  switch (payment.status) {
    case 'authorized':
    case 'succeeded':
      return !hasModificationUnderWay(payment);
    case 'failed':
    case 'canceled':
      return true;
    case 'pending':
    case 'processing':
    case 'requires_action':
      return false;
  }
}

/**
 * In what the processor's record of a charge contradicts a payment at rest; undefined where nothing does. What was refunded is not
 * compared, since records of charges do not say it. A charge that is still under way there contradicts nothing yet, and neither does a
 * hold that has lapsed by `now`.
 */
export function contradictionOf(payment: Ended, seen: Seen, now: Instant): AttentionReason | undefined {
  if (payment.status === 'failed' || payment.status === 'canceled')
    return holdsMoney(payment, seen) ? 'state_differs' : undefined;
  if (seen.state === 'pending' || seen.state === 'silent') return undefined;
  // Of a charge that it has no name for, a processor that knows charges by their names has no record.
  if (seen.state === 'absent') return payment.processorId === undefined ? undefined : 'state_differs';
  const asked = { amount: payment.authorized, ...present({ processorId: payment.processorId }) };
  return differenceOf(asked, seen) ?? (standsElse(payment, seen, now) ? 'state_differs' : undefined);
}

/** That it was approved says nothing of a hold that has been released since. */
function holdsMoney(payment: Failed | Canceled, { state }: Seen): boolean {
  if (state !== 'approved') return state === 'authorized' || state === 'captured';
  return payment.status === 'failed' || payment.authorized.minorUnits === 0n;
}

function standsElse(payment: Authorized | Succeeded, { state }: Seen, now: Instant): boolean {
  const isTakenWhole = payment.captured.minorUnits === payment.authorized.minorUnits;
  switch (state) {
    case 'declined':
      return true;
    case 'authorized':
      // A capture of all that is held may leave the hold open there.
      return payment.status === 'succeeded' && !(isTakenWhole && payment.captureMethod === 'manual');
    case 'captured':
      return (
        payment.status === 'authorized' && !(hasLapsed(payment, now) && payment.captured.minorUnits > 0n)
      );
    case 'canceled':
      // The rest of a capture in part was released.
      return payment.status === 'authorized' ? !hasLapsed(payment, now) : isTakenWhole;
    case 'approved':
    case 'pending':
    case 'absent':
    case 'silent':
      return false;
  }
}

const hasLapsed = ({ authorizedUntil }: Authorized, now: Instant): boolean =>
  authorizedUntil !== undefined && authorizedUntil <= now;
