import { okAsync, type ResultAsync } from 'neverthrow';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { ClaimTerms, StoredResponse } from '../../domain/kernel/claim.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Merchant } from '../../domain/merchants/merchant.ts';
import { isUndecided } from '../../domain/payments/payment.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { PaymentNotFound, Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import { openProcessorConfig } from '../merchants/merchant-secrets.ts';
import { type AskAgainFailure, type AskAgainPorts, askAgain } from './ask-again.ts';
import type { AdmitConfirmation, ConfirmationsLimited } from './confirmation-limit.ts';

export type ConfirmPaymentRequest = Readonly<{
  merchantId: MerchantId;
  paymentId: PaymentId;
  origin: Origin;
}>;

export type ConfirmPaymentFailure = PaymentNotFound | ConfirmationsLimited | AskAgainFailure;

/**
 * Asks the processor now what became of a payment whose outcome it has still to say, for the customer who comes back from acting; the
 * answer is that of the payment's own request. Needs no key of its own: a payment that has ended is answered as it is, and one that
 * waits on is answered as waiting; what is asked about counts among the merchant's confirmations of the minute. While a request or a worker asks already, it is in flight. Three reads, two commits and one processor
 * call while the outcome is awaited; one read otherwise.
 */
export type ConfirmPayment = (
  request: ConfirmPaymentRequest,
) => ResultAsync<StoredResponse, ConfirmPaymentFailure>;

export type ConfirmPorts = AskAgainPorts &
  Readonly<{
    merchants: Merchants;
    payments: Payments;
    vault: Vault;
    admitConfirmation: AdmitConfirmation;
  }>;

export const confirmPayment =
  (ports: ConfirmPorts, terms: ClaimTerms): ConfirmPayment =>
  ({ merchantId, paymentId, origin }) =>
    ports.payments.find(merchantId, paymentId).andThen((payment) =>
      isUndecided(payment)
        ? ports.merchants
            .find(merchantId)
            .andThen((merchant) =>
              admitted(ports, merchant).andThen(() => openProcessorConfig(ports.vault, merchant)),
            )
            .andThen((config) => askAgain(ports, terms, { payment, config, origin }, 'lookup'))
            .map(({ response }) => response)
        : okAsync(ports.responses.processed(payment, origin.requestId)),
    );

const admitted = (
  { admitConfirmation }: ConfirmPorts,
  merchant: Merchant | undefined,
): ResultAsync<void, ConfirmationsLimited | StorageUnavailable> =>
  merchant === undefined ? okAsync(undefined) : admitConfirmation(merchant);
