import { errAsync, type ResultAsync } from 'neverthrow';
import type { ExportFormat } from '../../domain/files/export.ts';
import { scheduledKey } from '../../domain/files/export-schedule.ts';
import {
  type ExportSource,
  MOST_UNDER_WAY,
  openFileExport,
  type PendingFileExport,
  slotKey,
} from '../../domain/files/file-export.ts';
import { openJob } from '../../domain/files/job.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Change } from '../../ports/commits.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate, type ClaimWith, type MovePorts, unclaimed } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import { type ExportFilter, exportQuery, isKnownBefore } from './export-filter.ts';

/** As many exports of the merchant are under way as may be. Nothing was begun. */
export type ExportsUnderWay = Readonly<{ kind: 'ExportsUnderWay'; most: number }>;

export type StartExportRequest = Readonly<{
  merchantId: MerchantId;
  source: ExportSource;
  format: ExportFormat;
  gzip: boolean;
  bom?: boolean;
  filter: ExportFilter;
  origin: Origin;
}>;

export type StartExportFailure = ExportsUnderWay | ChangedMeanwhile | KeysUnavailable | StorageUnavailable;

/**
 * Orders a file of a merchant's records: the export and the job that makes it, in one commit with their audit links. The places
 * of exports under way are unique keys, so that no number of processes gives one merchant more than there are. A read and a
 * commit for each place that is taken.
 */
export type StartExport = (
  request: StartExportRequest,
  claimWith?: ClaimWith<PendingFileExport>,
) => ResultAsync<PendingFileExport, StartExportFailure>;

/** The name of the work that makes files. */
const EXPORT_WORK = 'export';
/** The same by filters that the version before does not know: it leaves a job of a work that it does not know to this one. */
const FILTERED_EXPORT_WORK = 'filtered_export';
/** The same of transactions by their own time: the version before took the time of their payments. */
const TRANSACTION_EXPORT_WORK = 'transaction_export';
export const EXPORT_WORKS = [EXPORT_WORK, FILTERED_EXPORT_WORK, TRANSACTION_EXPORT_WORK] as const;

const workOf = ({ source, query }: ExportOrder) => {
  if (source === 'transactions') return TRANSACTION_EXPORT_WORK;
  return isKnownBefore(query) ? EXPORT_WORK : FILTERED_EXPORT_WORK;
};

export const startExport = (ports: MovePorts): StartExport => {
  const { aggregates, clock, commits, ids } = ports;
  return (request, claimWith = unclaimed) => {
    return inSlot(1);

    function inSlot(slot: number): ReturnType<StartExport> {
      if (slot > MOST_UNDER_WAY) return errAsync({ kind: 'ExportsUnderWay', most: MOST_UNDER_WAY });
      return aggregates
        .findByKey(request.merchantId, 'export', slotKey(slot))
        .andThen((holder) => (holder === undefined ? startedIn(slot) : inSlot(slot + 1)));
    }

    function startedIn(slot: number): ReturnType<StartExport> {
      const { change, next } = opening(request, slot);
      return claimWith(change, next).andThen((claimed) =>
        commits
          .commit(claimed)
          .map(() => next)
          .orElse((failure): ReturnType<StartExport> => {
            switch (failure.kind) {
              case 'KeyTaken':
                return inSlot(slot + 1);
              case 'StorageUnavailable':
                return errAsync(failure);
              case 'ClaimTaken':
                // The same request came twice, and the other was faster.
                return errAsync({ kind: 'ChangedMeanwhile' });
              case 'FenceLost':
              case 'StaleVersion':
                throw new Error(`a new export met ${failure.kind}`);
            }
          }),
      );
    }
  };

  function opening(
    { filter, origin, ...order }: StartExportRequest,
    slot: number,
  ): Readonly<{ change: Change; next: PendingFileExport }> {
    const at = clock.now();
    const {
      next,
      aggregates: opened,
      audit,
    } = openedExport(ports, { ...order, query: exportQuery(filter), slot }, { at, origin });
    return {
      next,
      change: {
        id: ids.change(at),
        at,
        transactions: [],
        aggregates: opened,
        entries: [],
        tallies: [],
        audit,
        events: [],
      },
    };
  }
};

export type ExportOrder = Pick<
  PendingFileExport,
  'merchantId' | 'source' | 'format' | 'gzip' | 'bom' | 'query' | 'slot' | 'schedule'
>;

/** An export in its place and the job that makes it, with their links, as parts of a change. */
export function openedExport(
  ports: Pick<MovePorts, 'ids' | 'digests'>,
  order: ExportOrder,
  { at, origin }: Readonly<{ at: Instant; origin: Origin }>,
): Pick<Change, 'aggregates' | 'audit'> & Readonly<{ next: PendingFileExport }> {
  const { merchantId, slot, schedule } = order;
  const job = ports.ids.job(at);
  const id = ports.ids.export(at);
  const next = openFileExport({ ...order, id, job, createdAt: at });
  const takes = [
    slotKey(slot),
    ...(schedule === undefined ? [] : [scheduledKey(schedule.id, schedule.every, schedule.period)]),
  ];
  const opened = auditedAggregate(ports, { at, origin, action: 'export.started', next, takes });
  const queued = auditedAggregate(ports, {
    at,
    origin,
    action: 'job.opened',
    next: openJob({
      id: job,
      work: workOf(order),
      subject: { merchantId, id },
      createdAt: at,
    }),
  });
  return { next, aggregates: [opened.guarded, queued.guarded], audit: [opened.entry, queued.entry] };
}
