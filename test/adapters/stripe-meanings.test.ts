import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromStripe, toStripe } from '../../src/adapters/stripe/amounts.ts';
import { declineOf, type Meaning, meaningOf } from '../../src/adapters/stripe/meanings.ts';
import { ACCEPTED_CURRENCIES, type CurrencyCode, exponentOf } from '../../src/domain/kernel/currency.ts';
import { money } from '../../src/domain/kernel/money.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Every error code that the calls of `src/adapters/stripe` may be answered with, the status it comes with, and what we make of it. */
const REACHING: readonly (readonly [meaning: Meaning, status: number, codes: readonly string[]])[] = [
  ['silent', 409, ['idempotency_key_in_use']],
  ['unavailable', 429, words('lock_timeout rate_limit payment_intent_rate_limit_exceeded')],
  [
    'unavailable',
    400,
    words(`account_closed account_invalid livemode_mismatch not_allowed_on_standard_account
      platform_account_required secret_key_required testmode_charges_only tls_version_unsupported`),
  ],
  ['unavailable', 401, words('api_key_expired platform_api_key_expired')],
  [
    'recorded',
    400,
    words(`charge_already_captured charge_already_refunded intent_invalid_state payment_intent_unexpected_state
      return_intent_already_processed`),
  ],
  [
    'declined',
    402,
    words(`authentication_required card_decline_rate_limit_exceeded card_declined debit_not_authorized expired_card
      incorrect_address incorrect_cvc incorrect_number incorrect_postal_code incorrect_zip insufficient_funds
      invalid_card_type invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number
      payment_intent_authentication_failure payment_intent_payment_attempt_expired
      payment_intent_payment_attempt_failed payment_method_customer_decline payment_method_provider_decline
      payment_method_provider_timeout processing_error refer_to_customer`),
  ],
  [
    'refused',
    400,
    words(`action_blocked amount_too_large amount_too_small anomalous_money_movement_request approval_required
      authentication_failure balance_insufficient capability_not_active capture_charge_authorization_expired
      capture_unauthorized_payment charge_disputed charge_exceeds_source_limit charge_exceeds_transaction_limit
      charge_expired_for_capture charge_invalid_parameter charge_not_refundable expired_payment_method
      invalid_characters invalid_charge_amount invalid_source_usage missing parameter_invalid_empty
      parameter_invalid_integer parameter_invalid_string_blank parameter_invalid_string_empty parameter_missing
      parameter_unknown parameters_exclusive payment_intent_action_required payment_intent_incompatible_payment_method
      payment_intent_invalid_parameter payment_intent_mandate_invalid payment_method_billing_details_address_missing
      payment_method_configuration_failures payment_method_currency_mismatch payment_method_invalid_parameter
      payment_method_invalid_parameter_testmode payment_method_not_available payment_method_restricted
      payment_method_unactivated payment_method_unexpected_state payment_method_unsupported_type no_account
      refund_disputed_payment request_blocked resource_already_exists status_transition_invalid
      three_d_secure_authentication_not_supported token_already_used token_in_use
      transfer_source_balance_parameters_mismatch transfers_not_allowed country_unsupported`),
  ],
  ['refused', 404, ['resource_missing']],
  ['silent', 500, ['three_d_secure_authentication_upstream_error']],
];

/** Codes of what `src/adapters/stripe` never asks for. */
const OF_OTHERS =
  /^(?:account_(?!closed|invalid)|acss_|alipay_|application_fees_|balance_invalid|bank_account_|billing_|bitcoin_|cardholder_|clearing_|country_code|coupon_|customer_|dispute_|email_|failed_tax|financial_|forwarding_|india_|instant_payouts_|intent_verification|invalid_canceled|invalid_mandate_reference|invalid_tax|invoice_|out_of_inventory|ownership_|payment_evaluation_|payment_intent_konbini|payment_method_bank_account|payment_method_microdeposit|payout|postal_code_invalid|product_|progressive_|routing_|sepa_|service_period|setup_|shipping_|siret_|sku_|smart_disputes|state_unsupported|storer_|stripe_tax|subscription_|tax|terminal_|token_card_network|url_invalid)/;

/** All codes that Stripe's client has a type for. */
function allCodes(): readonly string[] {
  const main = createRequire(import.meta.url).resolve('stripe');
  const types = readFileSync(join(dirname(main), 'resources/PaymentIntents.d.ts'), 'utf8');
  const longest = [...types.matchAll(/type Code = ([^;]+);/g)]
    .map(([, union = '']) => union)
    .toSorted((a, b) => b.length - a.length)[0];
  return [...(longest ?? '').matchAll(/'(\w+)'/g)].map(([, code = '']) => code);
}

