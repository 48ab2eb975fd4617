import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { ClaimTerms } from '../../domain/kernel/claim.ts';
import type { Payment, RequiresAction } from '../../domain/payments/payment.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { OpenConfig } from '../../ports/processor.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type AskAgainFailure, type AskAgainPorts, askAgain } from './ask-again.ts';

/**
 * Has the charge of a payment end that waits for its customer. When this resolves, the payment waits no more: it is canceled, or what
 * the customer was quicker with. While the processor does not say, nothing has become of the void, which is asked for again. One read more
 * than to ask again while the payment has not ended.
 */
export const cancelWaiting = (
  ports: AskAgainPorts & Readonly<{ payments: Payments }>,
  terms: ClaimTerms,
  asked: Readonly<{ payment: RequiresAction; config: OpenConfig; origin: Origin }>,
): ResultAsync<void, PaymentNotFound | AskAgainFailure> =>
  askAgain(ports, terms, asked, 'cancel').andThen(({ ended }) =>
    ended
      ? okAsync(undefined)
      : ports.payments
          .find(asked.payment.merchantId, asked.payment.id)
          .andThen(({ status }) =>
            status === 'requires_action'
              ? errAsync({ kind: 'ProcessorUnavailable' as const })
              : okAsync(undefined),
          ),
  );

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
