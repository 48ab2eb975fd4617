import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import { timeDigits } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import {
  LEAST_PART_BYTES,
  MOST_PARTS,
  type ObjectDamaged,
  type PartTag,
  type Upload,
  type UploadNotFound,
} from '../../ports/object-store.ts';
import { codeOf, type Files, ifThere, keepNames } from './files.ts';

/** A folder for each upload: its `about` and its parts, each named by its number and the hash of its bytes. */
export type UploadFolder = Readonly<{ files: Files; folder: string; partial: (at: Instant) => string }>;

const ABOUT = 'about.json';

export async function startUpload(
  { files, folder, partial }: UploadFolder,
  { key, contentType }: Readonly<{ key: Upload['key']; contentType: string }>,
  now: Instant,
): Promise<Upload> {
  const id = `${timeDigits(now)}${crypto.randomUUID().replaceAll('-', '')}`;
  const place = join(folder, id);
  await files.mkdir(place, { mode: 0o700 });
  const draft = partial(now);
  await writeWhole(files, draft, Buffer.from(JSON.stringify({ key, contentType })));
  await files.rename(draft, join(place, ABOUT));
  await keepNames(files, place);
  await keepNames(files, folder);
  return { key, id };
}

export async function putPart(
  { files, folder, partial }: UploadFolder,
  upload: Upload,
  part: Readonly<{ number: number; bytes: Uint8Array }>,
  now: Instant,
): Promise<Result<PartTag, UploadNotFound>> {
  const { number, bytes } = part;
  if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS)
    throw new Error(`an upload has parts 1 to ${MOST_PARTS} and no part ${number}`);
  const about = await aboutOf(files, folder, upload);
  if (about === undefined) return err(uploadNotFound(upload));
  const tag = createHash('sha256').update(bytes).digest('hex');
  const draft = partial(now);
  await writeWhole(files, draft, bytes);
  const place = join(folder, upload.id);
  try {
    await files.rename(draft, join(place, partName(number, tag)));
    await keepNames(files, place);
  } catch (fault) {
    await files.rm(draft, { force: true });
    // Aborted in between.
    if (codeOf(fault) === 'ENOENT') return err(uploadNotFound(upload));
    throw fault;
  }
  return ok(tag);
}

const partName = (number: number, tag: PartTag): string => `${String(number).padStart(5, '0')}.${tag}`;

export const uploadNotFound = ({ key }: Upload): UploadNotFound => ({ kind: 'UploadNotFound', key });

/** What the upload was begun with; undefined where there is no such upload. */
export async function aboutOf(
  files: Files,
  folder: string,
  { key, id }: Upload,
): Promise<Readonly<{ contentType: string }> | undefined> {
  // An id that a client changed names no file.
  if (!/^[0-9a-f]{44}$/.test(id)) return undefined;
  const text = await ifThere(files.readText(join(folder, id, ABOUT)));
  if (text === undefined) {
    // Where all uploads are gone it is the folder that is.
    await files.readdir(folder);
    return undefined;
  }
  const about = JSON.parse(text) as Readonly<{ key: string; contentType: string }>;
  return about.key === key ? about : undefined;
}

/** The bytes of the parts one after the other; what is not as its tag says ends them. */
export type Parts = Readonly<{
  pieces: AsyncGenerator<Buffer>;
  fault(): UploadNotFound | ObjectDamaged | undefined;
}>;

/** Throws when a part before the last is too small, or when there is none. */
export async function partsOf(
  { files, folder }: UploadFolder,
  upload: Upload,
  tags: readonly PartTag[],
): Promise<Parts> {
  let fault: UploadNotFound | ObjectDamaged | undefined;
  if (tags.length === 0 || tags.length > MOST_PARTS)
    throw new Error(`an upload has 1 to ${MOST_PARTS} parts, not ${tags.length}`);
  const paths = tags.map((tag, index) => join(folder, upload.id, partName(index + 1, tag)));
  for (const [index, path] of paths.entries()) {
    const size = await ifThere(files.sizeOf(path));
    if (size === undefined) fault = uploadNotFound(upload);
    else if (size < LEAST_PART_BYTES && index < paths.length - 1)
      throw new Error(`part ${index + 1} of an upload has ${size} bytes, and others come after it`);
  }
  return { pieces: pieces(), fault: () => fault };

  async function* pieces(): AsyncGenerator<Buffer> {
    if (fault !== undefined) return;
    for (const [index, path] of paths.entries()) {
      const handle = await ifThere(files.open(path, 'r'));
      if (handle === undefined) {
        fault = uploadNotFound(upload);
        return;
      }
      try {
        const hash = createHash('sha256');
        for (;;) {
          const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES);
          if (bytesRead === 0) break;
          const piece = buffer.subarray(0, bytesRead);
          hash.update(piece);
          yield piece;
        }
        if (hash.digest('hex') !== tags[index]) {
          fault = { kind: 'ObjectDamaged', key: upload.key };
          return;
        }
      } finally {
        await handle.close();
      }
    }
  }
}

const PIECE_BYTES = 256 * 1_024;

async function writeWhole(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const handle = await files.open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (fault) {
    if (codeOf(fault) !== undefined) await files.rm(path, { force: true }).catch(() => undefined);
    throw fault;
  } finally {
    await handle.close();
  }
}
