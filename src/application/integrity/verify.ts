import { err, ok, ResultAsync, safeTry } from 'neverthrow';
import { EVENTS_KEPT_MS } from '../../domain/kernel/events.ts';
import { JOBS_TENANT, type MerchantId } from '../../domain/kernel/ids.ts';
import type { OpenEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { LedgerTallies } from '../../ports/ledger-tallies.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { Summaries } from '../../ports/summaries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report, readable, reportAll, reported } from '../kernel/report-findings.ts';
import { type Counts, headsOfAggregate, headsOfPayment, type KnownHeads } from './checkpoint.ts';
import { type FactSums, type FactWindow, type NoteFact, noteInSums } from './facts.ts';
import { type IntegrityFinding, unreadable, unreadableOf } from './integrity-finding.ts';
import { NO_SUMS } from './stored-sums.ts';
import { addToClearing, type Clearing, verifyClearing } from './verify-clearing.ts';
import { noteDeliveries } from './verify-deliveries.ts';
import { type FactReads, factsVisitor, verifyFacts } from './verify-facts.ts';
import { type LedgerReads, type LedgerTerms, verifyLedger } from './verify-ledger.ts';
import { verifyLedgerTallies } from './verify-ledger-tallies.ts';
import { type Marks, mark, NO_MARKS, STABLE_MS } from './verify-marks.ts';
import { datedPosting, postingsOfAggregate, postingsOfPayment } from './verify-postings.ts';
import { type RowsSeen, walkRows } from './verify-rows.ts';
import { boundsOf, faultsOfSpendings, type RefundRules, refundRulesOf } from './verify-spendings.ts';
import { type Recount, recount, verifySummaries } from './verify-summaries.ts';
import { datedLink, verifyTrail } from './verify-trail.ts';
import { type EntityVisitor, walkEntities } from './walk-entities.ts';

export type VerifyPorts = LedgerReads &
  FactReads &
  Readonly<{ merchants: Merchants; summaries: Summaries; ledgerTallies: LedgerTallies }>;

/** What has been looked at so far. */
export type Verified = Counts &
  Readonly<{
    rows: number;
    /** What never stood still for long enough to be compared: a merchant and what of it. */
    unsettled: readonly string[];
    /** Of which merchants a row could not be read. */
    unread: readonly MerchantId[];
  }>;

/**
 * Walks everything that is stored and reports each row that is not what the rest says it must be, once: every row and its
 * seal, chains, the entities at their heads, links without an entity, ledger entries and their causes, balances, transfers
 * over all tenants, how often balances were spent from, summaries and ledger tallies, claims, events, deliveries. Reads only, in memory that grows with tenants and the ids of unsent events
 * alone, and raises no false alarm while others write. `onProgress` is called after every page, `onHeads` with the heads
 * of every chain that was read. Without a `report` the first bad row ends it. What stands behind one that cannot be read at all is not
 * looked at, and `unread` says of whom.
 */
export type Verify = (
  onProgress: (merchantId: MerchantId | undefined, verified: Verified) => void,
  onHeads?: (heads: readonly KnownHeads[]) => void,
  report?: Report<IntegrityFinding>,
) => ResultAsync<Verified, IntegrityFinding | StorageUnavailable>;

export const verify =
  (ports: VerifyPorts): Verify =>
  (onProgress, onHeads = () => {}, report = endAtFirst) =>
    readable(
      safeTry(async function* () {
        const window = yield* windowOf(ports);
        const once = reportedOnce(report);
        const sums: FactSums = new Map();
        const note = noteInSums(sums, ports.digests.sha256);
        let verified: Verified = NOTHING;
        const onPage = (count: number) => {
          verified = { ...verified, rows: count };
          onProgress(undefined, verified);
        };
        const rows = yield* walkRows(ports, window, note, onPage, once);
        const tenants = [...new Set([...rows.tenants, ...(yield* ports.auditTrail.tenants())])].sort();
        const clearing: Clearing = new Map();
        const isTallied = (yield* ports.storedRows.talliedSince()) === 0;
        const pass = { window, note, rows, isTallied, clearing, onProgress, onHeads, report: once };
        for (const id of tenants) {
          const before: Verified = verified;
          const instead = { ...before, unread: [...before.unread, id] };
          const walk = verifyMerchant(ports, id, before, pass);
          verified = yield* readable(walk, unreadableOf(id), { report: once, instead });
        }
        const { unread, unsettled } = verified;
        const isCleared = unread.length > 0 || (yield* reported(verifyClearing(ports, clearing), once, true));
        const whole = tenants.filter((id) => !unread.includes(id));
        yield* verifyFacts(ports, whole, sums, window, once);
        return ok(isCleared ? verified : { ...verified, unsettled: [...unsettled, 'clearing'] });
      }),
      unreadable,
      { report: err, instead: NOTHING },
    );

/** A row that is bad in several ways is reported for the first; as many are remembered as were reported. */
export function reportedOnce(report: Report<IntegrityFinding>): Report<IntegrityFinding> {
  const known = new Set<string>();
  return (finding) => {
    const { merchantId, row, id } = finding;
    const key = `${merchantId} ${row} ${id}`;
    if (known.has(key)) return ok(undefined);
    known.add(key);
    return report(finding);
  };
}

