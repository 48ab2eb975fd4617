import { err, ok, type Result, type ResultAsync, safeTry } from 'neverthrow';
import type { FileReading, FileSource } from '../../domain/files/file-sources.ts';
import type { ProcessorFile } from '../../domain/files/reconciliation.ts';
import { fileObject } from '../../domain/files/reconciliation-files.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { canonicalJson } from '../../domain/kernel/json.ts';
import type { Merchant } from '../../domain/merchants/merchant.ts';
import type { SettlementMapping } from '../../domain/merchants/settlement-mapping.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Digests, RunningDigest } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MerchantNotFound } from '../merchants/read-merchants.ts';
import type { ReceivedFile } from './start-reconciliation.ts';
import { type NotStored, type SentBytes, storeObject } from './store-object.ts';

/** Not one byte came. Nothing is stored. */
export type FileEmpty = Readonly<{ kind: 'FileEmpty' }>;

export type ReceiveFileRequest = Readonly<{
  merchantId: MerchantId;
  /** What the file is called by its sender. */
  name: string;
  /** How it is read; `mapped` by a mapping, or by the merchant's of that name. */
  source: FileSource;
  mapping?: SettlementMapping | string;
  bytes: SentBytes;
  mostBytes: number;
}>;

/** A file of the source `mapped` names no mapping, or none that the merchant has; or one of another source names one. */
export type MappingNotFound = Readonly<{ kind: 'MappingNotFound' }>;

/**
 * Stores a processor's file as it comes, one part of it in memory, and says what it is and how it is read: by the mapping as it
 * is now, whatever the merchant makes of its name later. A file that no reconciliation is started of is to be dropped.
 */
export type ReceiveFile = (
  request: ReceiveFileRequest,
) => ResultAsync<
  ReceivedFile,
  MerchantNotFound | MappingNotFound | FileEmpty | NotStored | StorageUnavailable
>;

export type ReceivePorts = Readonly<{
  merchants: Merchants;
  objects: ObjectStore;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

/** For how long the bytes of a file are kept; nothing but themselves is read from them once it is reconciled. */
export type FileTerms = Readonly<{ keepFilesMs: number }>;

export const receiveFile =
  ({ merchants, objects, clock, ids, digests }: ReceivePorts, { keepFilesMs }: FileTerms): ReceiveFile =>
  ({ merchantId, name, source, mapping, bytes, mostBytes }) =>
    safeTry(async function* () {
      const merchant = yield* merchants.find(merchantId);
      if (merchant === undefined) return err<never, MerchantNotFound>({ kind: 'MerchantNotFound' });
      const reading = yield* readingOf(merchant, source, mapping, digests.sha256);
      const now = clock.now();
      const id = ids.reconciliation(now);
      const keptUntil = now + keepFilesMs;
      const key = fileObject({ merchantId, id, file: { keptUntil } });
      const measured = measure(bytes, digests.startSha256());
      yield* storeObject(objects, { key, contentType: 'text/csv', mostBytes }, measured.bytes);
      const received = { merchantId, id, file: { name, ...measured.file(), keptUntil }, reading };
      if (received.file.bytes > 0) return ok(received);
      yield* dropFile({ objects })(received);
      return err<never, FileEmpty>({ kind: 'FileEmpty' });
    });

/** How files of a source are read, by the mapping that the merchant has of the name now. */
export function readingOf(
  { settlementMappings = {} }: Merchant,
  source: FileSource,
  mapping: SettlementMapping | string | undefined,
  sha256: Digests['sha256'],
): Result<FileReading, MappingNotFound> {
  if (source !== 'mapped') return mapping === undefined ? ok({ source }) : err({ kind: 'MappingNotFound' });
  const named = new Map(Object.entries(settlementMappings));
  const known = typeof mapping === 'string' ? named.get(mapping) : mapping;
  return known === undefined
    ? err({ kind: 'MappingNotFound' })
    : ok({ source, mapping: known, mappingSha256: sha256(canonicalJson(known)) });
}

/** Forgets a file that nothing was started of. What a store that does not answer keeps is never read. */
export type DropFile = (received: ReceivedFile) => ResultAsync<void, never>;

export const dropFile =
  ({ objects }: Pick<ReceivePorts, 'objects'>): DropFile =>
  (received) =>
    objects.delete(fileObject(received)).orElse(() => ok(undefined));

/** The bytes as they pass, and once they have passed what they were. */
export function measure(bytes: SentBytes, digest: RunningDigest) {
  let size = 0;
  const first: number[] = [];
  return {
    bytes: (async function* () {
      for await (const piece of bytes) {
        if (first.length < 2) first.push(...piece.subarray(0, 2 - first.length));
        size += piece.length;
        digest.update(piece);
        yield piece;
      }
    })(),
    file: (): Omit<ProcessorFile, 'name' | 'keptUntil'> => ({
      bytes: size,
      sha256: digest.hex(),
      isGzip: first[0] === 0x1f && first[1] === 0x8b,
    }),
  };
}
