import { ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { LedgerEntryId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  ACCOUNTS,
  addBalances,
  type Balance,
  balancesOf,
  type LedgerEntry,
} from '../../domain/ledger/ledger.ts';
import { addLedgerTallies, type LedgerTally, ledgerTalliesOf } from '../../domain/ledger/ledger-tally.ts';
import type { Balances } from '../../ports/balances.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report, reportAll } from '../kernel/report-findings.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { type CauseReads, verifyCauses, verifyPostings } from './verify-causes.ts';
import type { LedgerRecount } from './verify-ledger-tallies.ts';
import { backTo, type Marks, mark, NO_MARKS } from './verify-marks.ts';
import { datedEntry } from './verify-postings.ts';
import { addBounds, type SpendingBounds } from './verify-spendings.ts';

export type LedgerReads = CauseReads & Readonly<{ balances: Balances; clock: Clock }>;

/** `balances` are absent when they never stood still for long enough to be compared. */
export type LedgerSeen = Readonly<{
  entries: number;
  bounds: SpendingBounds;
  tallies: LedgerRecount;
  balances?: readonly Balance[];
}>;

const PAGE = 500;
const MOST_TRIES = 10;

type Sums = ReadonlyMap<string, Balance>;

/** `caused` marks the entries that there must be, those until `cut` apart; `seen` are the balances as their rows added up to before. */
export type LedgerTerms = Readonly<{
  caused: Marks;
  cut: Instant;
  boundsOf: BoundsOf;
  seen: ReadonlyMap<string, Balance>;
}>;

/**
 * Checks that a merchant's entries are exactly those that payments and transfers caused, and that the balances are what
 * the entries add up to. Where there are the entries that there must be and no others, no more is read; where not, everything is
 * looked up that may be the reason. Balances are read where those that were seen are not what the entries add up to. Gives the sum of
 * the `boundsOf` all pages.
 */
export const verifyLedger = (
  ports: LedgerReads,
  merchantId: MerchantId,
  { caused, cut, boundsOf, seen }: LedgerTerms,
  report: Report<IntegrityFinding> = endAtFirst,
): ResultAsync<LedgerSeen, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    let walked = yield* add(ports, merchantId, { cut, boundsOf });
    const { count: entries, bounds, tallies, recent: sinceCut } = walked;
    const seenOf = { entries, bounds, tallies };
    const since = backTo(caused, walked.marks, cut);
    if (since !== 'nothing') {
      yield* verifyPostings(ports, merchantId, since, report);
      yield* walk(ports, merchantId, since, (page) => verifyCauses(ports, merchantId, page, report));
    }
    const balances = [...seen.values()];
    if (faultsOfBalances(merchantId, balances, merge(walked.old, sinceCut)).length === 0)
      return ok({ ...seenOf, balances });
    let isWalkedAgain = false;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = yield* ports.balances.of(merchantId);
      const { recent } = yield* add(ports, merchantId, { cut, boundsOf, since: cut });
      const faults = faultsOfBalances(merchantId, before, merge(walked.old, recent));
      if (faults.length === 0) return ok({ ...seenOf, balances: before });
      const after = yield* ports.balances.of(merchantId);
      if (textOf(before) !== textOf(after)) continue;
      if (isWalkedAgain) return reportAll(faults, report).map(() => ({ ...seenOf, balances: before }));
      isWalkedAgain = true;
      walked = yield* add(ports, merchantId, { cut, boundsOf });
    }
    return ok(seenOf);
  });

/** How often balances must have been spent from by a page of entries. */
type BoundsOf = (entries: readonly LedgerEntry[]) => SpendingBounds;

/** What the entries until the cut add up to, and those since. */
type Added = Readonly<{
  old: Sums;
  recent: Sums;
  marks: Marks;
  count: number;
  bounds: SpendingBounds;
  tallies: LedgerRecount;
}>;

/** Adds up, marks and counts the entries, newest first, back to those of `since`. */
const add = (
  ports: LedgerReads,
  merchantId: MerchantId,
  {
    cut,
    boundsOf,
    since = Number.NEGATIVE_INFINITY,
  }: Readonly<{ cut: Instant; boundsOf: BoundsOf; since?: Instant }>,
): ResultAsync<Added, IntegrityFinding | StorageUnavailable> => {
  const isOld = ({ createdAt }: LedgerEntry) => createdAt <= cut;
  const sumsOf = (entries: readonly LedgerEntry[]): Sums => byCurrency(balancesOf(entries));
  const tallies = new Map<string, LedgerTally>();
  let added: Added = {
    old: new Map(),
    recent: new Map(),
    marks: NO_MARKS,
    count: 0,
    bounds: new Map(),
    tallies,
  };
  return walk(ports, merchantId, since, (page) => {
    addLedgerTallies(tallies, ledgerTalliesOf(page));
    added = {
      tallies,
      old: merge(added.old, sumsOf(page.filter(isOld))),
      recent: merge(added.recent, sumsOf(page.filter((entry) => !isOld(entry)))),
      marks: mark(added.marks, page.map(datedEntry), cut, ports.digests.sha256),
      count: added.count + page.length,
      bounds: addBounds(added.bounds, boundsOf(page)),
    };
    return okAsync(undefined);
  }).map(() => added);
};

/** Newest first, to the page that holds entries of `since` or older. */
const walk = (
  { ledger }: LedgerReads,
  merchantId: MerchantId,
  since: Instant,
  visit: (entries: readonly LedgerEntry[]) => ResultAsync<unknown, IntegrityFinding | StorageUnavailable>,
): ResultAsync<void, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    for (let before: LedgerEntryId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const entries = yield* ledger.list(merchantId, {}, page);
      yield* visit(entries);
      const last = entries.at(-1);
      if (last === undefined || entries.length < PAGE || last.createdAt <= since) return ok(undefined);
      before = last.id;
    }
  });

function faultsOfBalances(
  merchantId: MerchantId,
  stored: readonly Balance[],
  sums: Sums,
): readonly IntegrityFinding[] {
  const kept = byCurrency(stored);
  return [...new Set([...kept.keys(), ...sums.keys()])].sort().flatMap((currency): IntegrityFinding[] => {
    const row = kept.get(currency);
    const sum = sums.get(currency);
    const account = ACCOUNTS.find((each) => (row?.[each] ?? 0n) !== (sum?.[each] ?? 0n));
    if (account === undefined) return [];
    const detail = `${account} is ${row?.[account] ?? 0n}, its entries add up to ${sum?.[account] ?? 0n}`;
    return [{ kind: 'BadRow', merchantId, row: 'balance', id: currency, fault: 'sum', detail }];
  });
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
