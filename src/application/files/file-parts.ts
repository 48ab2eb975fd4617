import { err, errAsync, ok, type Result } from 'neverthrow';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import { present } from '../../domain/kernel/present.ts';
import type {
  ObjectDamaged,
  ObjectStore,
  ObjectStoreUnavailable,
  PartTag,
  StoredObject,
  Upload,
  UploadNotFound,
} from '../../ports/object-store.ts';

/** The parts of a file that are written, as a checkpoint holds them. */
export type WrittenParts = Readonly<{ uploadId?: string; tags: readonly PartTag[] }>;

/** A file that one job after the other writes, part by part. */
export type FileParts = Readonly<{
  /** The next part, of as many bytes as the store asks for. Written again, it takes the place of the one that was. */
  add(
    written: WrittenParts,
    bytes: Uint8Array,
  ): Promise<Result<WrittenParts, UploadNotFound | ObjectStoreUnavailable>>;
  /** The last part, and with it the file. An upload that is gone was completed before when the file is there. */
  finish(
    written: WrittenParts,
    bytes: Uint8Array,
  ): Promise<Result<StoredObject, UploadNotFound | ObjectDamaged | ObjectStoreUnavailable>>;
}>;

/** A file of one part is put as it is. */
export function fileParts(
  objects: ObjectStore,
  { key, contentType }: Readonly<{ key: ObjectKey; contentType: string }>,
): FileParts {
  return {
    async add({ uploadId, tags }, bytes) {
      const upload = await uploadOf(uploadId);
      if (upload.isErr()) return err(upload.error);
      const tag = await objects.putPart(upload.value, tags.length + 1, bytes);
      return tag.map((each) => ({ uploadId: upload.value.id, tags: [...tags, each] }));
    },
    async finish({ uploadId, tags }, bytes) {
      if (uploadId === undefined) return objects.put(key, bytes, contentType);
      const upload = { key, id: uploadId };
      return objects
        .putPart(upload, tags.length + 1, bytes)
        .andThen((last) => objects.completeUpload(upload, [...tags, last]))
        .orElse((failure) =>
          failure.kind === 'UploadNotFound'
            ? objects
                .head(key)
                .orElse((absent) => errAsync(absent.kind === 'ObjectNotFound' ? failure : absent))
            : errAsync(failure),
        );
    },
  };

  async function uploadOf(id: string | undefined): Promise<Result<Upload, ObjectStoreUnavailable>> {
    return id === undefined ? objects.startUpload(key, contentType) : ok({ key, id });
  }
}

/** As a checkpoint holds them. */
export const partsRecord = ({ uploadId, tags }: WrittenParts) => ({
  tags,
  ...present({ upload_id: uploadId }),
});

/** Reads `partsRecord` back. */
export const restoreParts = (record: Readonly<{ [name: string]: unknown }>): WrittenParts => ({
  tags: record['tags'] as readonly PartTag[],
  ...present({ uploadId: record['upload_id'] as string | undefined }),
});

/** Pieces one behind the other. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