/** A day less than events are kept, so that none is looked for that is being forgotten. */
const EVENTS_COMPARED_MS = EVENTS_KEPT_MS - 24 * 3_600_000;

/** In a walk that takes longer what lapses is read anew. */
const WALK_MS = 3_600_000;

const windowOf = ({ clock, storedRows }: VerifyPorts): ResultAsync<FactWindow, StorageUnavailable> => {
  const now = clock.now();
  return ResultAsync.combine([
    storedRows.sealedSince(),
    storedRows.tracedSince(),
    storedRows.findersSince(),
  ] as const).map(([sealedFrom, tracedFrom, foundFrom]) => ({
    cut: now - STABLE_MS,
    from: Math.max(now - EVENTS_COMPARED_MS, sealedFrom),
    tracedFrom,
    foundFrom,
    until: now + WALK_MS,
  }));
};

const NOTHING: Verified = {
  rows: 0,
  merchants: 0,
  aggregates: 0,
  payments: 0,
  transactions: 0,
  links: 0,
  ledgerEntries: 0,
  unsettled: [],
  unread: [],
};

type Pass = Readonly<{
  window: FactWindow;
  note: NoteFact;
  rows: RowsSeen;
  /** Whether no entry may lack in its ledger tally. */
  isTallied: boolean;
  clearing: Clearing;
  onProgress: (merchantId: MerchantId | undefined, verified: Verified) => void;
  onHeads: (heads: readonly KnownHeads[]) => void;
  report: Report<IntegrityFinding>;
}>;

const verifyMerchant = (
  ports: VerifyPorts,
  merchantId: MerchantId,
  start: Verified,
  { window, note, rows, isTallied, clearing, onProgress, onHeads, report }: Pass,
): ResultAsync<Verified, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    let seen: Verified = { ...start, merchants: start.merchants + (merchantId === JOBS_TENANT ? 0 : 1) };
    const { clock, digests } = ports;
    const cut = clock.now() - STABLE_MS;
    let chained: Marks = NO_MARKS;
    let caused: Marks = NO_MARKS;
    const counted: Recount = new Map();
    const endpoints: OpenEndpoint[] = [];
    const facts = factsVisitor(merchantId, window, note, endpoints);
    let rules: RefundRules = [];
    const stored = rows.sums.get(merchantId) ?? NO_SUMS;
    const tell = () => onProgress(merchantId, seen);

    const visitor: EntityVisitor = {
      aggregates(checked) {
        facts.aggregates(checked);
        const own = checked.filter(({ aggregate }) => aggregate.merchantId === merchantId);
        onHeads(own.map(headsOfAggregate));
        for (const { aggregate, links } of checked) {
          const postings = postingsOfAggregate(merchantId, aggregate);
          caused = mark(caused, postings.map(datedPosting), cut, digests.sha256);
          if (aggregate.kind === 'merchant') rules = refundRulesOf(links);
          // A transfer is read on both sides; its chain is its sender's.
          if (aggregate.merchantId !== merchantId) continue;
          chained = mark(chained, links.map(datedLink), cut, digests.sha256);
          seen = { ...seen, aggregates: seen.aggregates + 1, links: seen.links + links.length };
        }
        if (checked.length > 0) tell();
      },
      payments(checked) {
        facts.payments(checked);
        onHeads(checked.map(headsOfPayment));
        for (const { transactions, links } of checked) {
          caused = mark(caused, postingsOfPayment(links).map(datedPosting), cut, digests.sha256);
          chained = mark(chained, links.map(datedLink), cut, digests.sha256);
          seen = {
            ...seen,
            payments: seen.payments + 1,
            transactions: seen.transactions + transactions.length,
            links: seen.links + links.length,
          };
        }
        recount(
          counted,
          checked.map(({ payment }) => payment),
        );
        tell();
      },
    };
    yield* walkEntities(ports, merchantId, visitor, report);

    yield* verifyTrail(ports, merchantId, chained, cut, report);
    const terms: LedgerTerms = {
      caused,
      cut,
      boundsOf: (entries) => boundsOf(entries, window.cut, rules),
      seen: stored.balances,
    };
    const ledger = yield* verifyLedger(ports, merchantId, terms, report);
    yield* reportAll(faultsOfSpendings(merchantId, stored.spent, ledger.bounds), report);
    addToClearing(clearing, ledger.balances ?? []);
    const areSummed = yield* verifySummaries(ports, merchantId, counted, stored.tallies, report);
    const areTallied =
      !isTallied ||
      (yield* verifyLedgerTallies(ports, merchantId, ledger.tallies, stored.ledgerTallies, report));
    yield* noteDeliveries(ports, merchantId, endpoints, rows.unsent, window, note);
    const unsettled = [
      ...(ledger.balances !== undefined ? [] : [`balances of ${merchantId}`]),
      ...(areSummed ? [] : [`summaries of ${merchantId}`]),
      ...(areTallied ? [] : [`ledger tallies of ${merchantId}`]),
    ];
    seen = {
      ...seen,
      ledgerEntries: seen.ledgerEntries + ledger.entries,
      unsettled: [...seen.unsettled, ...unsettled],
    };
    tell();
    return ok(seen);
  });
