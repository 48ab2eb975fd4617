import { err, errAsync, ok, type Result, ResultAsync } from 'neverthrow';
import { type ExportFault, type ExportFormat, endExport, openExport } from '../../domain/files/export.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { ExportId, MerchantId, PaymentId } from '../../domain/kernel/ids.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { aggregateChange } from '../kernel/aggregate-change.ts';
import { type ChoicePorts, chosenPayments, type PaymentChoice } from '../payments/chosen-payments.ts';
import { exportPlaces, type TooManyExports } from './export-places.ts';

export type ExportPaymentsRequest = Readonly<{
  merchantId: MerchantId;
  filter: PaymentChoice;
  /** What the client asked for and how it gets it, for the audit trail. */
  query: JsonObject;
  format: ExportFormat;
  origin: Origin;
}>;

/** An Err is the last thing it gives: what came before is not all there is. */
export type PaymentPages = AsyncGenerator<Result<readonly Payment[], StorageUnavailable>, void, void>;

export type PaymentExport = Readonly<{ id: ExportId; pages: PaymentPages }>;

/**
 * All payments that match, newest first, page by page, each read when it is asked for and then forgotten. Every payment
 * that existed at the start and matches throughout comes exactly once. That the export began is on record before this
 * resolves; that it ended, with its rows, before the pages do; that its reader left it, when `return` is called. Until one of
 * these it has its place among the few exports that one process runs at once.
 */
export type ExportPayments = (
  request: ExportPaymentsRequest,
) => ResultAsync<PaymentExport, TooManyExports | StorageUnavailable>;

export type ExportPorts = ChoicePorts & Readonly<{ commits: Commits; ids: Ids; digests: Digests }>;

/** Large enough that the reads cost less than the bytes, small enough that pages of the largest payments fit in memory. */
const PAGE = 100;

export const exportPayments = (ports: ExportPorts): ExportPayments => {
  const takePlace = exportPlaces();
  const chosen = chosenPayments(ports);
  return ({ merchantId, filter, query, format, origin }) => {
    const { commits, clock, ids } = ports;
    const place = takePlace(merchantId);
    if (place === undefined) return errAsync({ kind: 'TooManyExports' });
    const giveBack = place;
    const now = clock.now();
    const opened = openExport({ id: ids.export(now), merchantId, format, query, createdAt: now });
    const start = aggregateChange(ports, { at: now, origin, action: 'export.started', next: opened });
    const running = { ...opened, auditHash: start.aggregates[0]?.next.auditHash ?? '' };
    return new ResultAsync(begun());

    async function begun(): Promise<Result<PaymentExport, StorageUnavailable>> {
      const all = pages();
      let isBegun = false;
      try {
        const committed = await commits.commit(start).mapErr(unrivalled);
        if (committed.isErr()) return err(committed.error);
        // One that was never asked anything would not see the end of its reader.
        await all.next();
        isBegun = true;
        return ok({ id: opened.id, pages: all });
      } finally {
        if (!isBegun) giveBack();
      }
    }

    async function* pages(): PaymentPages {
      let rows = 0;
      let ended = false;
      try {
        yield ok([]);
        for (let before: PaymentId | undefined; ; ) {
          const page = await chosen(merchantId, filter, {
            limit: PAGE,
            ...present({ before }),
          });
          if (page.isErr()) {
            ended = true;
            await end(rows, 'storage_unavailable');
            yield err(page.error);
            return;
          }
          const { payments, next } = page.value;
          rows += payments.length;
          if (payments.length > 0) yield ok(payments);
          before = next;
          if (next === undefined) break;
        }
        ended = true;
        const recorded = await end(rows);
        if (recorded.isErr()) yield err(recorded.error);
      } finally {
        try {
          // If this fails as well, the export stays one that began and never ended.
          if (!ended) await end(rows, 'interrupted');
        } finally {
          giveBack();
        }
      }
    }

    function end(rows: number, fault?: ExportFault): ResultAsync<void, StorageUnavailable> {
      const at = clock.now();
      const change = aggregateChange(ports, {
        at,
        origin,
        action: fault === undefined ? 'export.completed' : 'export.failed',
        before: running,
        next: endExport(running, { rows, ...present({ fault }) }, at),
      });
      return commits.commit(change).mapErr(unrivalled);
    }
  };
};

/** An export is written by the one request that made its id, so a refusal is a defect. */
function unrivalled(failure: CommitRefused | StorageUnavailable): StorageUnavailable {
  if (failure.kind !== 'StorageUnavailable') throw new Error(`an export met ${failure.kind}`);
  return failure;
}
