import { err, ok, okAsync, ResultAsync, safeTry } from 'neverthrow';
import type { Aggregate } from '../../domain/aggregates/aggregate.ts';
import { type CurrencyCode, storedCurrency } from '../../domain/kernel/currency.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { causeIdOf, type LedgerEntry } from '../../domain/ledger/ledger.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type Report, reportAll } from '../kernel/report-findings.ts';
import { entriesAt } from '../ledger/entries-at.ts';
import { aggregatePages } from './aggregate-pages.ts';
import { confirmed, type IntegrityFinding } from './integrity-finding.ts';
import type { AggregateReads } from './verify-aggregate.ts';
import { checkAll } from './verify-marks.ts';
import { headsOf, readPayment } from './verify-payment.ts';
import {
  entryText,
  POSTING_KINDS,
  type Posting,
  postingsOfAggregate,
  postingsOfPayment,
  postingText,
} from './verify-postings.ts';

export type CauseReads = AggregateReads & Readonly<{ ledger: Ledger }>;

type Checked = ResultAsync<void, IntegrityFinding | StorageUnavailable>;

const PAGE = 500;

/**
 * Looks up, one by one, the ledger entries that everything later than `since` must have caused: none may be absent, none
 * be there twice.
 */
export const verifyPostings = (
  ports: CauseReads,
  merchantId: MerchantId,
  since: Instant,
  report: Report<IntegrityFinding>,
): Checked =>
  safeTry(async function* () {
    for (const kind of POSTING_KINDS)
      for await (const page of aggregatePages(ports.aggregates, merchantId, kind))
        yield* checkAll(yield* page, report, (each) =>
          verifyAggregatePostings(ports, merchantId, each, since),
        );
    for (let before: PaymentId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const payments = yield* ports.payments.list(merchantId, {}, page);
      yield* checkAll(payments, report, (each) => verifyPayment(ports, merchantId, each, since));
      before = payments.at(-1)?.id;
      if (payments.length < PAGE) return ok(undefined);
    }
  });

/** All that one aggregate posts is in one currency. */
const verifyAggregatePostings = (
  ports: CauseReads,
  merchantId: MerchantId,
  aggregate: Aggregate,
  since: Instant,
): Checked => {
  const postings = postingsOfAggregate(merchantId, aggregate).filter(({ at }) => at > since);
  const [first] = postings;
  if (first === undefined) return okAsync(undefined);
  return entriesFor(ports.ledger, merchantId, storedCurrency(first.currency), postings).andThen((entries) => {
    const own = entries.filter((entry) => causeIdOf(entry) === aggregate.id);
    const fault = faultOfEntries(merchantId, postings, own);
    return fault === undefined ? ok(undefined) : err(fault);
  });
};

const verifyPayment = (
  ports: CauseReads,
  merchantId: MerchantId,
  { id, amount }: Payment,
  since: Instant,
): Checked =>
  confirmed({
    read: () =>
      readPayment(ports, merchantId, id).andThen((seen) => {
        const postings = postingsOfPayment(seen.links).filter(({ at }) => at > since);
        return entriesFor(ports.ledger, merchantId, amount.currency, postings).map((entries) => ({
          seen,
          postings,
          entries: entries.filter((entry) => 'paymentId' in entry && entry.paymentId === id),
        }));
      }),
    mark: ({ seen }) => headsOf(seen),
    judge: ({ postings, entries }) => faultOfEntries(merchantId, postings, entries),
  }).map(() => undefined);

/** Each posting must have exactly one entry, and each entry exactly one posting. */
function faultOfEntries(
  merchantId: MerchantId,
  postings: readonly Posting[],
  entries: readonly LedgerEntry[],
): IntegrityFinding | undefined {
  const bad = { kind: 'BadRow', merchantId, row: 'ledger_entry' } as const;
  const left = new Map(entries.map((entry) => [entry.id, entry]));
  for (const posting of postings) {
    const entry = [...left.values()].find((each) => entryText(each) === postingText(posting));
    if (entry === undefined)
      return { ...bad, id: posting.cause, fault: 'absent', detail: `no entry of type ${posting.type}` };
    left.delete(entry.id);
  }
  const [extra] = left.values();
  return extra && { ...bad, id: extra.id, fault: 'orphaned' };
}

/** All entries of the moments at which there must be some. */
const entriesFor = (
  ledger: Ledger,
  merchantId: MerchantId,
  currency: CurrencyCode,
  postings: readonly Posting[],
): ResultAsync<readonly LedgerEntry[], StorageUnavailable> => {
  const moments = [...new Set(postings.map(({ at }) => at))];
  return ResultAsync.combine(moments.map((at) => entriesAt(ledger, merchantId, { currency }, at))).map(
    (found) => found.flat(),
  );
};

/** Checks that each of some entries has its cause. Reads each cause once, however many of its entries there are. */
export const verifyCauses = (
  ports: CauseReads,
  merchantId: MerchantId,
  entries: readonly LedgerEntry[],
  report: Report<IntegrityFinding>,
): Checked =>
  safeTry(async function* () {
    const causes = [...new Map(entries.map((entry) => [causeIdOf(entry), entry])).entries()];
    const caused = new Map(
      yield* checkAll(causes, report, ([root, entry]) =>
        postingTextsOf(ports, merchantId, entry).map((texts) => [root, texts] as const),
      ),
    );
    // Where the cause is gone, that was reported.
    const strays = entries.filter((entry) => caused.get(causeIdOf(entry))?.has(entryText(entry)) === false);
    return reportAll(
      strays.map(
        ({ id }): IntegrityFinding => ({
          kind: 'BadRow',
          merchantId,
          row: 'ledger_entry',
          id,
          fault: 'orphaned',
        }),
      ),
      report,
    );
  });

function postingTextsOf(
  ports: CauseReads,
  merchantId: MerchantId,
  entry: LedgerEntry,
): ResultAsync<ReadonlySet<string>, IntegrityFinding | StorageUnavailable> {
  if ('paymentId' in entry)
    return readPayment(ports, merchantId, entry.paymentId).map(
      ({ links }) => new Set(postingsOfPayment(links).map(postingText)),
    );
  return causeOf(ports, merchantId, entry).map(
    (cause) => new Set(cause === undefined ? [] : postingsOfAggregate(merchantId, cause).map(postingText)),
  );
}

/** The aggregate that an entry names. */
function causeOf(
  { aggregates }: CauseReads,
  merchantId: MerchantId,
  entry: Exclude<LedgerEntry, { paymentId: PaymentId }>,
): ResultAsync<Aggregate | undefined, StorageUnavailable> {
  if ('transferId' in entry) return aggregates.find(merchantId, 'transfer', entry.transferId);
  if ('statementLineId' in entry) return aggregates.find(merchantId, 'statement_line', entry.statementLineId);
  return aggregates.find(merchantId, 'exception', entry.exceptionId);
}
