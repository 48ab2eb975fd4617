import { errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { Export } from '../../domain/files/export.ts';
import { expiresAt, type FileExport } from '../../domain/files/file-export.ts';
import { type JobProgress } from '../../domain/files/job.ts';
import { type ExportId, JOBS_TENANT, type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ExportEncoder } from '../../ports/export-encoder.ts';
import type { ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, type PageRequest, paging } from '../kernel/cursor.ts';
import { fileNameOf, objectOf } from './export-object.ts';

export type ExportNotFound = Readonly<{ kind: 'ExportNotFound'; id: ExportId }>;

/** An export as it stands now. `expired`: its file was there and is not any more. */
export type ShownExport = Readonly<{
  export: FileExport | Export;
  status: 'pending' | 'processing' | 'completed' | 'failed' | 'canceled' | 'expired';
  progress: JobProgress;
  /** Signed when it was read, where the file is there. */
  resultUrl?: string;
}>;

export type ExportReads = Readonly<{
  aggregates: Aggregates;
  objects: ObjectStore;
  exportEncoder: ExportEncoder;
  signedTokens: SignedTokens;
  clock: Clock;
}>;

/** How long a link to a file is good for. */
export const LINK_MS = 15 * 60_000;

/**
 * One export of the merchant, how far it has come, and a link to its file that is made anew each time. Two reads at most.
 */
export type GetExport = (
  target: Readonly<{ merchantId: MerchantId; id: ExportId }>,
) => ResultAsync<ShownExport, ExportNotFound | StorageUnavailable | ObjectStoreUnavailable>;

export const getExport =
  (ports: ExportReads): GetExport =>
  ({ merchantId, id }) =>
    safeTry(async function* () {
      const found = yield* ports.aggregates.find(merchantId, 'export', id);
      if (found === undefined) return errAsync<never, ExportNotFound>({ kind: 'ExportNotFound', id });
      const shown = yield* shownOf(ports, found);
      if (shown.status !== 'completed' || !('source' in found)) return ok(shown);
      const resultUrl = yield* ports.objects.signRead(objectOf(ports.exportEncoder, found), {
        expiresAt: Math.min(ports.clock.now() + LINK_MS, expiresAt(found)),
        fileName: fileNameOf(ports.exportEncoder, found),
      });
      return ok({ ...shown, resultUrl });
    });

/** A merchant's exports, newest first, without links. A read more for each that is under way. */
export type ListExports = (
  request: Omit<PageRequest, 'context'> & Readonly<{ merchantId: MerchantId }>,
) => ResultAsync<Page<ShownExport>, CursorInvalid | StorageUnavailable>;

export const listExports = (ports: ExportReads): ListExports => {
  const pages = paging(ports, (text) => parseId('exp', text));
  return ({ merchantId, ...request }) =>
    pages({ ...request, context: { list: 'exports', merchantId } }, (page) =>
      ports.aggregates.newest(merchantId, 'export', page),
    ).andThen(({ items, ...rest }) =>
      safeTry(async function* () {
        const shown: ShownExport[] = [];
        for (const each of items) shown.push(yield* shownOf(ports, each));
        return ok({ items: shown, ...rest });
      }),
    );
};

function shownOf(
  { aggregates, clock }: ExportReads,
  each: FileExport | Export,
): ResultAsync<ShownExport, StorageUnavailable> {
  const shown = (status: ShownExport['status'], progress: JobProgress) =>
    okAsync({ export: each, status, progress });
  switch (each.status) {
    case 'processing':
      return shown(each.status, { done: 0 });
    case 'completed': {
      const isOver = 'source' in each && expiresAt(each) <= clock.now();
      return shown(isOver ? 'expired' : 'completed', { done: each.rows, total: each.rows });
    }
    case 'failed':
      return shown(each.status, { done: 'rows' in each ? each.rows : 0 });
    case 'canceled':
      return shown(each.status, { done: 0 });
    case 'pending':
      return aggregates.find(JOBS_TENANT, 'job', each.job).map((job) => ({
        export: each,
        status: job?.status === 'waiting' && job.checkpoint === undefined ? 'pending' : 'processing',
        progress: { done: job?.progress.done ?? 0, ...present({ total: job?.progress.total }) },
      }));
  }
}
