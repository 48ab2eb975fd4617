import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { RingEntry } from './ring.ts';

/**
 * A key as the file has it. Exactly the first is `current`. `older`: in use until a rotation ends; `leaving`: unwraps
 * while its last indexes are taken away; `retired`: nothing is known to need it, and still it unwraps, because another
 * store or an old copy may. Only people take it out.
 */
export type FileKey = RingEntry &
  Readonly<{
    state: 'current' | 'older' | 'leaving' | 'retired';
    created_at: string;
    retired_at?: string;
  }>;

const STATES: ReadonlySet<unknown> = new Set(['current', 'older', 'leaving', 'retired']);

export const newFileKey = (now: Instant): FileKey => ({
  id: `k${randomBytes(8).toString('hex')}`,
  secret: randomBytes(32).toString('base64url'),
  state: 'current',
  created_at: new Date(now).toISOString(),
});

/** Throws on a file that was not written here, or not whole. */
export function parseKeyFile(text: string): readonly FileKey[] {
  const { keys } = JSON.parse(text) as Readonly<{ keys?: readonly FileKey[] }>;
  const sound =
    Array.isArray(keys) &&
    keys.every(
      ({ id, secret, state }: FileKey, index) =>
        typeof id === 'string' &&
        typeof secret === 'string' &&
        STATES.has(state) &&
        (state === 'current') === (index === 0),
    );
  if (!sound || keys.length === 0) throw new Error('the key file is not one of paywright');
  return keys;
}

/** A finished file is linked into place, so no process reads half of one, and of two makers the first wins. */
export function makeKeyFile(file: string, keys: readonly FileKey[]): void {
  const draft = writeDraft(file, keys);
  try {
    linkSync(draft, file);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
  } finally {
    rmSync(draft, { force: true });
  }
  keepName(file);
}

/**
 * Replaces the file by what `edit` makes of it, one process at a time; others keep reading the old one until the new one
 * is whole and on disk. The lock is the operating system's, taken through SQLite: it dies with its holder.
 */
export function changeKeyFile(
  file: string,
  edit: (keys: readonly FileKey[]) => readonly FileKey[],
): readonly FileKey[] {
  const lock = new DatabaseSync(`${file}.lock`, { timeout: 10_000 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    const keys = parseKeyFile(readFileSync(file, 'utf8'));
    const edited = edit(keys);
    if (edited !== keys) {
      renameSync(writeDraft(file, edited), file);
      keepName(file);
    }
    return edited;
  } finally {
    lock.close();
  }
}

function writeDraft(file: string, keys: readonly FileKey[]): string {
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  writeFileSync(draft, `${JSON.stringify({ keys }, undefined, 2)}\n`, {
    mode: 0o600,
    flush: true,
    flag: 'wx',
  });
  return draft;
}

/** A key must not be used before its file would survive a loss of power, name included. */
function keepName(file: string): void {
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
