import type { Result, ResultAsync } from 'neverthrow';
import type { RequestedAction } from '../../src/application/files/resolve-exception.ts';
import type { Exception } from '../../src/domain/files/exception.ts';
import type { ExceptionId, MerchantId } from '../../src/domain/kernel/ids.ts';
import type { ReplyToClient } from '../crash/payments/replies.ts';
import type { Failed } from '../crash/trial.ts';
import { origin } from '../fixtures/changes.ts';
import { nativeFile } from '../fixtures/files.ts';
import { type Correspondence, correspondence } from './correspondence.ts';
import type { BookkeepingRequest, ExceptionAction } from './files-plan.ts';
import type { ServerProcess } from './server-process.ts';
import { type MadeRow, merchantWithRows, rowsOf } from './settlement-rows.ts';
import { storedOf } from './stored-of.ts';
import type { World } from './world.ts';

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

export type Bookkeepers = Correspondence<BookkeepingRequest, SentFile | Resolving>;

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
  correspondence<BookkeepingRequest, SentFile | Resolving, string>(world, {
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
      }
    },
    serve,
    replyOf,
    isKeyed: () => true,
  });

/** All that were ever sent. */
export const sentFiles = ({ all }: Bookkeepers): readonly SentFile[] =>
  all.flatMap(({ wire }) => (wire?.to === 'file' ? [wire] : []));

/** Undefined where nothing is to say. */
const fileOf = (merchantId: MerchantId, rows: readonly MadeRow[]): SentFile | undefined =>
  rows.length === 0
    ? undefined
    : { to: 'file', merchantId, text: nativeFile(rows.map(({ cells }) => cells)), rows };

function replyOf(result: Result<string, Failed>): ReplyToClient | undefined {
  if (result.isOk()) return { stage: 'final', text: result.value };
  return COME_BACK.includes(result.error.kind) ? undefined : { stage: 'free', text: result.error.kind };
}

function serve(
  { useCases }: ServerProcess,
  wire: SentFile | Resolving,
  key: string,
): ResultAsync<string, Failed> {
  const { merchantId } = wire;
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
