import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
import {
  endFileExport,
  type FileExport,
  type PendingFileExport,
  publishedFileExport,
  slotKey,
} from '../../domain/files/file-export.ts';
import type { RunningJob } from '../../domain/files/job.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ExportEncoder } from '../../ports/export-encoder.ts';
import type { ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';
import { objectOf } from './export-object.ts';
import { NOTHING_READ, nextPart, type PartTerms, pagesAhead } from './export-parts.ts';
import { type Rest, restOf } from './export-rest.ts';
import { type ReadRows, type RowCursor, type RowPorts, readRows } from './export-rows.ts';
import { fileParts, joined, partsRecord, restoreParts, type WrittenParts } from './file-parts.ts';
import type { Beside, JobFailed, JobHeldUp, JobStep, JobWork } from './job-work.ts';

export type ExportWorkPorts = MovePorts &
  RowPorts &
  Readonly<{ objects: ObjectStore; exportEncoder: ExportEncoder }>;

/** How much is read at once and written at once; a step of a job reads and writes a part, or reads many pages that hold less. */
export type ExportTerms = PartTerms & Readonly<{ pageRows: number }>;

/** Few reads and parts, and little enough that a page of the largest payments and a part fit in memory. */
const EXPORT_TERMS: ExportTerms = { pageRows: 250, partBytes: 8 * 1_024 * 1_024, stepPages: 200 };

/** 8 GiB in all, and few enough tags that a checkpoint stays small. */
const MOST_PARTS = 1_000;

/** How far a file has come: its finished parts, where reading goes on behind them, and what was read there already. */
type Position = WrittenParts & Readonly<{ rows: number; cursor?: RowCursor; rest?: Rest }>;

const START: Position = { rows: 0, tags: [] };

type Step = Result<JobStep, JobHeldUp | JobFailed>;

/**
 * Makes the file of an export, part by part. The part and what it holds are written before the checkpoint that counts them, so a
 * worker that dies leaves a part that its successor writes again under the same number. Rows that are no part yet are kept beside the
 * file, so that a turn may end after any step: one that finds others there than its checkpoint names reads them again. An upload that is
 * gone was completed by an earlier try, whose file is there then, or swept: then all begins anew.
 */
export const exportWork = (ports: ExportWorkPorts, terms: ExportTerms = EXPORT_TERMS): JobWork => {
  const read = readRows(ports, terms.pageRows);
  return {
    run: (job) => stepsOf({ ...ports, ...terms, read }, job),
    failing: (job, code) =>
      findPending(ports, job).map((found) =>
        found === undefined ? {} : endedBeside(ports, found, { status: 'failed', fault: code }),
      ),
    cleanUp: ({ subject, checkpoint }) =>
      findExport(ports, subject).andThen((found) =>
        found === undefined ? okAsync(undefined) : removeFile(ports, found, checkpoint),
      ),
  };
};

/** Takes away the file of an export, the upload that its job had begun and what it kept beside, if there are any. */
export function removeFile(
  { objects, exportEncoder }: Pick<ExportWorkPorts, 'objects' | 'exportEncoder'>,
  each: FileExport,
  checkpoint: JsonObject | undefined,
): ResultAsync<void, ObjectStoreUnavailable> {
  const key = objectOf(exportEncoder, each);
  const { uploadId } = positionIn(checkpoint);
  const aborted = uploadId === undefined ? okAsync(undefined) : objects.abortUpload({ key, id: uploadId });
  return aborted.andThen(() => objects.delete(key)).andThen(() => restOf(objects, key).remove());
}

/** What the steps of one export need beside the world. */
type Reading = ExportWorkPorts & PartTerms & Readonly<{ read: ReadRows }>;

async function* stepsOf(ports: Reading, job: RunningJob): AsyncGenerator<Step, void, void> {
  const { objects, exportEncoder } = ports;
  const found = await findPending(ports, job);
  if (found.isErr()) return yield heldUp(found.error);
  const order = found.value;
  if (order === undefined) return yield err({ kind: 'JobFailed', code: 'export_not_found' });
  const key = objectOf(exportEncoder, order);
  const { contentType } = exportEncoder.fileOf(order);
  const file = fileParts(objects, { key, contentType });
  const rests = restOf(objects, key);
  let position = positionIn(job.checkpoint);
  const kept = await (position.rest === undefined ? okAsync(undefined) : rests.read(position.rest));
  if (kept.isErr()) return yield heldUp(kept.error);
  let read = kept.value ?? NOTHING_READ;
  for (let pages = pagesAhead(ports.read, order, read.cursor ?? position.cursor); ; ) {
    const part = await nextPart(ports, order, pages, { read, isFirst: position.tags.length === 0 });
    if (part.isErr()) return yield heldUp(part.error);
    const { pieces, cursor, isWhole } = part.value;
    const { rest, ...written } = position;
    if (!isWhole) {
      if (part.value.rows === 0) {
        position = { ...written, ...present({ cursor }) };
        read = NOTHING_READ;
      } else {
        const isKept = rest !== undefined && part.value.rows === read.rows;
        const again = await (isKept ? okAsync({ ...rest, ...present({ cursor }) }) : rests.keep(part.value));
        if (again.isErr()) return yield heldUp(again.error);
        position = { ...written, rest: again.value };
        read = part.value;
      }
      yield ok({ checkpoint: checkpointOf(position), progress: { done: position.rows + read.rows } });
      continue;
    }
    read = NOTHING_READ;
    const bytes = joined(pieces);
    const isLast = cursor === undefined;
    const put = await (isLast ? file.finish(written, bytes) : file.add(written, bytes));
    if (put.isErr()) {
      const { error } = put;
      if (error.kind === 'ObjectStoreUnavailable') return yield heldUp(error);
      if (error.kind === 'ObjectDamaged') return yield err({ kind: 'JobFailed', code: 'object_damaged' });
      position = START;
      pages = pagesAhead(ports.read, order, undefined);
      continue;
    }
    const rows = position.rows + part.value.rows;
    if ('size' in put.value) {
      // What cannot be taken away now is swept later.
      await rests.remove();
      const ended = { status: 'completed', rows, bytes: put.value.size } as const;
      return yield ok({ end: { done: rows, total: rows }, beside: endedBeside(ports, order, ended) });
    }
    position = { ...put.value, rows, ...present({ cursor }) };
    if (position.tags.length >= MOST_PARTS) return yield err({ kind: 'JobFailed', code: 'export_too_large' });
    yield ok({ checkpoint: checkpointOf(position), progress: { done: position.rows } });
  }
}

const checkpointOf = ({ rows, cursor, rest, ...parts }: Position): JsonObject => ({
  rows,
  ...partsRecord(parts),
  ...present({ cursor, rest }),
});

const positionIn = (checkpoint: JsonObject | undefined): Position =>
  checkpoint === undefined
    ? START
    : {
        rows: Number(checkpoint['rows']),
        ...restoreParts(checkpoint),
        ...present({
          cursor: checkpoint['cursor'] as RowCursor | undefined,
          rest: checkpoint['rest'] as Rest | undefined,
        }),
      };

const heldUp = ({ kind, cause }: StorageUnavailable | ObjectStoreUnavailable): Step =>
  err({
    kind: 'JobHeldUp',
    code: kind === 'StorageUnavailable' ? 'storage_unavailable' : 'object_store_unavailable',
    cause,
  });

/** The export that a job is for; not of another kind, nor one that was streamed. */
const findExport = (
  { aggregates }: Pick<MovePorts, 'aggregates'>,
  { merchantId, id }: RunningJob['subject'],
): ResultAsync<FileExport | undefined, StorageUnavailable> =>
  aggregates
    .find(merchantId, 'export', id)
    .map((found) => (found !== undefined && 'source' in found ? found : undefined));

const findPending = (
  ports: MovePorts,
  { subject }: RunningJob,
): ResultAsync<PendingFileExport | undefined, StorageUnavailable> =>
  findExport(ports, subject).map((found) => (found?.status === 'pending' ? found : undefined));

/** The worker acts for no request. */
const ORIGIN: Origin = { actor: { id: 'jobs', type: 'system' }, requestId: 'jobs' };

/** The end of an export as it is committed with the end of its job: its place is free, and its event says so. */
function endedBeside(
  ports: MovePorts,
  before: PendingFileExport,
  end: Parameters<typeof endFileExport>[1] & Readonly<{ status: 'completed' | 'failed' }>,
): Beside {
  const at = ports.clock.now();
  const next = endFileExport(before, end, at);
  const action = `export.${end.status}` as const;
  const releases = [slotKey(before.slot)];
  const { guarded, entry } = auditedAggregate(ports, { at, origin: ORIGIN, action, before, next, releases });
  const event: DomainEvent = {
    id: ports.ids.event(at),
    type: action,
    merchantId: next.merchantId,
    created: at,
    data: publishedFileExport(next),
  };
  return { aggregates: [guarded], audit: [entry], events: [event] };
}
