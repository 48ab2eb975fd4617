import { err, ok, ResultAsync, safeTry } from 'neverthrow';
import { type Aggregate } from '../../domain/aggregates/aggregate.ts';
import { AGGREGATE_KINDS } from '../../domain/kernel/aggregate-kind.ts';
import type { MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { Summaries } from '../../ports/summaries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { IntegrityFinding } from './integrity-finding.ts';
import { verifyAggregate } from './verify-aggregate.ts';
import { verifyClearing } from './verify-clearing.ts';
import { type LedgerReads, verifyLedger } from './verify-ledger.ts';
import { checkAll, type Marks, mark, NO_MARKS, STABLE_MS } from './verify-marks.ts';
import { verifyPayment } from './verify-payment.ts';
import { datedPosting, postingsOfPayment, postingsOfTransfer } from './verify-postings.ts';
import { type Recount, recount, verifySummaries } from './verify-summaries.ts';
import { datedLink, verifyTrail } from './verify-trail.ts';

export type VerifyPorts = LedgerReads & Readonly<{ merchants: Merchants; summaries: Summaries }>;

/** What has been looked at so far. */
export type Verified = Readonly<{
  merchants: number;
  aggregates: number;
  payments: number;
  transactions: number;
  links: number;
  ledgerEntries: number;
  /** What never stood still for long enough to be compared: a merchant and what of it. */
  unsettled: readonly string[];
}>;

/**
 * Walks everything that is stored and ends at the first row that is not what the rest says it must be: chains, the
 * entities at their heads, links without an entity, ledger entries and their causes, balances, transfers over all
 * tenants, summaries. Reads only, in memory that grows with the tenants alone, and raises no false alarm while others write. `onProgress` is
 * called after every page.
 */
export type Verify = (
  onProgress: (merchantId: MerchantId, verified: Verified) => void,
) => ResultAsync<Verified, IntegrityFinding | StorageUnavailable>;

const PAGE = 500;

export const verify =
  (ports: VerifyPorts): Verify =>
  (onProgress) =>
    readable(
      safeTry(async function* () {
        let verified: Verified = NOTHING;
        for (const id of yield* ports.auditTrail.tenants())
          verified = yield* verifyMerchant(ports, id, verified, onProgress);
        const isCleared = yield* verifyClearing(ports);
        return ok(isCleared ? verified : { ...verified, unsettled: [...verified.unsettled, 'clearing'] });
      }),
    );

const NOTHING: Verified = {
  merchants: 0,
  aggregates: 0,
  payments: 0,
  transactions: 0,
  links: 0,
  ledgerEntries: 0,
  unsettled: [],
};

const verifyMerchant = (
  ports: VerifyPorts,
  merchantId: MerchantId,
  start: Verified,
  onProgress: (merchantId: MerchantId, verified: Verified) => void,
): ResultAsync<Verified, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    let seen: Verified = { ...start, merchants: start.merchants + 1 };
    const { clock, digests } = ports;
    const cut = clock.now() - STABLE_MS;
    let chained: Marks = NO_MARKS;
    let caused: Marks = NO_MARKS;
    const tell = () => onProgress(merchantId, seen);

    for (const kind of AGGREGATE_KINDS)
      for (let after: string | undefined; ; ) {
        const page = { limit: PAGE, ...present({ after }) };
        const listed: ResultAsync<readonly Aggregate[], StorageUnavailable> = ports.aggregates.list(
          merchantId,
          kind,
          page,
        );
        const aggregates = yield* listed;
        const checked = yield* checkAll(aggregates, (each) => verifyAggregate(ports, merchantId, each));
        for (const { aggregate, links } of checked) {
          if (aggregate.kind === 'transfer') {
            const postings = postingsOfTransfer(merchantId, aggregate);
            caused = mark(caused, postings.map(datedPosting), cut, digests.sha256);
          }
          // A transfer is read on both sides; its chain is its sender's.
          if (aggregate.merchantId !== merchantId) continue;
          chained = mark(chained, links.map(datedLink), cut, digests.sha256);
          seen = { ...seen, aggregates: seen.aggregates + 1, links: seen.links + links.length };
        }
        if (checked.length > 0) tell();
        after = aggregates.at(-1)?.id;
        if (aggregates.length < PAGE) break;
      }

    const counted: Recount = new Map();
    for (let before: PaymentId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const payments = yield* ports.payments.list(merchantId, {}, page);
      const checked = yield* checkAll(payments, (each) => verifyPayment(ports, merchantId, each));
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
      before = payments.at(-1)?.id;
      if (payments.length < PAGE) break;
    }

    yield* verifyTrail(ports, merchantId, chained, cut);
    const ledger = yield* verifyLedger(ports, merchantId, caused, cut);
    const areSummed = yield* verifySummaries(ports, merchantId, counted);
    const unsettled = [
      ...(ledger.isSettled ? [] : [`balances of ${merchantId}`]),
      ...(areSummed ? [] : [`summaries of ${merchantId}`]),
    ];
    seen = {
      ...seen,
      ledgerEntries: seen.ledgerEntries + ledger.entries,
      unsettled: [...seen.unsettled, ...unsettled],
    };
    tell();
    return ok(seen);
  });

/** A row that an adapter cannot make sense of throws there; here it is what was looked for. */
const readable = (
  verified: ResultAsync<Verified, IntegrityFinding | StorageUnavailable>,
): ResultAsync<Verified, IntegrityFinding | StorageUnavailable> =>
  new ResultAsync(
    Promise.resolve(verified).catch((fault: unknown) =>
      err<Verified, IntegrityFinding>({
        kind: 'BadRow',
        row: 'row',
        id: '',
        fault: 'unreadable',
        detail: fault instanceof Error ? fault.message : String(fault),
      }),
    ),
  );
