import { errAsync, ok, okAsync } from 'neverthrow';
import type { ObjectKey } from '../../src/domain/files/object-key.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { ObjectStore, OpenObject, StoredObject } from '../../src/ports/object-store.ts';
import { commonPorts } from './outside.ts';

/** A store of files in memory, of what a reconciliation asks one for: whole objects that are not large. */
export function simulatedObjects(now: () => Instant): Pick<ObjectStore, 'put' | 'get' | 'list' | 'delete'> {
  const kept = new Map<ObjectKey, Readonly<{ object: StoredObject; bytes: Uint8Array<ArrayBuffer> }>>();
  return {
    put(key, given, contentType) {
      const bytes = Uint8Array.from(given);
      const checksum = commonPorts.digests.sha256(commonPorts.utf8.decode([bytes]));
      const object = { key, size: bytes.length, contentType, checksum, storedAt: now() };
      kept.set(key, { object, bytes });
      return okAsync(object);
    },
    get(key, range) {
      const found = kept.get(key);
      if (found === undefined) return errAsync({ kind: 'ObjectNotFound', key });
      const { object, bytes } = found;
      const first = range !== undefined && 'first' in range ? range.first : 0;
      if (first > 0 && first >= object.size)
        return errAsync({ kind: 'RangeNotSatisfiable', size: object.size });
      return okAsync<OpenObject>({ object, bytes: inOnePiece(bytes.subarray(first)) });
    },
    list: (prefix, { limit, after = '' }) =>
      okAsync(
        [...kept.keys()]
          .filter((key) => key.startsWith(prefix) && key > after)
          .sort()
          .slice(0, limit),
      ),
    delete(key) {
      kept.delete(key);
      return okAsync(undefined);
    },
  };
}

async function* inOnePiece(bytes: Uint8Array<ArrayBuffer>): OpenObject['bytes'] {
  yield ok(bytes);
}
