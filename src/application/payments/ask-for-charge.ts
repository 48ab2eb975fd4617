import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { hasVerdict } from '../../domain/payments/attention.ts';
import type { Payment, Undecided } from '../../domain/payments/payment.ts';
import type {
  ChargeAnswer,
  ChargeAwaitsCustomer,
  ChargeOpened,
  ChargeQuery,
  OpenConfig,
  Processor,
  ProcessorOutcomeUnknown,
  ProcessorUnavailable,
} from '../../ports/processor.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { PaymentMethods } from '../customers/resolve-payment-method.ts';
import { routedConfig } from './charge-route.ts';

export type AskPorts = Readonly<{ processor: Processor; paymentMethods: PaymentMethods }>;

/** `method`: what to charge, when it has been resolved already; `config`: the merchant's, for the processor alone. */
export type AskedPayment = Readonly<{ payment: Undecided; config: OpenConfig; method?: string }>;

/** The customer was erased, or the stored method taken away, before the charge could be sent again. */
type PaymentMethodGone = Readonly<{ kind: 'PaymentMethodGone' }>;

export type AskFailure =
  | ProcessorOutcomeUnknown
  | ProcessorUnavailable
  | PaymentMethodGone
  | KeysUnavailable
  | StorageUnavailable;

export const unknown: ProcessorOutcomeUnknown = { kind: 'ProcessorOutcomeUnknown' };

/** The processor provably has nothing of what it gave a verdict on before. */
export type ChargeAbsent = Readonly<{ absent: true }>;
const absent: ChargeAbsent = { absent: true };

/**
 * The answer to a charge, or that of its record. A charge that is known and waits to be sent again is sent, unless there was a
 * verdict on it before: then money may have moved, whatever its record says now. A charge whose customer has not acted in time, or is
 * not to act any more, is canceled, and the answer is what its record says after that.
 */
export function answerTo(
  ports: AskPorts,
  asked: AskedPayment,
  ask: 'charge' | 'lookup' | 'cancel',
  now: Instant,
): ResultAsync<ChargeAnswer | ChargeAbsent, AskFailure> {
  const { payment, config } = asked;
  const isJudged = payment.attention !== undefined && hasVerdict(payment.attention);
  if (ask === 'charge') return charge(ports, asked);
  return ports.processor
    .lookup(chargeQuery(payment, config))
    .orElse((failure) => (failure.kind === 'ProcessorHasNoRecord' ? okAsync(undefined) : errAsync(unknown)))
    .andThen((answer): ResultAsync<ChargeAnswer | ChargeAbsent, AskFailure> => {
      const isUnsent =
        answer === undefined || (isOpened(answer) && answer.processorId === payment.processorId);
      if (!isUnsent)
        return awaitsCustomer(answer) && (ask === 'cancel' || answer.action.expiresAt <= now)
          ? ports.processor.cancel({ ...chargeQuery(payment, config), processorId: answer.processorId })
          : okAsync(answer);
      return isJudged ? okAsync(absent) : charge(ports, asked);
    });
}

/** Of such a charge no money has moved, and none will by itself. */
export const isOpened = (answer: ChargeAnswer | ChargeAbsent): answer is ChargeOpened =>
  'awaits' in answer && answer.awaits === 'confirmation';

/** Of such a charge no money moves before the customer has acted. */
export const awaitsCustomer = (answer: ChargeAnswer | ChargeAbsent): answer is ChargeAwaitsCustomer =>
  'awaits' in answer && answer.awaits === 'customer';

/** What a payment's charge is asked about under. */
export const chargeQuery = (payment: Payment, config: OpenConfig): ChargeQuery => ({
  reference: payment.id,
  merchantId: payment.merchantId,
  config: routedConfig(payment, config),
  ...present({ processorId: payment.processorId }),
});

function charge(
  { processor, paymentMethods }: AskPorts,
  { payment, method, config }: AskedPayment,
): ResultAsync<ChargeAnswer, AskFailure> {
  const { merchantId, customerId } = payment;
  const resolved: ResultAsync<string, AskFailure> =
    method === undefined
      ? paymentMethods
          .resolve(merchantId, customerId, payment.paymentMethod)
          .mapErr((failure) =>
            failure.kind === 'CustomerNotAccepted' || failure.kind === 'PaymentMethodNotAccepted'
              ? { kind: 'PaymentMethodGone' as const }
              : failure,
          )
      : okAsync(method);
  return resolved.andThen((paymentMethod) =>
    processor.charge({
      ...chargeQuery(payment, config),
      amount: payment.amount,
      paymentMethod,
      capture: payment.captureMethod === 'automatic',
    }),
  );
}