describe('What Stripe says', () => {
  it('has one meaning for each error code that can reach us, and every other code is of what we never ask for', () => {
    const reaching = REACHING.flatMap(([meaning, status, codes]) =>
      codes.map((code) => ({ meaning, status, code })),
    );
    for (const { meaning, status, code } of reaching) {
      const type =
        status === 402 ? 'card_error' : status === 409 ? 'idempotency_error' : 'invalid_request_error';
      expect({ code, meaning: meaningOf({ status, type, code }) }).toEqual({ code, meaning });
    }
    const known = new Set(reaching.map(({ code }) => code));
    expect(known.size).toBe(reaching.length);
    expect(allCodes().length).toBeGreaterThan(200);
    expect(allCodes().filter((code) => !known.has(code) && !OF_OTHERS.test(code))).toEqual([]);
    expect([...known].filter((code) => OF_OTHERS.test(code))).toEqual([]);
  });

  it('has a meaning by its status where its code is new or absent', () => {
    for (const [said, meaning] of [
      [{ status: undefined }, 'silent'],
      [{ status: 500 }, 'silent'],
      [{ status: 503, type: 'api_error' }, 'silent'],
      [{ status: 409 }, 'silent'],
      [{ status: 409, type: 'idempotency_error' }, 'silent'],
      [{ status: 400, type: 'idempotency_error' }, 'recorded'],
      [{ status: 401 }, 'unavailable'],
      [{ status: 403, code: 'of_tomorrow' }, 'unavailable'],
      [{ status: 429 }, 'unavailable'],
      [{ status: 402, type: 'card_error', code: 'of_tomorrow' }, 'declined'],
      [{ status: 400, code: 'toString' }, 'refused'],
      [{ status: 500, code: 'payment_intent_unexpected_state' }, 'silent'],
    ] as const)
      expect({ said, meaning: meaningOf(said) }).toEqual({ said, meaning });
  });

  it('declines for want of money in three ways, and in every other a card', () => {
    for (const code of words('insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded'))
      expect(declineOf(code)).toBe('insufficient_funds');
    for (const code of words(`approve_with_id authentication_not_handled authentication_required call_issuer
      card_not_supported currency_not_supported do_not_honor do_not_try_again duplicate_transaction expired_card
      fraudulent generic_decline incorrect_address incorrect_cvc incorrect_number incorrect_pin incorrect_zip
      invalid_account invalid_amount invalid_cvc invalid_expiry_month invalid_expiry_year invalid_number invalid_pin
      issuer_not_available lost_card merchant_blacklist mobile_device_authentication_required
      new_account_information_available no_action_taken not_permitted offline_pin_required
      online_or_offline_pin_required pickup_card pin_try_exceeded previously_declined_do_not_retry processing_error
      reenter_transaction restricted_card revocation_of_all_authorizations revocation_of_authorization
      security_violation service_not_allowed stolen_card stop_payment_order testmode_decline
      transaction_not_allowed try_again_later of_tomorrow`))
      expect(declineOf(code)).toBe('card_declined');
  });
});

describe('Amounts at Stripe', () => {
  const UNLIKE_ISO: Readonly<Record<string, number>> = { ISK: 2, MGA: 0, UGX: 2 };
  const ZERO = words('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF');
  const THREE = words('BHD JOD KWD OMR TND');

  it('have the decimals of ISO 4217 but for those that its page of currencies names', () => {
    const decimals = (code: CurrencyCode) => UNLIKE_ISO[code] ?? exponentOf(code);
    expect(
      ACCEPTED_CURRENCIES.filter((code) => ZERO.includes(code) !== (decimals(code) === 0)).toSorted(),
    ).toEqual(['UYI']);
    for (const code of THREE) expect(decimals(code as CurrencyCode)).toBe(3);
    for (const code of ACCEPTED_CURRENCIES) {
      const one = 10n ** BigInt(exponentOf(code));
      expect(toStripe(money(7n * one, code))).toBe(
        exponentOf(code) > 3 ? undefined : 7 * 10 ** decimals(code),
      );
    }
  });

  it('come back as they went', () => {
    for (const code of ACCEPTED_CURRENCIES)
      for (const units of [1n, 10n, 100n, 990n, 123_400n, 99_999_999n]) {
        const said = toStripe(money(units, code));
        if (said !== undefined) expect(fromStripe(said, code)).toEqual(money(units, code));
      }
  });

  it('that Stripe cannot be told, or cannot mean, are none', () => {
    for (const [units, code] of [
      [100_000_000n, 'USD'],
      [5_124n, 'KWD'],
      [1_000_000n, 'ISK'],
      [150n, 'MGA'],
      [10_000n, 'CLF'],
      [2n ** 62n, 'JPY'],
    ] as const)
      expect(toStripe(money(units, code))).toBeUndefined();
    expect(fromStripe(550, 'ISK')).toBeUndefined();
    expect(fromStripe(50, 'UGX')).toBeUndefined();
    expect(fromStripe(500, 'ISK')).toEqual(money(5n, 'ISK'));
    expect(fromStripe(5, 'MGA')).toEqual(money(500n, 'MGA'));
  });
});
