import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { MOST_UPLOAD_BYTES } from '../../domain/files/file-upload.ts';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import { placedFileIn, uploadIn } from '../../domain/files/reconciliation-files.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { findsPan } from '../../domain/kernel/pan.ts';
import type { ObjectDamaged, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import type { MerchantNotFound } from '../merchants/read-merchants.ts';
import { fileArrived } from './file-arrived.ts';
import {
  type FileEmpty,
  type FileTerms,
  type MappingNotFound,
  type ReceivePorts,
  receiveFile,
} from './receive-file.ts';
import { sentFrom } from './receive-upload.ts';
import { startReconciliation } from './start-reconciliation.ts';
import type { NotStored } from './store-object.ts';

/** The name of a placed file could be a card number, and is not to be kept. */
export type FileNameNotAccepted = Readonly<{ kind: 'FileNameNotAccepted' }>;

export type TakeUpFailure =
  | FileNameNotAccepted
  | MerchantNotFound
  | MappingNotFound
  | FileEmpty
  | NotStored
  | ObjectDamaged
  | ObjectStoreUnavailable
  | ChangedMeanwhile
  | StorageUnavailable;

/**
 * An object is in the store, by an upload's link or put there by itself. What an upload is for is due at once; a file of a processor in the words of
 * `native` that was placed at `reconciliation/<merchant>/<name>` is copied to be reconciled; any other is let be. Safe to
 * repeat: the same bytes are the reconciliation that there is, and one that is gone again was taken up or belongs to no upload.
 */
export type TakeUpFile = (key: ObjectKey) => ResultAsync<void, TakeUpFailure>;

const ORIGIN: Origin = { actor: { id: 'objects', type: 'system' }, requestId: 'objects' };

export const takeUpFile = (ports: MovePorts & ReceivePorts, terms: FileTerms): TakeUpFile => {
  const arrived = fileArrived(ports);
  const receive = receiveFile(ports, terms);
  const start = startReconciliation(ports);
  return (key) => {
    if (uploadIn(key) !== undefined) return arrived(key);
    const placed = placedFileIn(key);
    if (placed === undefined) return okAsync(undefined);
    if (findsPan(placed.name)) return errAsync({ kind: 'FileNameNotAccepted' });
    return ports.objects
      .get(key)
      .andThen(({ bytes }) =>
        receive({
          merchantId: placed.merchantId,
          name: placed.name,
          source: 'native',
          bytes: sentFrom(bytes),
          mostBytes: MOST_UPLOAD_BYTES,
        }),
      )
      .andThen((received) => start({ received, origin: ORIGIN }))
      .map(() => undefined)
      .orElse((failure) => {
        if (failure.kind === 'ObjectNotFound') return okAsync(undefined);
        if (failure.kind === 'RangeNotSatisfiable') throw new Error('all of an object was asked for');
        return errAsync(failure);
      });
  };
};
