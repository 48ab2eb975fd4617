import { type Books, held } from './books.ts';
import type { BankPayout, DestinationPayment, Transfer } from './objects.ts';

/** What a connected account is paid by a transfer: a payment on its own balance, which names the transfer. */
export function receiveTransfer(
  books: Books,
  { id: source_transfer, amount, currency, transfer_group }: Omit<Transfer, 'destination_payment'>,
): string {
  const id = books.newId('py');
  const payment: DestinationPayment = {
    id,
    object: 'charge',
    amount,
    amount_captured: amount,
    amount_refunded: 0,
    balance_transaction: books.book({ type: 'payment', amount, currency, source: id }).id,
    billing_details: {},
    captured: true,
    created: books.now(),
    currency,
    disputed: false,
    livemode: false,
    metadata: {},
    paid: true,
    payment_intent: null,
    refunded: false,
    source_transfer,
    status: 'succeeded',
    transfer_group,
  };
  books.payments.set(id, payment);
  return id;
}

/**
 * Pays the account's balance out to its bank: with the schedule's payout every entry since the one before, with one that is made by hand
 * the same money and no entries. A `debit` takes money from the bank.
 */
export function payOut(
  books: Books,
  { automatic = true, debit = false }: Readonly<{ automatic?: boolean; debit?: boolean }> = {},
): string {
  const id = books.newId('po');
  const entries = [...books.balanceTransactions.values()].filter(
    ({ id: entry }) => !books.paidOut.has(entry),
  );
  const currency = entries[0]?.currency ?? 'usd';
  const amount = entries.reduce((sum, { net }) => sum + net, 0) * (debit ? -1 : 1);
  const entry = books.book({ type: 'payout', amount: -amount, currency, source: id }).id;
  for (const { id: included } of entries) books.paidOut.set(included, automatic ? id : '');
  books.paidOut.set(entry, '');
  const payout: BankPayout = {
    id,
    object: 'payout',
    amount,
    arrival_date: books.now(),
    automatic,
    balance_transaction: entry,
    created: books.now(),
    currency,
    description: null,
    destination: null,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: {},
    method: 'standard',
    original_payout: null,
    reconciliation_status: automatic ? 'completed' : 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'paid',
    type: 'bank_account',
  };
  books.payouts.set(id, payout);
  books.emit('payout.paid', payout);
  return id;
}

/** The bank refuses it: its money is an entry of the account's balance again. */
export function failPayout(books: Books, id: string, code: string | null = 'account_closed'): void {
  const payout = held(books.payouts, id);
  const { amount, currency } = payout;
  payout.status = 'failed';
  payout.failure_code = code;
  payout.failure_balance_transaction = books.book({
    type: 'payout_failure',
    amount,
    currency,
    source: id,
  }).id;
  books.emit('payout.failed', payout);
}
