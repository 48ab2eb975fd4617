import { currencyRefused, payoutAmountRefused } from './amounts.ts';
import { receiveTransfer } from './bank-payouts.ts';
import { type Books, held } from './books.ts';
import type { Call } from './endpoints.ts';
import { metadataIn, textIn } from './form.ts';
import type { Reversal, Transfer } from './objects.ts';
import { answer, type Reply, refuse, refuseEarly } from './replies.ts';

const incapable = refuse(
  400,
  'Your destination account needs to have at least one of the following capabilities enabled: transfers.',
  { code: 'insufficient_capabilities_for_transfer' },
);

/** Connected accounts by what they can receive; every other one does not exist. */
const DESTINATIONS: Readonly<Record<string, Reply | undefined>> = {
  acct_double_vendor: undefined,
  acct_double_capable_later: undefined,
  acct_double_silent: undefined,
  acct_double_silent_restricted: incapable,
  acct_double_away: refuseEarly(429, 'Request rate limit exceeded.', { code: 'rate_limit' }),
  acct_double_restricted: incapable,
  acct_double_closed: refuse(403, 'The provided key does not have access to account acct_double_closed.', {
    code: 'account_invalid',
  }),
};

/** Accounts of which transfers are done and never answered. */
export const SILENT_DESTINATIONS: readonly string[] = ['acct_double_silent', 'acct_double_silent_restricted'];

/** In whose name `acct_double_capable_later` was asked to be paid before, which it can be from the second time on. */
const askedBefore = new WeakSet<Books>();

function isIncapable(books: Books, destination: string): boolean {
  if (destination !== 'acct_double_capable_later' || askedBefore.has(books)) return false;
  askedBefore.add(books);
  return true;
}

/** `POST /v1/transfers`: from the platform's balance to a connected account. */
export function createTransfer({ books, booksOf, params, expanded }: Call): Reply {
  const currency = textIn(params, 'currency');
  const refused = currencyRefused(currency) ?? payoutAmountRefused(textIn(params, 'amount'), currency ?? '');
  if (refused !== undefined) return refused;
  const destination = textIn(params, 'destination') ?? '';
  if (!Object.hasOwn(DESTINATIONS, destination))
    return refuse(400, `No such destination: '${destination}'`, {
      code: 'resource_missing',
      param: 'destination',
    });
  const closed = isIncapable(books, destination) ? incapable : DESTINATIONS[destination];
  if (closed !== undefined) return closed;
  const amount = Number(textIn(params, 'amount'));
  if ((books.available.get(currency ?? '') ?? 0) < amount)
    return refuse(400, 'You have insufficient available funds in your Stripe account.', {
      code: 'balance_insufficient',
    });
  const id = books.newId('tr');
  const sent: Omit<Transfer, 'destination_payment'> = {
    id,
    object: 'transfer',
    amount,
    amount_reversed: 0,
    balance_transaction: books.book({
      type: 'transfer',
      amount: -amount,
      currency: currency ?? '',
      source: id,
    }).id,
    created: books.now(),
    currency: currency ?? '',
    description: textIn(params, 'description') ?? null,
    destination,
    livemode: false,
    metadata: metadataIn(params),
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: null,
    transfer_group: textIn(params, 'transfer_group') ?? null,
  };
  const transfer = { ...sent, destination_payment: receiveTransfer(booksOf(destination), sent) };
  books.transfers.set(id, transfer);
  books.emit('transfer.created', transfer);
  return answer(expanded(transfer));
}

/** Takes a whole transfer back, as Stripe does when the account that got it cannot keep it. */
export function reverseTransfer(books: Books, transferId: string): void {
  const transfer = held(books.transfers, transferId);
  if (transfer.reversed) return;
  const id = books.newId('trr');
  const reversal: Reversal = {
    id,
    object: 'transfer_reversal',
    amount: transfer.amount,
    balance_transaction: books.book({
      type: 'transfer_refund',
      amount: transfer.amount,
      currency: transfer.currency,
      source: id,
    }).id,
    created: books.now(),
    currency: transfer.currency,
    metadata: {},
    transfer: transferId,
  };
  transfer.reversed = true;
  transfer.amount_reversed = transfer.amount;
  transfer.reversals = { ...transfer.reversals, data: [reversal] };
  books.emit('transfer.reversed', transfer);
}
