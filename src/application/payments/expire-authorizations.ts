import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import { lapsesAt } from '../../domain/payments/payment.ts';
import { AUTHORIZATION_EXPIRED } from '../../domain/payments/transaction.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PaymentKey, Payments } from '../../ports/payments.ts';
import { type RecoveryEnd, type RecoveryRound, recoveryRound } from '../kernel/recovery-round.ts';
import type { ModifyPayment, ModifyPaymentFailure } from './modify-payment.ts';

/** `marginMs`: how long before the processor lets an authorization lapse it is voided. */
export type ExpiryTerms = Readonly<{ marginMs: number; leaseMs: number }>;

export type ExpiryPorts = Readonly<{ payments: Payments; clock: Clock }>;

/**
 * Voids what the processor is about to let lapse, as a merchant's void does and under one key for each payment: rounds that meet,
 * and a round that is repeated, void once. A capture that is under way is waited for, and what it leaves is voided then; of a
 * capture that begins at the same time one of both is taken on. A void that the processor is silent about is left to recovery; one
 * that it refuses is not sent again, and the payment stays `stuck`. One search of the index, and for each payment two reads
 * beside those of a void.
 */
export const expireAuthorizations = (
  ports: ExpiryPorts,
  modifyPayment: ModifyPayment,
  { marginMs, leaseMs }: ExpiryTerms,
): RecoveryRound =>
  recoveryRound<PaymentKey>({
    clock: ports.clock,
    leaseMs,
    due: (now, limit) => ports.payments.lapsing(now + marginMs, limit),
    nameOf: ({ merchantId, id }) => `${merchantId} ${id}`,
    recover: (key, moved) => expireOne(ports, modifyPayment, marginMs, key, moved),
  });

/** Never an error: what could not be voided now stays due. */
const expireOne = (
  ports: ExpiryPorts,
  modifyPayment: ModifyPayment,
  marginMs: number,
  { merchantId, id }: PaymentKey,
  moved: () => void,
): ResultAsync<RecoveryEnd, never> =>
  ports.payments
    .find(merchantId, id)
    .andThen((payment): ResultAsync<RecoveryEnd, ModifyPaymentFailure> => {
      const now = ports.clock.now();
      const at = lapsesAt(payment);
      // The index lags behind what it is about.
      if (at === undefined || at > now + marginMs) return okAsync('skipped');
      return modifyPayment({
        merchantId,
        paymentId: id,
        idempotencyKey: id,
        operation: 'expire',
        modification: { type: 'void' },
        reason: AUTHORIZATION_EXPIRED,
        origin: { ...EXPIRY, requestId: id },
      }).andThen(() => ports.payments.find(merchantId, id).map(endOf));
    })
    .map((end) => {
      if (end !== 'stuck') moved();
      return end;
    })
    .orElse((failure) => okAsync<RecoveryEnd>(waits(failure) ? 'waiting' : 'skipped'));

function endOf(payment: Parameters<typeof lapsesAt>[0]): RecoveryEnd {
  if (payment.status !== 'authorized') return 'settled';
  return payment.closing ? 'waiting' : 'stuck';
}

/** A capture has to end first, or the store or the keys have to answer again. */
const waits = (failure: ModifyPaymentFailure): boolean =>
  failure.kind === 'StorageUnavailable' ||
  failure.kind === 'KeysUnavailable' ||
  (failure.kind === 'PaymentStateConflict' && failure.underWay);

const EXPIRY: Pick<Origin, 'actor'> = { actor: { id: 'authorization-expiry', type: 'system' } };
