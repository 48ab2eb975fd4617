import type { SimulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import { faultOfEntity } from '../../../src/application/integrity/verify-entity.ts';
import { auditedRecord } from '../../../src/domain/aggregates/aggregate.ts';
import type { Claim } from '../../../src/domain/kernel/claim.ts';
import type { DomainEvent } from '../../../src/domain/kernel/events.ts';
import type { LedgerEntryId, MerchantId, PaymentId } from '../../../src/domain/kernel/ids.ts';
import { type Json, jsonText } from '../../../src/domain/kernel/json.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import {
  ACCOUNTS,
  type Balance,
  balancesOf,
  causeIdOf,
  type LedgerEntry,
} from '../../../src/domain/ledger/ledger.ts';
import type { Transfer } from '../../../src/domain/ledger/transfer.ts';
import type { Payment } from '../../../src/domain/payments/payment.ts';
import { type PaymentSum, sumUp } from '../../../src/domain/payments/payment-sum.ts';
import { tallyOf } from '../../../src/domain/payments/tally.ts';
import type { Transaction } from '../../../src/domain/payments/transaction.ts';
import type { CurrentBalance } from '../../../src/ports/balances.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { digests } from '../../fixtures/changes.ts';
import { inLanes, walk } from '../in-lanes.ts';
import { paymentFaults } from './agreement.ts';

/** All that is on record of one merchant. */
export type MerchantBooks = Readonly<{
  payments: readonly Payment[];
  transactions: readonly Transaction[];
  /** Both those that left and those that came. */
  transfers: readonly Transfer[];
  /** In US dollars, the only currency here; absent while there are no entries. */
  balance?: CurrentBalance;
  /** What is wrong in there. */
  faults: readonly string[];
}>;

export type Witnesses = Readonly<{
  storage: Storage;
  ledger: SimulatorLedger;
  /** Of every key that was ever used, by all merchants. */
  claims: readonly Claim[];
  /** All that were ever written. */
  events: readonly DomainEvent[];
  /** Whether summaries are recounted: reading them is dear on DynamoDB. */
  recounts: boolean;
  /** By merchant, the entries of which neither payments nor transfers are the cause, as `<cause> <type> <units>`. */
  beside?: ReadonlyMap<string, readonly Readonly<{ text: string }>[]>;
}>;

const PAGE = 100;

/** Reads everything a merchant has, and compares every book with every other one. */
export async function readBooks(witnesses: Witnesses, merchantId: MerchantId): Promise<MerchantBooks> {
  const { storage, ledger, claims, events } = witnesses;
  const payments = await walk<Payment, PaymentId>(PAGE, (page) =>
    storage.payments.list(merchantId, {}, page),
  );
  const transfers = await walk<Transfer, string>(PAGE, ({ limit, before: after }) =>
    storage.aggregates.list(merchantId, 'transfer', { limit, ...present({ after }) }),
  );
  const claimsOn = Map.groupBy(claims, ({ paymentId }) => paymentId);
  const eventsOn = Map.groupBy(events, ({ paymentId }) => paymentId);
  const seen = await inLanes(payments, async (payment) => {
    const [transactions, links] = await Promise.all([
      storage.payments.transactionsOf(merchantId, payment.id),
      storage.auditTrail.ofPayment(merchantId, payment.id),
    ]);
    const books = {
      payment,
      transactions: transactions._unsafeUnwrap(),
      links: links._unsafeUnwrap(),
      events: eventsOn.get(payment.id) ?? [],
      claims: claimsOn.get(payment.id) ?? [],
      ledger,
    };
    return { transactions: books.transactions, faults: paymentFaults(books) };
  });
  const transferred = await inLanes(transfers, (transfer) => transferFaults(witnesses, merchantId, transfer));
  const transactions = seen.flatMap((each) => each.transactions);
  const [balance] = (await storage.balances.of(merchantId, 'USD'))._unsafeUnwrap();
  const books = { payments, transactions, transfers, ...present({ balance }) };
  return {
    ...books,
    faults: [
      ...seen.flatMap((each) => each.faults),
      ...transferred.flat(),
      ...(await sumFaults(storage, merchantId, books, witnesses.beside?.get(merchantId) ?? [])),
      ...(witnesses.recounts ? await summaryFaults(storage, merchantId, payments) : []),
    ].map((fault) => `${merchantId}: ${fault}`),
  };
}

