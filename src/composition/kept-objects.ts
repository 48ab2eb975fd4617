import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { s3Client } from '../adapters/aws/bucket.ts';
import { uploadRetention } from '../adapters/aws/object-leftovers.ts';
import { s3Objects } from '../adapters/aws/object-store.ts';
import { folderObjects } from '../adapters/objects/folder.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemSignedTokens } from '../adapters/system/signed-tokens.ts';
import type { ObjectLinks } from '../ports/object-links.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Leftover, Retention } from '../ports/retention.ts';
import type { ObjectsPlace } from './platform-settings.ts';

/** The store of files with what belongs to it, and what lets go of it. */
export type KeptObjects = Readonly<{
  objects: ObjectStore;
  links: ObjectLinks;
  leftovers: Retention<Leftover>;
  close(): void;
}>;

/** The one place that knows every store of files. Connects when first asked something. */
export const openObjects = (place: ObjectsPlace, secret: string): KeptObjects =>
  place.kind === 'bucket' ? inBucket(place) : inFolder(place.folder, secret);

function inBucket({ bucket, region }: Readonly<{ bucket: string; region: string }>): KeptObjects {
  const at = { client: s3Client({ region }), bucket, clock: systemClock };
  return {
    objects: s3Objects(at),
    // S3 serves its links itself.
    links: { open: () => undefined },
    leftovers: uploadRetention(at),
    close: () => at.client.destroy(),
  };
}

/** What forgets its storage at the end forgets its files too. */
function inFolder(place: string, secret: string): KeptObjects {
  const isKept = place !== ':memory:';
  const folder = isKept ? place : mkdtempSync(join(tmpdir(), 'paywright-objects-'));
  return {
    ...folderObjects({ folder, tokens: systemSignedTokens(secret), clock: systemClock }),
    close() {
      if (!isKept) rmSync(folder, { recursive: true, force: true });
    },
  };
}
