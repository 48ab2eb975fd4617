import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, FileSystem } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';

const CACHE_ENDING = '.cache';
/** The hash of the bundle (`tools/bundle/start.cjs`), then what V8 holds a code cache to: its version, its flags and its build. */
const MADE_OF_BYTES = 32 + 20;

/**
 * The code of a function out of its folder. A code cache counts for what it was made of, and not for its bytes, of which some are
 * others each time that it is made: a function whose bundle and Node are the same is not deployed again.
 */
export const functionCode = (folder: string): Code =>
  Code.fromAsset(folder, {
    assetHashType: AssetHashType.CUSTOM,
    assetHash: FileSystem.fingerprint(folder, {
      exclude: [`*${CACHE_ENDING}`],
      extraHash: readdirSync(folder)
        .filter((name) => name.endsWith(CACHE_ENDING))
        .map((name) => `${name} ${madeOf(join(folder, name))}`)
        .join(),
    }),
  });

const madeOf = (cache: string): string => readFileSync(cache).toString('hex', 0, MADE_OF_BYTES);
