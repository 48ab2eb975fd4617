import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderObjects } from '../adapters/objects/folder.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemSignedTokens } from '../adapters/system/signed-tokens.ts';
import { openBucket } from './aws-on-demand.ts';
import type { KeptObjects } from './kept-parts.ts';
import type { ObjectsPlace } from './platform-settings.ts';

/** The one place that knows every store of files. Connects when first asked something. */
export const openObjects = (place: ObjectsPlace, secret: string): KeptObjects =>
  place.kind === 'bucket' ? openBucket(place) : inFolder(place.folder, secret);

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
