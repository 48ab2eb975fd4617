import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import {
  askNow,
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  type Operation,
  respondedClaim,
} from '../../domain/kernel/claim.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { ATTENTION_INTERVAL_MS } from '../../domain/payments/attention.ts';
import { contradictionOf, type Ended, isAtRest } from '../../domain/payments/ended-charge.ts';
import { hasModificationUnderWay } from '../../domain/payments/modification.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Ids } from '../../ports/ids.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { NotifiedPayment, ProcessorNotification } from '../../ports/processor-notifications.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { claimChange } from '../kernel/claim-change.ts';

/**
 * `due`: the processor is asked about the payment, or its captures, refunds and voids, in recovery's next round. `busy`: a request or a worker is asking it now, and
 * recovery asks again. `queued`: the payment has ended, and a job compares it with the processor's record. `settled`: it waits for
 * nothing, and nothing was said that contradicts it. `repeated`: it came before. `unknown`: it is about no payment here.
 */
export const NOTIFICATION_ENDS = ['due', 'busy', 'queued', 'settled', 'repeated', 'unknown'] as const;
export type NotificationEnd = (typeof NOTIFICATION_ENDS)[number];

export type ReceiveNotificationPorts = Readonly<{
  payments: Payments;
  claims: Claims;
  commits: Commits;
  clock: Clock;
  ids: Ids;
  /** Has a payment that has ended compared with the processor's record; on record once it resolves. */
  queueComparison: (
    notification: Readonly<{ id: string; about: NotifiedPayment; requestId: string }>,
  ) => ResultAsync<'queued' | 'repeated', StorageUnavailable>;
}>;

/**
 * Takes a processor's notification as a reason to look up: a payment whose outcome is awaited is due now, or else what is under way
 * on it, and recovery asks the processor; one that has ended is compared by a job, unless the notification itself says what is on
 * record and no people are needed. That is on record before this resolves, so a crash after it loses nothing; a crash before it loses no more than the
 * notification, since such a payment is asked about without one too. Nothing here waits for the processor. Three reads and
 * two commits at the most, in any order of notifications, and safe to repeat; where something is under way on the payment, one read
 * more, one for each claim of the merchant that it finds, and a commit for each that is moved up.
 */
export type ReceiveNotification = (
  notification: Received,
) => ResultAsync<NotificationEnd, StorageUnavailable>;

type Received = ProcessorNotification & Readonly<{ requestId: string }>;
type AboutPayment = Received & Readonly<{ about: NotifiedPayment }>;

/** Longer than Stripe, for one, lets an event be sent again: 30 days. */
const NOTIFICATIONS_KEPT_MS = 31 * 24 * 3_600_000;

export const receiveNotification =
  (ports: ReceiveNotificationPorts): ReceiveNotification =>
  (notification) => {
    const { id, about, requestId } = notification;
    if (about === undefined) return okAsync('unknown');
    const { merchantId } = about;
    const key: ClaimKey = { merchantId, operation: 'processor_notification', key: id };
    return ports.claims
      .find(key, ports.clock.now())
      .andThen((known) =>
        known !== undefined
          ? okAsync<NotificationEnd>('repeated')
          : makeDue(ports, { ...notification, about }).andThen((end) =>
              end === 'due' ? remember(ports, key, requestId).map(() => end) : okAsync(end),
            ),
      );
  };

const makeDue = (
  ports: ReceiveNotificationPorts,
  notification: AboutPayment,
): ResultAsync<NotificationEnd, StorageUnavailable> => {
  const { merchantId, paymentId } = notification.about;
  return ports.payments
    .find(merchantId, paymentId)
    .andThen((payment) => {
      const { idempotencyKey: key } = payment;
      return ports.claims
        .find({ merchantId, operation: 'process', key }, ports.clock.now())
        .andThen((claim) => moveUp(ports, claim))
        .andThen((end) => {
          if (end !== 'settled') return okAsync(end);
          if (hasModificationUnderWay(payment)) return modificationsDue(ports, payment);
          return isAtRest(payment) && isNews(payment, notification, ports.clock.now())
            ? ports.queueComparison(notification)
            : okAsync(end);
        });
    })
    .orElse((failure: PaymentNotFound | StorageUnavailable) =>
      failure.kind === 'PaymentNotFound' ? okAsync<NotificationEnd>('unknown') : errAsync(failure),
    );
};

