import type { Result, ResultAsync } from 'neverthrow';
import type { RequestedAction } from '../../src/application/files/resolve-exception.ts';
import type { UseCases } from '../../src/application/use-cases.ts';
import type { Exception } from '../../src/domain/files/exception.ts';
import type { EndedFileExport, PendingFileExport } from '../../src/domain/files/file-export.ts';
import type { ExceptionId, ExportId, MerchantId } from '../../src/domain/kernel/ids.ts';
import type { ReplyToClient } from '../crash/payments/replies.ts';
import type { Failed } from '../crash/trial.ts';
import { origin } from '../fixtures/changes.ts';
import { nativeFile } from '../fixtures/files.ts';
import { type Correspondence, correspondence } from './correspondence.ts';
import type { BookkeepingRequest, ExceptionAction, SimulatedSource } from './files-plan.ts';
import type { ServerProcess } from './server-process.ts';
import { type MadeRow, merchantWithRows, rowsOf } from './settlement-rows.ts';
import { storedOf } from './stored-of.ts';
import { MERCHANTS, type World } from './world.ts';

/** A file as it is sent, and what its rows were made to be. */
export type SentFile = Readonly<{
  to: 'file';
  merchantId: MerchantId;
  text: string;
  rows: readonly MadeRow[];
}>;
type Resolving = Readonly<{
  to: 'resolve';
  merchantId: MerchantId;
  id: ExceptionId;
  action: RequestedAction;
}>;

type Exporting = Readonly<{ to: 'export'; merchantId: MerchantId; source: SimulatedSource }>;
type Canceling = Readonly<{ to: 'cancel'; merchantId: MerchantId; id: ExportId }>;
type Wire = SentFile | Resolving | Exporting | Canceling;

export type Bookkeepers = Correspondence<BookkeepingRequest, Wire>;

/** Failures after which a bookkeeper comes back; every other is a refusal whose cause may pass. */
const COME_BACK: readonly string[] = [
  'IdempotencyInFlight',
  'StorageUnavailable',
  'ObjectStoreUnavailable',
  'ChangedMeanwhile',
];
/** More than any file here has. */
const MOST_BYTES = 50_000;
const DAY_MS = 86_400_000;
const BOOKKEEPER = { id: 'bookkeeper', identities: ['bookkeeper'] };

/** Those who send a merchant's files of the processor, and decide what does not fit in them. */
export const bookkeepersOf = (world: World): Bookkeepers =>
  correspondence<BookkeepingRequest, Wire, string>(world, {
    nameOf: ({ type }) => type,
    wireOf({ request }, all) {
      switch (request.type) {
        case 'file': {
          const merchantId = merchantWithRows(world, request.merchant);
          return fileOf(merchantId, rowsOf(world, merchantId, request.faults, request.fees));
        }
        case 'file_again': {
          const files = all.flatMap(({ request: { type }, wire }) =>
            type === 'file' && wire?.to === 'file' ? [wire] : [],
          );
          const file = files[request.of % Math.max(1, files.length)];
          return file && { ...file, text: `${file.text}\n` };
        }
        case 'resolve': {
          const exceptions = storedOf(world, 'exception');
          const about = exceptions[request.of % Math.max(1, exceptions.length)];
          const action = about && actionOn(world, about, request.action);
          return action && { to: 'resolve', merchantId: about.merchantId, id: about.id, action };
        }
        case 'export':
          return { to: 'export', merchantId: MERCHANTS[request.merchant], source: request.source };
        case 'cancel_export': {
          const exports = storedOf(world, 'export');
          const about = exports[request.of % Math.max(1, exports.length)];
          return about && { to: 'cancel', merchantId: about.merchantId, id: about.id };
        }
      }
    },
    serve,
    replyOf,
    isKeyed: () => true,
  });

/** All that were ever sent. */
export const sentFiles = ({ all }: Bookkeepers): readonly SentFile[] =>
  all.flatMap(({ wire }) => (wire?.to === 'file' ? [wire] : []));

/** How many files were ever asked for. */
export const askedExports = ({ all }: Bookkeepers): number =>
  all.filter(({ wire }) => wire?.to === 'export').length;

/** Undefined where nothing is to say. */
const fileOf = (merchantId: MerchantId, rows: readonly MadeRow[]): SentFile | undefined =>
  rows.length === 0
    ? undefined
    : { to: 'file', merchantId, text: nativeFile(rows.map(({ cells }) => cells)), rows };

function replyOf(result: Result<string, Failed>): ReplyToClient | undefined {
  if (result.isOk()) return { stage: 'final', text: result.value };
  return COME_BACK.includes(result.error.kind) ? undefined : { stage: 'free', text: result.error.kind };
}

function serve({ useCases }: ServerProcess, wire: Wire, key: string): ResultAsync<string, Failed> {
  const { merchantId } = wire;
  if (wire.to === 'export') return ordered(useCases, wire, key);
  if (wire.to === 'cancel') return canceled(useCases, wire, key);
  if (wire.to === 'file') {
    const bytes = (async function* () {
      yield new TextEncoder().encode(wire.text);
    })();
    const sent = { merchantId, name: 'file.csv', source: 'native', bytes, mostBytes: MOST_BYTES } as const;
    return useCases
      .receiveFile(sent)
      .andThen((received) => useCases.startReconciliation({ received, origin }))
      .map(({ reconciliation }) => reconciliation.id);
  }
  const { id, action } = wire;
  return useCases
    .commitUnderKey<Exception, Failed>(
      {
        key: { merchantId, operation: 'resolve_exception', key },
        requestId: origin.requestId,
        payload: { id, action: action.kind },
        respond: (resolved) => `${action.kind} ${id} ${resolved.version}`,
      },
      (claimWith) =>
        useCases.resolveException(
          { merchantId, id, action, reason: 'As agreed', by: BOOKKEEPER, origin },
          claimWith,
        ),
    )
    .map(({ response }) => response);
}

const ordered = (useCases: UseCases, { merchantId, source }: Exporting, key: string) =>
  useCases
    .commitUnderKey<PendingFileExport, Failed>(
      {
        key: { merchantId, operation: 'start_export', key },
        requestId: origin.requestId,
        payload: { source },
        respond: ({ id }) => id,
      },
      (claimWith) =>
        useCases.startExport(
          { merchantId, source, format: 'json', gzip: false, filter: {}, origin },
          claimWith,
        ),
    )
    .map(({ response }) => response);

const canceled = (useCases: UseCases, { merchantId, id }: Canceling, key: string) =>
  useCases
    .commitUnderKey<EndedFileExport, Failed>(
      {
        key: { merchantId, operation: 'cancel_export', key },
        requestId: origin.requestId,
        payload: { id },
        respond: (each) => `${each.status} ${each.id}`,
      },
      (claimWith) => useCases.cancelExport({ merchantId, id, origin }, claimWith),
    )
    .map(({ response }) => response);

/** Undefined for a link of what names no payment here. */
function actionOn(
  { store, loop }: World,
  { paymentId, transactionId }: Exception,
  kind: ExceptionAction,
): RequestedAction | undefined {
  switch (kind) {
    case 'link': {
      const [own] = store.transactionsOf.get(paymentId ?? '')?.filter(({ type }) => type === 'capture') ?? [];
      const target = transactionId ?? own?.id;
      return target && { kind, transactionId: target };
    }
    case 'expect_later':
      return { kind, until: loop.now() + DAY_MS };
    case 'accept_difference':
    case 'ignore':
      return { kind };
  }
}
