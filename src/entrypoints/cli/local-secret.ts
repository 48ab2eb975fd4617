import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makePrivateFolder } from '../../adapters/embedded/private-folder.ts';

/**
 * The text of `<dataDir>/keys/<name>`, made when absent: 32 random bytes in base64url, readable by its owner only.
 * Processes that ask at the same time are given the same one.
 */
export function localSecret(dataDir: string, name: string): string {
  const folder = join(dataDir, 'keys');
  const file = join(folder, name);
  return readSecret(file) ?? makeSecret(folder, file);
}

function readSecret(file: string): string | undefined {
  try {
    const secret = readFileSync(file, 'utf8');
    if (Buffer.byteLength(secret) < 32) throw new Error(`${file} is too short`);
    return secret;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault;
  }
}

/** A finished file is linked into place, so no process reads half of one, and the first link wins. */
function makeSecret(folder: string, file: string): string {
  makePrivateFolder(dirname(folder));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(draft, secret, { mode: 0o600, flush: true, flag: 'wx' });
  try {
    linkSync(draft, file);
    return secret;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(draft, { force: true });
  }
}