/** Each move that a payment makes is said in some notification: what is on record already is no reason to ask. */
const isNews = (payment: Ended, { said }: AboutPayment, now: Instant): boolean =>
  said === undefined || payment.attention !== undefined || contradictionOf(payment, said, now) !== undefined;

/**
 * Their keys are not on the payment, so they are looked for among the open claims, of which there are few at any time. What is not
 * found there, because they are many or their index lags, is asked about when it is due by itself.
 */
const modificationsDue = (
  ports: ReceiveNotificationPorts,
  { merchantId, id }: Payment,
): ResultAsync<NotificationEnd, StorageUnavailable> =>
  ports.claims
    .due(ports.clock.now() + ATTENTION_INTERVAL_MS, MOST_OPEN)
    .map((keys) =>
      keys
        .filter((key) => key.merchantId === merchantId && MODIFYING.includes(key.operation))
        .slice(0, MOST_READ),
    )
    .andThen((keys) => ResultAsync.combine(keys.map((key) => ports.claims.find(key, ports.clock.now()))))
    .map((claims) => claims.filter((claim) => claim?.paymentId === id))
    .andThen((claims) => ResultAsync.combine(claims.map((claim) => moveUp(ports, claim))))
    .map((ends) => ENDS_FIRST.find((end) => ends.includes(end)) ?? 'settled');

const MODIFYING: readonly Operation[] = ['capture', 'refund', 'void', 'expire'];
/** Of several that are under way, one that is due is what there is to say. */
const ENDS_FIRST = ['due', 'busy'] as const;
const MOST_OPEN = 1_000;
const MOST_READ = 100;

/** A claim that is held is left to its holder, and one that the processor has nothing of to its client. */
function moveUp(
  { commits, clock, ids }: ReceiveNotificationPorts,
  claim: Claim | undefined,
): ResultAsync<NotificationEnd, StorageUnavailable> {
  if (claim === undefined || claim.state === 'completed' || claim.state === 'retryable')
    return okAsync('settled');
  if (claim.state === 'calling') return okAsync('busy');
  const now = clock.now();
  if (claim.dueAt <= now) return okAsync('due');
  const next = askNow(claim, { changeId: ids.change(now), now });
  return commits
    .commit(claimChange({ expected: claim.fence, next }, now))
    .map((): NotificationEnd => 'due')
    .orElse((failure) => orTaken(failure, 'busy'));
}

/** Only what made something due is remembered: a repeat of anything else finds what it found, and writes nothing. */
function remember(
  { commits, clock, ids }: ReceiveNotificationPorts,
  key: ClaimKey,
  requestId: string,
): ResultAsync<NotificationEnd, StorageUnavailable> {
  const now = clock.now();
  const facts = { fingerprint: '', requestId, response: '' };
  const step = { changeId: ids.change(now), now };
  const claim = respondedClaim(key, facts, step, KEPT);
  return commits
    .commit(claimChange({ expected: 0, next: claim }, now))
    .map((): NotificationEnd => 'due')
    .orElse((failure) => orTaken(failure, 'due'));
}

/** Nothing holds such a claim: it comes with its response, which is empty. */
const KEPT: ClaimTerms = { leaseMs: 0, keepResponsesMs: NOTIFICATIONS_KEPT_MS };

/** A rival was faster: it moved the same claim on, or received the same notification. */
const orTaken = (
  failure: CommitRefused | StorageUnavailable,
  end: NotificationEnd,
): ResultAsync<NotificationEnd, StorageUnavailable> =>
  failure.kind === 'StorageUnavailable' ? errAsync(failure) : okAsync(end);