/** A transfer is of one key, whole on both sides, with an event for both, and has its chain. */
async function transferFaults(
  { storage, claims, events }: Witnesses,
  merchantId: MerchantId,
  transfer: Transfer,
): Promise<readonly string[]> {
  const { id, kind } = transfer;
  const sent = events.filter(({ data, merchantId: to }) => to === merchantId && data['id'] === id);
  const spent = claims.filter((claim) => 'transferId' in claim && claim.transferId === id);
  const links = (await storage.auditTrail.ofAggregate(transfer.merchantId, kind, id))._unsafeUnwrap();
  const fault = faultOfEntity(
    { ...transfer, type: kind, record: auditedRecord(transfer) },
    links,
    digests.sha256,
  );
  const sides = [transfer.merchantId, transfer.destinationMerchantId];
  const copies = await Promise.all(sides.map((side) => storage.aggregates.find(side, kind, id)));
  return [
    ...(fault === undefined ? [] : [`the chain of ${id} is ${fault.fault} at ${fault.sequence}`]),
    ...(sent.map(({ type }) => type).join() === 'transfer.completed'
      ? []
      : [`${id} has ${sent.length} events of ${merchantId}`]),
    ...(spent.length === 1 ? [] : [`${spent.length} keys spent on ${id}`]),
    ...spent
      .filter(({ kept }) => kept === undefined || !kept.response.includes(id))
      .map(() => `the answer does not speak of ${id}`),
    ...(copies.every((copy) => textOf(copy._unsafeUnwrap()) === textOf(transfer))
      ? []
      : [`the sides of ${id} differ`]),
  ];
}

/** What payments, transfers and what is beside them must have led to: the entries exactly due, and sums that are what they add up to. */
async function sumFaults(
  storage: Storage,
  merchantId: MerchantId,
  { transactions, transfers, balance }: Omit<MerchantBooks, 'faults'>,
  beside: readonly Readonly<{ text: string }>[],
): Promise<readonly string[]> {
  const entries = await walk<LedgerEntry, LedgerEntryId>(PAGE, (page) =>
    storage.ledger.list(merchantId, {}, page),
  );
  const due = [
    ...transactions.flatMap(entriesOf),
    ...transfers.map((each) => sideOf(each, merchantId)),
    ...beside.map(({ text }) => text),
  ];
  const merchant = (await storage.merchants.find(merchantId))._unsafeUnwrap();
  const spent = [
    ...transfers.filter((each) => each.merchantId === merchantId),
    ...(merchant?.refundsNeedBalance ? transactions.filter(({ type }) => type === 'refund') : []),
  ];
  const sums = ACCOUNTS.reduce((sum, account) => sum + (balance?.[account] ?? 0n), 0n);
  const kept = balance === undefined ? [] : [balanceText(balance)];
  return [
    ...differences('entries', entries.map(entryText), due),
    ...differences('balances', kept, balancesOf(entries).map(balanceText)),
    ...(sums === 0n ? [] : [`the accounts add up to ${sums}`]),
    ...((balance?.spendings ?? 0) === spent.length
      ? []
      : [`${balance?.spendings} spendings counted where there are ${spent.length}`]),
  ];
}

async function summaryFaults(
  storage: Storage,
  merchantId: MerchantId,
  payments: readonly Payment[],
): Promise<readonly string[]> {
  const tallies = (await storage.summaries.tallies(merchantId, {}))._unsafeUnwrap();
  const counted = sumUp(tallies).filter(({ count, amount }) => count !== 0 || amount !== 0n);
  return differences('summaries', counted.map(sumText), sumUp(payments.map(tallyOf)).map(sumText));
}

/** Says a second time, and in another way than the code that writes them, which entries there must be. */
function entriesOf({ id, type, status, amount, ...rest }: Transaction): readonly string[] {
  const units = amount.minorUnits;
  const isDone = status === 'succeeded' || status === 'settled';
  const fee = isDone && 'fee' in rest && rest.fee !== undefined ? [`${id} fee ${rest.fee}`] : [];
  switch (type) {
    case 'authorization':
    case 'void':
      return fee;
    case 'capture':
      return isDone ? [`${id} capture ${units}`, ...fee] : [];
    case 'refund': {
      const held = `${id} refund_hold ${units}`;
      if (status === 'pending') return [held];
      return [held, `${id} ${isDone ? 'refund' : 'refund_release'} ${units}`, ...fee];
    }
  }
}

const sideOf = ({ id, merchantId, amount }: Transfer, side: MerchantId): string =>
  `${id} ${side === merchantId ? 'transfer_out' : 'transfer_in'} ${amount.minorUnits}`;

const entryText = ({ type, amount, ...entry }: LedgerEntry): string =>
  `${'transactionId' in entry ? entry.transactionId : causeIdOf(entry as LedgerEntry)} ${type} ${amount.minorUnits}`;

const balanceText = (balance: Balance): string =>
  ['currency' as const, ...ACCOUNTS].map((each) => `${each} ${balance[each]}`).join(' ');

const sumText = ({ currency, status, count, amount, captured, refunded }: PaymentSum): string =>
  `${count} ${status} ${currency} of ${amount}, ${captured}, ${refunded}`;

const textOf = (value: unknown): string => jsonText(value as Json);

function differences(what: string, found: readonly string[], due: readonly string[]): readonly string[] {
  const [a, b] = [found, due].map((texts) => [...texts].sort().join('; '));
  return a === b ? [] : [`${what} are ${a} where ${b} are due`];
}
