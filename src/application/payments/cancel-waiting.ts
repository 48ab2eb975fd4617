import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { ClaimTerms } from '../../domain/kernel/claim.ts';
import type { Payment, RequiresAction } from '../../domain/payments/payment.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Payments } from '../../ports/payments.ts';
import type { OpenConfig } from '../../ports/processor.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { IdempotencyInFlight } from '../kernel/idempotency.ts';
import { type AskAgainPorts, askAgain, comeBack } from './ask-again.ts';

/**
 * Has the charge of a payment end that waits for its customer. When this resolves, the payment has ended as the processor's record says:
 * canceled, or what the customer was quicker with. While that is not known it is in flight, and asked for again.
 */
export const cancelWaiting = (
  ports: AskAgainPorts,
  terms: ClaimTerms,
  asked: Readonly<{ payment: RequiresAction; config: OpenConfig; origin: Origin }>,
): ResultAsync<void, IdempotencyInFlight | KeysUnavailable | StorageUnavailable> =>
  askAgain(ports, terms, asked, 'cancel')
    .mapErr((failure) => (failure.kind === 'ProcessorUnavailable' ? comeBack : failure))
    .andThen(({ ended }) => (ended ? okAsync(undefined) : errAsync(comeBack)));

/** The void of a payment that was canceled before anything was charged; undefined for every other. */
export const voidOfUncharged = (
  { payments }: Readonly<{ payments: Payments }>,
  payment: Payment,
): ResultAsync<Transaction | undefined, StorageUnavailable> =>
  payment.status === 'canceled' && payment.authorized.minorUnits === 0n
    ? payments
        .transactionsOf(payment.merchantId, payment.id)
        .map((transactions) => transactions.find(({ type }) => type === 'void'))
    : okAsync(undefined);
