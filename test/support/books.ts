import { expect } from 'vitest';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import type { CurrencyCode } from '../../src/domain/kernel/currency.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { balancesOf, type LedgerEntry } from '../../src/domain/ledger/ledger.ts';
import { amountsOf, isUndecided, type Payment } from '../../src/domain/payments/payment.ts';
import { addTallies, type Tally, tallyOf } from '../../src/domain/payments/tally.ts';
import type {
  Transaction,
  TransactionStatus,
  TransactionType,
} from '../../src/domain/payments/transaction.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { digests } from '../fixtures/changes.ts';
import { sortedTallies, tallied } from './ledger-tallies.ts';

const PAGE = 100;

/** Everything that a merchant has, read page by page. */
export async function everythingOf(storage: Storage, merchantId: MerchantId) {
  const payments: Payment[] = [];
  for (let more = true; more; ) {
    const before = payments.at(-1)?.id;
    const page = { limit: PAGE, ...present({ before }) };
    const next = (await storage.payments.list(merchantId, {}, page))._unsafeUnwrap();
    payments.push(...next);
    more = next.length === PAGE;
  }
  const entries: LedgerEntry[] = [];
  for (let more = true; more; ) {
    const before = entries.at(-1)?.id;
    const page = { limit: PAGE, ...present({ before }) };
    const next = (await storage.ledger.list(merchantId, {}, page))._unsafeUnwrap();
    entries.push(...next);
    more = next.length === PAGE;
  }
  const transactions = new Map<string, readonly Transaction[]>();
  for (const { id } of payments)
    transactions.set(id, (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap());
  return { payments, entries, transactions };
}

/** The links of a payment and of each of its transactions lead up to what is stored of them. */
export async function expectChainsWhole(storage: Storage, payment: Payment): Promise<void> {
  const { merchantId, id } = payment;
  const links = (await storage.auditTrail.ofPayment(merchantId, id))._unsafeUnwrap();
  const transactions = (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap();
  for (const entity of [payment, ...transactions]) {
    const chain = links.filter(({ entityId }) => entityId === entity.id);
    expect(auditTrailChain.verify(chain, entity, digests.sha256)._unsafeUnwrap()).toBe(entity.version);
  }
}

/** What a processor's own books say of a charge, by our reference. */
export type BooksOfProcessor = Readonly<{
  book(
    reference: string,
  ): Readonly<{ authorized: bigint; captured: bigint; refunded: bigint; ended: boolean }> | undefined;
}>;

/**
 * What holds of a merchant at rest: payments say what their transactions add up to, and the processor's books say the
 * same but for what is under way; balances are the fold of the entries, and these what the transactions call for;
 * summaries are a recount. `currency` is the only one whose balance is read, where another was looked for in another way.
 */
export async function expectBooksAgree(
  storage: Storage,
  processor: BooksOfProcessor,
  merchantId: MerchantId,
  currency?: CurrencyCode,
): Promise<void> {
  const { payments, entries, transactions } = await everythingOf(storage, merchantId);
  for (const payment of payments) {
    const moves = transactions.get(payment.id) ?? [];
    expectPaymentAddsUp(payment, moves);
    expectProcessorAgrees(payment, moves, processor);
  }
  const all = [...transactions.values()].flat();
  const available = sumOf(all, ['capture'], ['succeeded']) - sumOf(all, ['refund'], ['succeeded', 'pending']);
  const folded = balancesOf(entries);
  const fees = folded.reduce((sum, balance) => sum + balance.fees, 0n);
  // What transfers moved is on the account of that name with the other sign.
  const kept = folded.reduce((sum, each) => sum + each.available + each.fees + each.transfers, 0n);
  expect(kept).toBe(available);
  expect(folded.reduce((sum, balance) => sum + balance.pending, 0n)).toBe(
    sumOf(all, ['refund'], ['pending']),
  );
  expect(fees).toBe(all.reduce((sum, each) => sum + ('fee' in each ? (each.fee ?? 0n) : 0n), 0n));
  const balances = (await storage.balances.of(merchantId, currency))._unsafeUnwrap();
  expect(balances).toEqual(folded.map((balance) => ({ ...balance, spendings: expect.any(Number) })));
  const tallies = (await storage.summaries.tallies(merchantId, {}))._unsafeUnwrap();
  expect(sorted(tallies)).toEqual(recounted(payments));
  const posted = (await storage.ledgerTallies.of(merchantId, {}))._unsafeUnwrap();
  expect(sortedTallies(posted)).toEqual(tallied(entries));
}

function expectPaymentAddsUp(payment: Payment, moves: readonly Transaction[]): void {
  const { captured, refunded, reserved, refunding } = amountsOf(payment);
  expect(captured.minorUnits).toBe(sumOf(moves, ['capture'], ['succeeded']));
  expect(refunded.minorUnits).toBe(sumOf(moves, ['refund'], ['succeeded']));
  expect(reserved.minorUnits).toBe(sumOf(moves, ['capture'], ['pending']));
  expect(refunding.minorUnits).toBe(sumOf(moves, ['refund'], ['pending']));
  const closing = payment.status === 'authorized' && payment.closing;
  if (moves.some(({ type, status }) => type === 'void' && status === 'pending')) expect(closing).toBe(true);
  if (closing)
    expect(moves.filter(({ type, status }) => type !== 'refund' && status === 'pending')).toHaveLength(1);
}

function expectProcessorAgrees(
  payment: Payment,
  moves: readonly Transaction[],
  processor: BooksOfProcessor,
): void {
  const book = processor.book(payment.id);
  const isUncharged = payment.status === 'canceled' && payment.authorized.minorUnits === 0n;
  if (payment.status === 'failed' || payment.status === 'pending' || isUncharged)
    expect(book).toBeUndefined();
  if (isUndecided(payment) || payment.status === 'failed' || payment.status === 'pending' || isUncharged)
    return;
  const pending = (type: TransactionType) => sumOf(moves, [type], ['pending']);
  const { authorized, captured, refunded } = amountsOf(payment);
  expect(book?.authorized).toBe(authorized.minorUnits);
  expectWithin(book?.captured, captured.minorUnits, pending('capture'));
  expectWithin(book?.refunded, refunded.minorUnits, pending('refund'));
  const isOpen = moves.some(({ status }) => status === 'pending');
  const isTakenWhole = captured.minorUnits === authorized.minorUnits;
  if (!isOpen && !isTakenWhole) expect(book?.ended).toBe(payment.status !== 'authorized');
}

function expectWithin(said: bigint | undefined, known: bigint, underWay: bigint): void {
  if (underWay === 0n) expect(said).toBe(known);
  expect(said !== undefined && known <= said && said <= known + underWay).toBe(true);
}

const sumOf = (
  moves: readonly Transaction[],
  types: readonly TransactionType[],
  statuses: readonly TransactionStatus[],
): bigint =>
  moves
    .filter(({ type, status }) => types.includes(type) && statuses.includes(status))
    .reduce((sum, { amount }) => sum + amount.minorUnits, 0n);

const keyOf = ({ day, currency, status }: Tally): string => `${day} ${currency} ${status}`;

const sorted = (tallies: readonly Tally[]): readonly Tally[] =>
  tallies.filter(({ count }) => count !== 0).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

function recounted(payments: readonly Payment[]): readonly Tally[] {
  const sums = new Map<string, Tally>();
  for (const tally of payments.map(tallyOf)) {
    const before = sums.get(keyOf(tally));
    sums.set(keyOf(tally), before === undefined ? tally : addTallies(before, tally));
  }
  return sorted([...sums.values()]);
}
