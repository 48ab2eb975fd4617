import { okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { AuditEntry } from '../../domain/kernel/audit-entry.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { canonicalJson, type Json } from '../../domain/kernel/json.ts';
import {
  type AttentionReason,
  isForgotten,
  isSameCause,
  type Seen,
} from '../../domain/payments/attention.ts';
import { attentionRecord } from '../../domain/payments/attention-record.ts';
import { contradictionOf, type Ended, isAtRest } from '../../domain/payments/ended-charge.ts';
import { isUndecided, moved } from '../../domain/payments/payment.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Change } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { OpenConfig, Processor } from '../../ports/processor.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { openProcessorConfig } from '../merchants/merchant-secrets.ts';
import { chargeQuery } from './ask-for-charge.ts';
import { failedRefunds } from './failed-refunds.ts';
import { linksOf } from './intact-payment.ts';
import { paymentChange } from './payment-change.ts';
import { raised, SILENT, seenIn, withoutAttention } from './raise-attention.ts';

export type CompareEndedPorts = Readonly<{
  payments: Payments;
  merchants: Merchants;
  processor: Processor;
  vault: Vault;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

/** `since` when there is reason to ask. */
export type ComparedPayment = Readonly<{ merchantId: MerchantId; paymentId: PaymentId; since: Instant }>;

/** `compared`, with what has to be committed, if anything; `later`: neither payment nor processor can be asked yet. */
export type Comparison =
  | Readonly<{ kind: 'compared'; change?: Omit<Change, 'id' | 'at' | 'claim'> }>
  | Readonly<{ kind: 'later' }>;

/**
 * Asks the processor for the charge of a payment that has ended here, and for its refunds, and compares. What contradicts the books puts
 * the payment in attention, and what agrees with them ends that; the books stay as they are in both cases. What two people have settled
 * with the same words of the processor before them is not put to people again. A payment of which something is under way is compared
 * after that. A processor that is away is waited for; one whose record of a charge cannot be read for a day needs people. Two reads and a
 * processor call, beside those of refunds; one read more where something differs.
 */
export type CompareEnded = (
  asked: ComparedPayment,
) => ResultAsync<Comparison, PaymentNotFound | KeysUnavailable | StorageUnavailable>;

export const compareEnded =
  (ports: CompareEndedPorts): CompareEnded =>
  ({ merchantId, paymentId, since }) =>
    safeTry(async function* () {
      const payment = yield* ports.payments.find(merchantId, paymentId);
      // What it waits for has it asked about.
      if (payment.status === 'pending' || isUndecided(payment)) return okAsync(NOTHING);
      if (!isAtRest(payment)) return okAsync(LATER);
      const merchant = yield* ports.merchants.find(merchantId);
      const config = yield* openProcessorConfig(ports.vault, merchant);
      const seen = await seenOf(ports.processor, payment, config);
      if (seen === 'away') return okAsync(LATER);
      if (seen === 'unread') {
        const now = ports.clock.now();
        const silence: readonly Cause[] = [{ reason: 'silence', seen: SILENT }];
        return isForgotten(since, now) ? differing(ports, payment, silence, now) : okAsync(LATER);
      }
      const failed = yield* failedRefunds(ports, payment, config);
      if (failed === 'away') return okAsync(LATER);
      const now = ports.clock.now();
      const causes = [
        ...causesOf(contradictionOf(payment, seen, now), seen),
        ...failed.flatMap((refund) => causesOf('state_differs', refund)),
      ];
      if (causes.length > 0 || payment.attention === undefined || seen.state !== 'pending')
        return differing(ports, payment, causes, now);
      return okAsync(NOTHING);
    });

/** Something in which the processor's record contradicts the books. */
type Cause = Readonly<{ reason: AttentionReason; seen: Seen }>;

const causesOf = (reason: AttentionReason | undefined, seen: Seen): readonly Cause[] =>
  reason === undefined ? [] : [{ reason, seen }];

const NOTHING: Comparison = { kind: 'compared' };
const LATER: Comparison = { kind: 'later' };

/** `unread`: the processor answers, and not with the record of this charge. */
const seenOf = (
  processor: Processor,
  payment: Ended,
  config: OpenConfig,
): PromiseLike<Seen | 'away' | 'unread'> =>
  processor.lookup(chargeQuery(payment, config)).match(
    (answer): Seen => seenIn(answer),
    ({ kind }) => {
      if (kind === 'ProcessorHasNoRecord') return { state: 'absent' };
      return kind === 'ProcessorUnavailable' ? 'away' : 'unread';
    },
  );

/** One cause at a time is put to people: that which they have already, or the first that none of them have settled. */
const differing = (
  ports: CompareEndedPorts,
  payment: Ended,
  causes: readonly Cause[],
  now: Instant,
): ResultAsync<Comparison, StorageUnavailable> => {
  const { attention, merchantId, id } = payment;
  const eased = () =>
    attention === undefined ? NOTHING : changed(ports, payment, atEase(payment, now), now);
  if (causes.length === 0) return okAsync(eased());
  if (attention !== undefined && causes.some((cause) => isSameCause(attention, cause)))
    return okAsync(NOTHING);
  return ports.payments.historyOf(merchantId, id).map((history) => {
    const links = linksOf(payment, history);
    const cause = causes.find(({ seen }) => !wasSettledOn(links, seen));
    if (cause === undefined) return eased();
    const next = raised(payment, cause, now);
    return next === undefined ? NOTHING : changed(ports, payment, next, now);
  });
};

const atEase = (payment: Ended, now: Instant): Ended => {
  const eased = withoutAttention(payment);
  return { ...eased, ...moved(eased, now) };
};

/** Whether two people have settled the payment when the processor said just this of it. */
const wasSettledOn = (links: readonly AuditEntry[], seen: Seen): boolean =>
  links.some(({ action, before }) => {
    const attention = action === 'payment.resolved' ? before?.['attention'] : undefined;
    return attention !== undefined && canonicalJson(seenOfRecord(attention)) === textOf(seen);
  });

const seenOfRecord = (attention: Json): Json => (attention as Readonly<{ seen?: Json }> | null)?.seen ?? null;

const textOf = (seen: Seen): string =>
  canonicalJson(attentionRecord({ reason: 'silence', since: 0, seen }).seen);

function changed(ports: CompareEndedPorts, before: Ended, next: Ended, at: Instant): Comparison {
  const { change } = paymentChange<Ended>(ports, { at, origin: ORIGIN, before, next, transactions: [] });
  const { id: _id, at: _at, claim: _claim, ...parts } = change;
  return { kind: 'compared', change: parts };
}

const ORIGIN: Origin = { actor: { id: 'processor', type: 'system' }, requestId: 'look-up' };
