import type { ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import {
  awaitOutcome,
  type Calling,
  type Claim,
  type ClaimTerms,
  type StoredResponse,
} from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { ATTENTION_INTERVAL_MS, type AttentionReason, type Seen } from '../../domain/payments/attention.ts';
import { isSameAction } from '../../domain/payments/next-action.ts';
import { identify, proceed, requireAction, type Undecided } from '../../domain/payments/payment.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { ChargeAwaitsCustomer } from '../../ports/processor.ts';
import type { ResponseEncoder } from '../../ports/response-encoder.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { claimChange } from '../kernel/claim-change.ts';
import { paymentChange } from './payment-change.ts';
import { clearAttention, raised, withoutAttention } from './raise-attention.ts';

type Ports = Readonly<{
  commits: Commits;
  responses: ResponseEncoder;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

/** What is learnt of a payment that goes on waiting: the charge's id, why it needs people, or that it does not any more. */
export type Waiting = Readonly<{
  identified?: string;
  cause?: Readonly<{ reason: AttentionReason; seen: Seen }>;
  cleared?: true;
  awaited?: ChargeAwaitsCustomer;
}>;

function waitingOn(
  payment: Undecided,
  { identified, cause, cleared, awaited }: Waiting,
  now: Instant,
): Undecided {
  if (cause !== undefined) return raised(payment, cause, now) ?? payment;
  if (identified !== undefined) return identify(withoutAttention(payment), identified, now);
  if (awaited !== undefined && !isAwaited(payment, awaited))
    return requireAction(withoutAttention(payment), awaited.processorId, awaited.action, now);
  if (cleared && payment.status === 'requires_action') return proceed(withoutAttention(payment), now);
  const isCleared = (cleared || awaited !== undefined) && withoutAttention(payment) !== payment;
  return isCleared ? clearAttention(payment, now) : payment;
}

const isAwaited = (payment: Undecided, { processorId, action }: ChargeAwaitsCustomer): boolean =>
  payment.status === 'requires_action' &&
  payment.processorId === processorId &&
  isSameAction(payment.nextAction, action);

/** Longest time until the processor is asked again: once people are to look it is long, and no action is waited for beyond its end. */
function intervalOf(payment: Undecided, now: Instant): number | undefined {
  if (payment.attention !== undefined) return ATTENTION_INTERVAL_MS;
  const left = payment.status === 'requires_action' ? payment.nextAction.expiresAt - now : 0;
  return left > 0 ? Math.min(left, ACTION_INTERVAL_MS) : undefined;
}

/** A notification, or the client's confirmation, has it asked sooner. */
const ACTION_INTERVAL_MS = 60_000;

/** The claim is due again later, much later where people are to look; what was learnt goes on record with that. */
export function keepWaiting(
  ports: Ports,
  terms: ClaimTerms,
  { claim, payment: before, origin }: Readonly<{ claim: Calling; payment: Undecided; origin: Origin }>,
  learnt: Waiting,
): ResultAsync<Readonly<{ response: StoredResponse; ended: boolean }>, CommitRefused | StorageUnavailable> {
  const now = ports.clock.now();
  const payment = waitingOn(before, learnt, now);
  const mostMs = intervalOf(payment, now);
  const response = ports.responses.processed(payment, claim.requestId);
  const step = { changeId: ports.ids.change(now), now };
  // An answer with what lets a customer act is given, and not kept.
  const kept = payment.status === 'requires_action' ? undefined : response;
  const waiting = awaitOutcome(claim, kept, step, terms, mostMs);
  const guarded = held(claim, waiting);
  const change =
    payment === before
      ? claimChange(guarded, now)
      : paymentChange(ports, { at: now, origin, before, next: payment, transactions: [], claim: guarded })
          .change;
  return ports.commits.commit(change).map(() => ({ response, ended: false }));
}

/** A claim's next state, under the fence of its holder. */
export const held = (claim: Calling, next: Claim) => ({ expected: claim.fence, next });
