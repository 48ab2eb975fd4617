import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  type Attention,
  type AttentionReason,
  isAboutSame,
  isForgotten,
  isSameCause,
  type Seen,
} from '../../domain/payments/attention.ts';
import { moved, type Payment, type Undecided } from '../../domain/payments/payment.ts';
import type { ChargeAnswer } from '../../ports/processor.ts';
import type { ChargeAbsent } from './ask-for-charge.ts';

/** A processor's answer as it is compared with what was asked. */
export function seenIn(answer: ChargeAnswer | ChargeAbsent): Seen {
  if ('absent' in answer) return { state: 'absent' };
  const { processorId } = answer;
  if ('awaits' in answer)
    return { state: answer.awaits === 'confirmation' ? 'absent' : 'pending', processorId };
  const { amount } = answer;
  return { state: answer.approved ? (answer.standing ?? 'approved') : 'declined', amount, processorId };
}

export const SILENT: Seen = { state: 'silent' };

type Cause = Pick<Attention, 'modification'> & Readonly<{ reason: AttentionReason; seen: Seen }>;

/**
 * The payment with a cause for attention put on it; undefined where there is nothing new to say: it has that cause already, or one
 * that is about something else and comes first.
 */
export function raised<Known extends Payment>(payment: Known, cause: Cause, now: Instant): Known | undefined {
  const { attention } = payment;
  if (attention !== undefined && (!isAboutSame(attention, cause) || isSameCause(attention, cause)))
    return undefined;
  const { reason, seen, modification } = cause;
  const next: Attention = { reason, seen, since: attention?.since ?? now, ...present({ modification }) };
  return { ...payment, ...moved(payment, now), attention: next };
}

/** The payment without attention to the charge, or to this modification: its end says what there is to say. */
export function withoutAttention<Known extends Payment>(
  payment: Known,
  about: Pick<Attention, 'modification'> = {},
): Known {
  const { attention, ...rest } = payment;
  return attention === undefined || !isAboutSame(attention, about) ? payment : (rest as unknown as Known);
}

/** The charge goes on as it was asked for, so it is in attention no more. */
export function clearAttention<Known extends Undecided>(payment: Known, now: Instant): Known {
  const cleared = withoutAttention(payment);
  return { ...cleared, ...moved(cleared, now) };
}

/** Silence is a cause once processors may have forgotten what they were asked, where nothing else is one. */
export const isSilentTooLong = ({ attention }: Payment, askedAt: Instant, now: Instant): boolean =>
  attention === undefined && isForgotten(askedAt, now);
