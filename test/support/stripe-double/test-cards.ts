import { present } from '../../../src/domain/kernel/present.ts';

/** What becomes of a charge with a payment method. */
export type CardOutcome = Readonly<{
  /** Stripe's `code`, and the issuer's `decline_code`; absent: it is approved. */
  refused?: Readonly<{ code: string; decline?: string; advice?: string }>;
  /** The customer has to act first; `refused` is then what comes after. */
  authenticates?: true;
  /** A debit whose outcome is known days later. */
  pending?: true;
  disputes?: true;
  refunds?: 'succeeded' | 'pending' | 'failed';
  multicapture?: false;
  /** Stripe does what it is asked to, and answers with a 500. */
  silent?: true;
  /** No intent is made of it: a 503. */
  unavailable?: true;
  /** Charged, and every capture, refund and cancellation refused. */
  immovable?: true;
  brand?: 'visa' | 'mastercard' | 'amex';
  type?: 'card' | 'us_bank_account';
}>;

const declined = (decline: string, advice?: string): CardOutcome => ({
  refused: { code: 'card_declined', decline, ...present({ advice }) },
});

/** Stripe's own test payment methods, by the names that its page of test cards gives them. */
const TEST_CARDS: Readonly<Record<string, CardOutcome>> = {
  pm_card_visa: {},
  pm_card_mastercard: { brand: 'mastercard' },
  pm_card_amex: { brand: 'amex', multicapture: false },
  pm_card_visa_chargeDeclined: declined('generic_decline'),
  pm_card_visa_chargeDeclinedInsufficientFunds: declined('insufficient_funds', 'try_again_later'),
  pm_card_visa_chargeDeclinedLostCard: declined('lost_card', 'do_not_try_again'),
  pm_card_visa_chargeDeclinedStolenCard: declined('stolen_card', 'do_not_try_again'),
  pm_card_visa_chargeDeclinedVelocityLimitExceeded: declined('card_velocity_exceeded'),
  pm_card_chargeDeclinedExpiredCard: { refused: { code: 'expired_card', decline: 'expired_card' } },
  pm_card_chargeDeclinedIncorrectCvc: { refused: { code: 'incorrect_cvc', decline: 'incorrect_cvc' } },
  pm_card_chargeDeclinedProcessingError: {
    refused: { code: 'processing_error', decline: 'processing_error' },
  },
  pm_card_radarBlock: declined('fraudulent'),
  pm_card_authenticationRequired: { authenticates: true },
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: {
    authenticates: true,
    ...declined('insufficient_funds'),
  },
  pm_card_createDispute: { disputes: true },
  pm_card_pendingRefund: { refunds: 'pending' },
  pm_card_refundFail: { refunds: 'failed' },
  pm_usBankAccount_success: { pending: true, type: 'us_bank_account', multicapture: false },
};

/** What no test card of Stripe's brings about. */
const OWN_CARDS: Readonly<Record<string, CardOutcome>> = {
  pm_double_silent: { silent: true },
  pm_double_silent_declined: { silent: true, ...declined('generic_decline') },
  pm_double_unavailable: { unavailable: true },
  pm_double_immovable: { immovable: true },
  pm_double_debit_returned: { pending: true, type: 'us_bank_account', multicapture: false },
};

/** Beside those: `pm_double_declined_<decline code>` for decline codes that no test card of Stripe's brings about. */
const DECLINED_BY_CODE = /^pm_double_declined_([a-z_0-9]+)$/;

/** Undefined for a payment method that does not exist. */
export function testCard(paymentMethod: string): CardOutcome | undefined {
  if (Object.hasOwn(TEST_CARDS, paymentMethod)) return TEST_CARDS[paymentMethod];
  if (Object.hasOwn(OWN_CARDS, paymentMethod)) return OWN_CARDS[paymentMethod];
  const code = DECLINED_BY_CODE.exec(paymentMethod)?.[1];
  return code === undefined ? undefined : declined(code);
}
