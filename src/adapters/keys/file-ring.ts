import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ResultAsync } from 'neverthrow';
import type { Clock } from '../../ports/clock.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import { changeKeyFile, type FileKey, makeKeyFile, newFileKey, parseKeyFile } from './key-file.ts';
import { type Ring, type RingSource, ringKey, ringOf } from './ring.ts';

/** How old what is known of the file may be. */
const CHECK_MS = 1_000;

/**
 * A ring in a file of its own, made at its first use, read again when it has changed. For development: the
 * file opens every customer's details, and without it they stay sealed.
 */
export function fileRing(file: string, clock: Clock, checkMs: number = CHECK_MS): RingSource {
  /** By then every process that reads the file has seen a change of it. */
  const knownMs = 2 * checkMs;
  let known: Readonly<{ stamp: string; ring: Ring }> | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;

  function read(fresh = false): Ring {
    const now = performance.now();
    if (known !== undefined && !fresh && now - checkedAt < checkMs) return known.ring;
    const stamp = stampOf(file) ?? (known === undefined ? makeFile() : gone(file));
    if (known?.stamp !== stamp) known = { stamp, ring: ringIn(file) };
    checkedAt = now;
    return known.ring;
  }

  function makeFile(): string {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    makeKeyFile(file, [newFileKey(clock.now())]);
    return stampOf(file) ?? '';
  }

  const change = (edit: (keys: readonly FileKey[]) => readonly FileKey[]): readonly FileKey[] => {
    read();
    const keys = changeKeyFile(file, edit);
    read(true);
    return keys;
  };

  /** The current key of the rotation that was begun here. Once another is in front, that rotation was ended elsewhere, and the next began. */
  let begunUnder: string | undefined;
  const moving =
    (from: FileKey['state'], to: Partial<FileKey>) =>
    (keys: readonly FileKey[]): readonly FileKey[] =>
      keys[0]?.id === begunUnder ? keys.map((key) => (key.state === from ? { ...key, ...to } : key)) : keys;

  const currentIsAgedBy = async (ms: number, [current]: readonly FileKey[]): Promise<void> => {
    const age = clock.now() - Date.parse(current?.created_at ?? '');
    const wait = Math.min(ms, ms - age);
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  };

  return {
    read,
    rotation: {
      begin: () =>
        attempt(async () => {
          const begun = change((keys) =>
            keys.some(({ state }) => state === 'older' || state === 'leaving')
              ? keys
              : [newFileKey(clock.now()), ...keys.map(demoted)],
          );
          begunUnder = begun[0]?.id;
          await currentIsAgedBy(knownMs, begun);
        }),
      retire: (settleMs) =>
        attempt(async () => {
          await currentIsAgedBy(
            settleMs,
            change((keys) => keys),
          );
          change(moving('older', { state: 'leaving' }));
          await new Promise((resolve) => setTimeout(resolve, knownMs));
          return [];
        }),
      end: () =>
        attempt(async () => {
          const retired_at = new Date(clock.now()).toISOString();
          change(moving('leaving', { state: 'retired', retired_at }));
        }),
    },
  };
}

/** Another ring in its place would leave every customer unreadable, and emails unique no more. */
function gone(file: string): never {
  throw new Error(`${file} has gone while it was in use`);
}

const demoted = (key: FileKey): FileKey => (key.state === 'current' ? { ...key, state: 'older' } : key);

/** Changes with every change of the file; undefined while there is none. */
function stampOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
}

const ringIn = (file: string): Ring =>
  ringOf(
    parseKeyFile(readFileSync(file, 'utf8')).map((key) =>
      ringKey(key, key.state === 'leaving' || key.state === 'retired'),
    ),
  );

const attempt = <T>(work: () => Promise<T>): ResultAsync<T, KeysUnavailable> =>
  ResultAsync.fromThrowable(work, (cause): KeysUnavailable => ({ kind: 'KeysUnavailable', cause }))();
