import type { CardOutcome } from './test-cards.ts';

/** Objects in the form in which Stripe sends them; what the double changes about them is not read-only. */
export type Intent = {
  id: string;
  object: 'payment_intent';
  amount: number;
  amount_capturable: number;
  amount_received: number;
  canceled_at: number | null;
  cancellation_reason: string | null;
  capture_method: 'automatic' | 'automatic_async' | 'manual';
  client_secret: string;
  confirmation_method: 'automatic';
  created: number;
  currency: string;
  description: string | null;
  last_payment_error: Readonly<Record<string, unknown>> | null;
  latest_charge: string | null;
  livemode: false;
  metadata: Readonly<Record<string, string>>;
  next_action:
    | Readonly<{ type: 'redirect_to_url'; redirect_to_url: Readonly<{ url: string; return_url: string }> }>
    | Readonly<{ type: 'use_stripe_sdk'; use_stripe_sdk: Readonly<Record<string, string>> }>
    | null;
  payment_method: string | null;
  payment_method_options: Readonly<Record<string, unknown>>;
  payment_method_types: readonly string[];
  status:
    | 'requires_payment_method'
    | 'requires_confirmation'
    | 'requires_action'
    | 'processing'
    | 'requires_capture'
    | 'succeeded'
    | 'canceled';
  transfer_group: string | null;
};

export type Charge = {
  id: string;
  object: 'charge';
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  balance_transaction: string | null;
  billing_details: Readonly<Record<string, null>>;
  captured: boolean;
  created: number;
  currency: string;
  disputed: boolean;
  failure_code: string | null;
  failure_message: string | null;
  livemode: false;
  metadata: Readonly<Record<string, string>>;
  outcome: Readonly<Record<string, unknown>>;
  paid: boolean;
  payment_intent: string;
  payment_method: string;
  payment_method_details: Readonly<Record<string, unknown>>;
  refunded: boolean;
  status: 'succeeded' | 'pending' | 'failed';
  transfer_group: string | null;
};

export type Refund = {
  id: string;
  object: 'refund';
  amount: number;
  balance_transaction: string | null;
  charge: string;
  created: number;
  currency: string;
  failure_reason?: string;
  metadata: Readonly<Record<string, string>>;
  payment_intent: string;
  reason: string | null;
  status: 'succeeded' | 'pending' | 'failed';
};

export type Transfer = {
  id: string;
  object: 'transfer';
  amount: number;
  amount_reversed: number;
  balance_transaction: string;
  created: number;
  currency: string;
  description: string | null;
  destination: string;
  destination_payment: string;
  livemode: false;
  metadata: Readonly<Record<string, string>>;
  reversals: Readonly<{ object: 'list'; data: readonly Reversal[]; has_more: false; url: string }>;
  reversed: boolean;
  source_transaction: null;
  transfer_group: string | null;
};

export type Reversal = Readonly<{
  id: string;
  object: 'transfer_reversal';
  amount: number;
  balance_transaction: string;
  created: number;
  currency: string;
  metadata: Readonly<Record<string, string>>;
  transfer: string;
}>;

export type BalanceTransaction = Readonly<{
  id: string;
  object: 'balance_transaction';
  amount: number;
  available_on: number;
  balance_type: 'payments';
  created: number;
  currency: string;
  description: null;
  exchange_rate: null;
  fee: number;
  fee_details: readonly Readonly<{
    amount: number;
    application: null;
    currency: string;
    description: string;
    type: 'stripe_fee';
  }>[];
  net: number;
  reporting_category: string;
  source: string;
  status: 'available' | 'pending';
  type:
    | 'charge'
    | 'refund'
    | 'refund_failure'
    | 'transfer'
    | 'transfer_refund'
    | 'adjustment'
    | 'payment'
    | 'payout'
    | 'payout_failure';
}>;

/** A charge of a connected account that a transfer made. */
export type DestinationPayment = Readonly<{
  id: string;
  object: 'charge';
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  balance_transaction: string;
  billing_details: Readonly<Record<string, null>>;
  captured: true;
  created: number;
  currency: string;
  disputed: false;
  livemode: false;
  metadata: Readonly<Record<string, string>>;
  paid: true;
  payment_intent: null;
  refunded: false;
  source_transfer: string;
  status: 'succeeded';
  transfer_group: string | null;
}>;

export type BankPayout = {
  id: string;
  object: 'payout';
  amount: number;
  arrival_date: number;
  automatic: boolean;
  balance_transaction: string;
  created: number;
  currency: string;
  description: null;
  destination: null;
  failure_balance_transaction: string | null;
  failure_code: string | null;
  failure_message: null;
  livemode: false;
  metadata: Readonly<Record<string, string>>;
  method: 'standard';
  original_payout: string | null;
  reconciliation_status: 'completed' | 'in_progress' | 'not_applicable';
  reversed_by: null;
  source_type: 'card';
  statement_descriptor: null;
  status: 'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled';
  type: 'bank_account';
};

export type Dispute = {
  id: string;
  object: 'dispute';
  amount: number;
  balance_transactions: readonly BalanceTransaction[];
  charge: string;
  created: number;
  currency: string;
  enhanced_eligibility_types: readonly never[];
  evidence: Readonly<{ enhanced_evidence: Readonly<Record<string, never>> }>;
  evidence_details: Readonly<{
    due_by: number | null;
    enhanced_eligibility: Readonly<Record<string, never>>;
    has_evidence: boolean;
    past_due: boolean;
    submission_count: number;
  }>;
  is_charge_refundable: boolean;
  livemode: false;
  metadata: Readonly<Record<string, string>>;
  payment_intent: string;
  reason: string;
  status: 'needs_response' | 'under_review' | 'won' | 'lost';
};

export type StripeEvent = Readonly<{
  id: string;
  object: 'event';
  account?: string;
  api_version: string;
  created: number;
  data: Readonly<{ object: Readonly<Record<string, unknown>> }>;
  livemode: false;
  pending_webhooks: number;
  request: Readonly<{ id: string | null; idempotency_key: string | null }>;
  type: string;
}>;

/** How a card is shown in a charge; a hold lapses seven days after it was made. */
export const cardDetails = (outcome: CardOutcome, amount: number, now: number) =>
  outcome.type === 'us_bank_account'
    ? { type: 'us_bank_account' }
    : {
        type: 'card',
        card: {
          amount_authorized: amount,
          brand: outcome.brand ?? 'visa',
          capture_before: now + 7 * 24 * 3_600,
          country: 'US',
          exp_month: 12,
          exp_year: 2034,
          funding: 'credit',
          last4: '4242',
          multicapture: { status: outcome.multicapture === false ? 'unavailable' : 'available' },
          network: outcome.brand ?? 'visa',
        },
      };
