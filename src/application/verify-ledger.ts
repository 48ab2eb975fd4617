import { err, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { LedgerEntryId, MerchantId } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { ACCOUNTS, addBalances, type Balance, balancesOf, type LedgerEntry } from '../domain/ledger.ts';
import type { Balances } from '../ports/balances.ts';
import type { Clock } from '../ports/clock.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import type { BadRow } from './bad-row.ts';
import { type AggregateReads, postingsOfTransfer } from './verify-aggregate.ts';
import { postingsOfPayment, readPayment } from './verify-payment.ts';
import { entryText, postingText } from './verify-postings.ts';

export type LedgerReads = AggregateReads & Readonly<{ balances: Balances; clock: Clock }>;

/** `isSettled` is false when the balances never stood still for long enough to be compared. */
export type LedgerSeen = Readonly<{ entries: number; isSettled: boolean }>;

const PAGE = 500;
/** Longer than a commit may be under way: no entry older than this appears any more. */
const STABLE_MS = 60_000;
const MOST_TRIES = 10;

type Sums = ReadonlyMap<string, Balance>;

/**
 * Checks that every entry of a merchant has its cause, and that the balances are what the entries add up to. `matched`
 * is how many entries their causes were found to have: when there are as many, every one has its cause.
 */
export const verifyLedger = (
  ports: LedgerReads,
  merchantId: MerchantId,
  matched: number,
): ResultAsync<LedgerSeen, BadRow | StorageUnavailable> =>
  safeTry(async function* () {
    const cut = ports.clock.now() - STABLE_MS;
    let { sums: old, count } = yield* add(ports, merchantId, (entry) => entry.createdAt <= cut);
    if (count !== matched) yield* walk(ports, merchantId, (page) => verifyCauses(ports, merchantId, page));
    let isWalkedAgain = false;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = yield* ports.balances.of(merchantId);
      const recent = yield* add(ports, merchantId, (entry) => entry.createdAt > cut, cut);
      const after = yield* ports.balances.of(merchantId);
      if (textOf(before) !== textOf(after)) continue;
      const fault = faultOfBalances(merchantId, before, merge(old, recent.sums));
      if (fault === undefined) return ok({ entries: count, isSettled: true });
      if (isWalkedAgain) return err(fault);
      isWalkedAgain = true;
      ({ sums: old, count } = yield* add(ports, merchantId, (entry) => entry.createdAt <= cut));
    }
    return ok({ entries: count, isSettled: false });
  });

/** Adds up the entries that are wanted and counts all; `since` ends the walk at entries of that time or older. */
const add = (
  ports: LedgerReads,
  merchantId: MerchantId,
  isWanted: (entry: LedgerEntry) => boolean,
  since?: Instant,
): ResultAsync<Readonly<{ sums: Sums; count: number }>, BadRow | StorageUnavailable> => {
  let sums: Sums = new Map();
  return walk(
    ports,
    merchantId,
    (page) => {
      sums = merge(sums, byCurrency(balancesOf(page.filter(isWanted))));
      return okAsync(undefined);
    },
    since,
  ).map((count) => ({ sums, count }));
};

const walk = (
  { ledger }: LedgerReads,
  merchantId: MerchantId,
  visit: (entries: readonly LedgerEntry[]) => ResultAsync<unknown, BadRow | StorageUnavailable>,
  since = Number.NEGATIVE_INFINITY,
): ResultAsync<number, BadRow | StorageUnavailable> =>
  safeTry(async function* () {
    let count = 0;
    for (let before: LedgerEntryId | undefined; ; ) {
      const page = { limit: PAGE, ...(before === undefined ? {} : { before }) };
      const entries = yield* ledger.list(merchantId, {}, page);
      yield* visit(entries);
      count += entries.length;
      const last = entries.at(-1);
      if (last === undefined || entries.length < PAGE || last.createdAt <= since) return ok(count);
      before = last.id;
    }
  });

/** Reads each cause once, however many of its entries stand on the page. */
const verifyCauses = (
  ports: LedgerReads,
  merchantId: MerchantId,
  entries: readonly LedgerEntry[],
): ResultAsync<void, BadRow | StorageUnavailable> =>
  safeTry(async function* () {
    const caused = new Map<string, ReadonlySet<string>>();
    for (const entry of entries) {
      const key = 'transferId' in entry ? entry.transferId : entry.paymentId;
      const texts = caused.get(key) ?? (yield* postingTextsOf(ports, merchantId, entry));
      caused.set(key, texts);
      if (!texts.has(entryText(entry)))
        return err<never, BadRow>({
          kind: 'BadRow',
          merchantId,
          row: 'ledger_entry',
          id: entry.id,
          fault: 'orphaned',
        });
    }
    return ok(undefined);
  });

function postingTextsOf(
  ports: LedgerReads,
  merchantId: MerchantId,
  entry: LedgerEntry,
): ResultAsync<ReadonlySet<string>, BadRow | StorageUnavailable> {
  if (!('transferId' in entry))
    return readPayment(ports, merchantId, entry.paymentId).map(
      ({ links }) => new Set(postingsOfPayment(links).map(postingText)),
    );
  return ports.aggregates
    .find(merchantId, 'transfer', entry.transferId)
    .map((transfer) =>
      transfer === undefined
        ? new Set<string>()
        : new Set(postingsOfTransfer(merchantId, transfer).map(postingText)),
    );
}

function faultOfBalances(merchantId: MerchantId, stored: readonly Balance[], sums: Sums): BadRow | undefined {
  const kept = byCurrency(stored);
  for (const currency of [...new Set([...kept.keys(), ...sums.keys()])].sort()) {
    const row = kept.get(currency);
    const sum = sums.get(currency);
    const account = ACCOUNTS.find((each) => (row?.[each] ?? 0n) !== (sum?.[each] ?? 0n));
    if (account !== undefined)
      return {
        kind: 'BadRow',
        merchantId,
        row: 'balance',
        id: currency,
        fault: 'sum',
        detail: `${account} is ${row?.[account] ?? 0n}, its entries add up to ${sum?.[account] ?? 0n}`,
      };
  }
  return undefined;
}

const byCurrency = (balances: readonly Balance[]): Sums =>
  new Map(balances.map((balance) => [balance.currency, balance]));

function merge(a: Sums, b: Sums): Sums {
  const sums = new Map(a);
  for (const [currency, balance] of b) {
    const sum = sums.get(currency);
    sums.set(currency, sum === undefined ? balance : addBalances(sum, balance));
  }
  return sums;
}

/** Equal texts, equal balances. */
export const textOf = (balances: readonly Balance[]): string =>
  balances
    .map((balance) =>
      [balance.merchantId, balance.currency, ...ACCOUNTS.map((account) => balance[account])].join(' '),
    )
    .join();
