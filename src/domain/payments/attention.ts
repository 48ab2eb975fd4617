import type { TransactionId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import type { Resolver } from '../kernel/second-person.ts';

/**
 * Why a payment needs people: the processor's record says another amount, currency or charge than was asked for, a state that
 * contradicts what was asked or what it said before, or it has said nothing for longer than processors remember requests.
 */
export const ATTENTION_REASONS = [
  'amount_differs',
  'currency_differs',
  'charge_differs',
  'state_differs',
  'silence',
] as const;
export type AttentionReason = (typeof ATTENTION_REASONS)[number];

/**
 * What the processor says became of the money. `approved` and `declined` are verdicts, the former without saying whether the money
 * is held or taken; `authorized`, `captured` and `canceled` say so. `pending` has not ended, `absent` is not on its record, and
 * `silent` is no answer.
 */
export const SEEN_STATES = [
  'approved',
  'declined',
  'authorized',
  'captured',
  'canceled',
  'pending',
  'absent',
  'silent',
] as const;
export type SeenState = (typeof SEEN_STATES)[number];

/** The facts of a processor's answer that are compared with what it was asked for. */
export type Seen = Readonly<{ state: SeenState; amount?: Money; processorId?: string }>;

/** How people may say that it ended. */
export const RESOLUTION_OUTCOMES = ['succeeded', 'failed', 'canceled'] as const;
export type ResolutionOutcome = (typeof RESOLUTION_OUTCOMES)[number];

/**
 * What one person says became of the money, and another has to confirm. `amount` is what a charge went through with; absent: what
 * was asked. `refusedAt`: its own proposer tried to confirm it.
 */
export type Proposal = Readonly<{
  outcome: ResolutionOutcome;
  amount?: Money;
  reason: string;
  evidence?: string;
  by: Resolver;
  at: Instant;
  refusedAt?: Instant;
}>;

/**
 * A payment whose processor and books disagree. `modification` is the capture, refund or void that it is about, and the key it
 * was asked for under; absent: the charge itself. A proposal is about this cause, and goes when the processor says something else.
 */
export type Attention = Readonly<{
  reason: AttentionReason;
  since: Instant;
  seen: Seen;
  modification?: Readonly<{ transactionId: TransactionId; idempotencyKey: string }>;
  proposal?: Proposal;
}>;

/**
 * For how long processors are sure to know a request that they were sent: Stripe, for one, forgets its idempotency keys after a
 * day at the earliest. What has been silent for longer is not expected to explain itself.
 */
export const REMEMBERED_MS = 24 * 3_600_000;

/** Longest time between two questions about a payment that waits for people. */
export const ATTENTION_INTERVAL_MS = 3_600_000;

/** What a processor was asked for. `state`: whether a charge is to hold the money or to take it. */
export type Asked = Readonly<{
  amount: Money;
  processorId?: string;
  state?: 'authorized' | 'captured';
}>;

/**
 * In what an answer contradicts what was asked, or what the same processor said `earlier` of it; undefined where nothing does.
 * Silence is judged by time, not here.
 */
export function differenceOf(asked: Asked, seen: Seen, earlier?: Seen): AttentionReason | undefined {
  const { state, amount, processorId } = seen;
  const otherCharge =
    asked.processorId !== undefined && processorId !== undefined && asked.processorId !== processorId;
  if (amount !== undefined && amount.currency !== asked.amount.currency) return 'currency_differs';
  if (amount !== undefined && amount.minorUnits !== asked.amount.minorUnits) return 'amount_differs';
  if (otherCharge) return 'charge_differs';
  const isOtherState =
    (state === 'authorized' || state === 'captured' || state === 'canceled') &&
    asked.state !== undefined &&
    asked.state !== state;
  return isOtherState || contradicts(state, earlier?.state) ? 'state_differs' : undefined;
}

/** A verdict stands: what ended one way neither ends the other way later, nor is under way or unknown again. */
function contradicts(state: SeenState, earlier: SeenState | undefined): boolean {
  if (earlier === undefined || !isVerdict(earlier)) return false;
  return !isVerdict(state) || (earlier === 'declined') !== (state === 'declined');
}

const isVerdict = (state: SeenState): boolean =>
  state !== 'pending' && state !== 'absent' && state !== 'silent';

/** Whether the processor has said what became of the money, so that nothing may be sent to it again. */
export const hasVerdict = ({ seen }: Pick<Attention, 'seen'>): boolean => isVerdict(seen.state);

/** Whether a question that was first asked at `askedAt` has been without an answer for too long. */
export const isForgotten = (askedAt: Instant, now: Instant): boolean => now - askedAt >= REMEMBERED_MS;

/** Two answers to one question give one cause for attention, however often they are given. */
export const isSameCause = (
  one: Pick<Attention, 'reason' | 'seen' | 'modification'>,
  other: Pick<Attention, 'reason' | 'seen' | 'modification'>,
): boolean =>
  one.reason === other.reason &&
  one.seen.state === other.seen.state &&
  one.seen.amount?.minorUnits === other.seen.amount?.minorUnits &&
  one.seen.amount?.currency === other.seen.amount?.currency &&
  one.seen.processorId === other.seen.processorId &&
  isAboutSame(one, other);

/** Whether both are about the charge, or about one modification. */
export const isAboutSame = (
  one: Pick<Attention, 'modification'>,
  other: Pick<Attention, 'modification'>,
): boolean => one.modification?.transactionId === other.modification?.transactionId;
