import { errAsync, ok, okAsync } from 'neverthrow';
import { joined } from '../../src/application/files/file-parts.ts';
import type { ObjectKey } from '../../src/domain/files/object-key.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { ObjectStore, OpenObject, StoredObject } from '../../src/ports/object-store.ts';
import { commonPorts } from './outside.ts';

/** What reconciliations and exports ask a store of files for. */
type Asked = Omit<ObjectStore, 'signRead' | 'signUpload'>;

/** A store of files in memory, of objects that are not large. Parts may be small. */
export function simulatedObjects(now: () => Instant): Asked {
  const kept = new Map<ObjectKey, Readonly<{ object: StoredObject; bytes: Uint8Array<ArrayBuffer> }>>();
  const uploads = new Map<string, Readonly<{ contentType: string; parts: Map<number, Uint8Array> }>>();
  let begun = 0;

  function keep(key: ObjectKey, given: Uint8Array, contentType: string): StoredObject {
    const bytes = Uint8Array.from(given);
    const object = { key, size: bytes.length, contentType, checksum: tagOf(bytes), storedAt: now() };
    kept.set(key, { object, bytes });
    return object;
  }

  return {
    put: (key, bytes, contentType) => okAsync(keep(key, bytes, contentType)),
    startUpload(key, contentType) {
      const id = `upload-${++begun}`;
      uploads.set(id, { contentType, parts: new Map() });
      return okAsync({ key, id });
    },
    putPart({ key, id }, number, bytes) {
      const upload = uploads.get(id);
      if (upload === undefined) return errAsync({ kind: 'UploadNotFound', key });
      upload.parts.set(number, Uint8Array.from(bytes));
      return okAsync(tagOf(bytes));
    },
    completeUpload({ key, id }, tags) {
      const upload = uploads.get(id);
      const parts = tags.map((_, index) => upload?.parts.get(index + 1));
      const whole = parts.filter((part, index) => part !== undefined && tagOf(part) === tags[index]);
      if (upload === undefined || whole.length < tags.length)
        return errAsync({ kind: 'UploadNotFound', key });
      uploads.delete(id);
      return okAsync(keep(key, joined(whole as Uint8Array[]), upload.contentType));
    },
    abortUpload({ id }) {
      uploads.delete(id);
      return okAsync(undefined);
    },
    head(key) {
      const found = kept.get(key);
      return found === undefined ? errAsync({ kind: 'ObjectNotFound', key }) : okAsync(found.object);
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

const tagOf = (bytes: Uint8Array): string => commonPorts.digests.sha256(commonPorts.utf8.decode([bytes]));

async function* inOnePiece(bytes: Uint8Array<ArrayBuffer>): OpenObject['bytes'] {
  yield ok(bytes);
}
