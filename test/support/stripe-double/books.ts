import type {
  BalanceTransaction,
  BankPayout,
  Charge,
  DestinationPayment,
  Dispute,
  Intent,
  Refund,
  StripeEvent,
  Transfer,
} from './objects.ts';

/** What Stripe would hold of one account; tests read it to see what truly happened. Oldest first in every map. */
export type Books = Readonly<{
  /** Whether every charge on the account is declined. */
  declines: boolean;
  /** Seconds since 1970. */
  now(): number;
  /** An id that no other object has: `pi_double_000001`. */
  newId(prefix: string): string;
  intents: Map<string, Intent>;
  charges: Map<string, Charge>;
  refunds: Map<string, Refund>;
  transfers: Map<string, Transfer>;
  /** What a connected account was paid by transfer. */
  payments: Map<string, DestinationPayment>;
  payouts: Map<string, BankPayout>;
  /** Entries of the balance that were paid out, each with the payout that says so; an empty name where none does. */
  paidOut: Map<string, string>;
  balanceTransactions: Map<string, BalanceTransaction>;
  disputes: Map<string, Dispute>;
  events: Map<string, StripeEvent>;
  /** What can be transferred, in minor units as Stripe counts them, by currency. */
  available: Map<string, number>;
  /** Adds an event with the object as it is now. */
  emit(type: string, object: Readonly<Record<string, unknown>>): void;
  /** Moves `amount` less the fee on the account's balance, and says by which balance transaction. */
  book(entry: BookEntry): BalanceTransaction;
}>;

type BookEntry = Readonly<{
  type: BalanceTransaction['type'];
  amount: number;
  fee?: number;
  currency: string;
  source: string;
}>;

/** An empty account, the platform's own where it has no name. `version` is that of the API, which events name. */
export function openBooks(
  now: () => number,
  newId: (prefix: string) => string,
  version: string,
  { name, declines }: Readonly<{ name: string; declines: boolean }>,
): Books {
  const events = new Map<string, StripeEvent>();
  const balanceTransactions = new Map<string, BalanceTransaction>();
  const available = new Map<string, number>();
  return {
    declines,
    now,
    newId,
    intents: new Map(),
    charges: new Map(),
    refunds: new Map(),
    transfers: new Map(),
    payments: new Map(),
    payouts: new Map(),
    paidOut: new Map(),
    balanceTransactions,
    disputes: new Map(),
    events,
    available,
    emit(type, object) {
      const id = newId('evt');
      events.set(id, {
        id,
        object: 'event',
        ...(name === '' ? {} : { account: name }),
        api_version: version,
        created: now(),
        data: { object: structuredClone(object) },
        livemode: false,
        pending_webhooks: 1,
        request: { id: null, idempotency_key: null },
        type,
      });
    },
    book({ type, amount, fee = 0, currency, source }) {
      const entry: BalanceTransaction = {
        id: newId('txn'),
        object: 'balance_transaction',
        amount,
        available_on: now(),
        balance_type: 'payments',
        created: now(),
        currency,
        description: null,
        exchange_rate: null,
        fee,
        fee_details:
          fee === 0
            ? []
            : [
                {
                  amount: fee,
                  application: null,
                  currency,
                  description: 'Stripe processing fees',
                  type: 'stripe_fee',
                },
              ],
        net: amount - fee,
        reporting_category: type,
        source,
        status: 'available',
        type,
      };
      balanceTransactions.set(entry.id, entry);
      available.set(currency, (available.get(currency) ?? 0) + entry.net);
      return entry;
    },
  };
}

/** 2.9 % and 30 minor units, rounded down, and never more than the amount: a price list of the double's own. */
export const feeOn = (amount: number): number => Math.min(amount, Math.floor((amount * 29) / 1_000) + 30);

/** Expects the object to be there; in the double's own books a missing one is a fault of the double. */
export function held<Value>(map: ReadonlyMap<string, Value>, id: string | null): Value {
  const value = id === null ? undefined : map.get(id);
  if (value === undefined) throw new Error(`the double lost ${id}`);
  return value;
}
