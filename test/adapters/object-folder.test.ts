import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Files, systemFiles } from '../../src/adapters/objects/files.ts';
import { folderObjects } from '../../src/adapters/objects/folder.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { aKey, ProcessDied } from '../contract/breakable-objects.ts';
import { objectStoreContract } from '../contract/object-store.contract.ts';
import { NOON } from '../fixtures/changes.ts';
import { SECRET } from '../support/http-app.ts';

const above = mkdtempSync(join(tmpdir(), 'paywright-objects-'));
afterAll(() => rmSync(above, { recursive: true, force: true }));

const tokens = systemSignedTokens(SECRET);
let count = 0;
const openFolder = (folder: string, files: Files = systemFiles, now = () => NOON) =>
  folderObjects({ folder, tokens, clock: { now }, files });

/** The same files until the nth call, which ends with the fault, as all do after it. */
function failingFiles(nth: number, fault: 'died' | 'refused'): Files {
  let calls = 0;
  const step = () => {
    calls += 1;
    if (calls < nth) return;
    throw fault === 'died'
      ? new ProcessDied()
      : Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  const counted =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      step();
      return call(...args);
    };
  return {
    ...systemFiles,
    rename: counted(systemFiles.rename),
    rm: counted(systemFiles.rm),
    mkdir: counted(systemFiles.mkdir),
    open: counted(async (...args: Parameters<typeof open>) => {
      const handle = await systemFiles.open(...args);
      return new Proxy(handle, {
        get(target, name) {
          const member = Reflect.get(target, name) as unknown;
          if (typeof member !== 'function') return member;
          const call = (member as (...each: readonly unknown[]) => Promise<unknown>).bind(target);
          return name === 'write' || name === 'writeFile' || name === 'sync' ? counted(call) : call;
        },
      });
    }) as typeof open,
  };
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

objectStoreContract('folder', async () => {
  count += 1;
  const folder = join(above, String(count));
  const { objects } = openFolder(folder);
  return {
    objects,
    failing: (nth, fault) => openFolder(folder, failingFiles(nth, fault)).objects,
    refusal: { code: 'ENOSPC' },
    callsOfPut: 5,
    damage: async (_key, at) => {
      const [file = ''] = await filesBelow(join(folder, 'stored'));
      const handle = await open(file, 'r+');
      // Behind the head and the hashes of the blocks before.
      const position = 4_096 + at + 32 * (Math.floor(at / 65_536) + 1);
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, position);
      await handle.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, position);
      await handle.close();
    },
    vanish: () => rm(folder, { recursive: true }),
  };
});

describe('objects in a folder', () => {
  const key = aKey('exports/m/e.csv');
  const fresh = () => {
    count += 1;
    return join(above, String(count));
  };

  it('are closed to every other user of the machine', async () => {
    const folder = fresh();
    const { objects } = openFolder(folder);
    (await objects.put(key, new Uint8Array(10), 'text/csv'))._unsafeUnwrap();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of ['stored', 'uploads', 'partial'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o700);
    for (const file of await filesBelow(folder)) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('are put again where the folders of a key were taken away since the last was put there', async () => {
    const folder = fresh();
    const { objects } = openFolder(folder);
    const put = async (bytes: number) => (await objects.put(key, new Uint8Array(bytes), 'text/csv')).isOk();
    expect(await put(10)).toBe(true);
    for (const name of readdirSync(join(folder, 'stored')))
      rmSync(join(folder, 'stored', name), { recursive: true });
    expect(await put(20)).toBe(true);
    expect((await objects.head(key))._unsafeUnwrap().size).toBe(20);
    rmSync(folder, { recursive: true });
    expect(await put(30)).toBe(false);
  });

  it('sync the folders of a key once in a process, and the one that they stand in each time', async () => {
    const folder = fresh();
    const synced: string[] = [];
    const files: Files = {
      ...systemFiles,
      open: async (path, ...args) => {
        if (args[0] === 'r') synced.push(String(path).slice(folder.length));
        return systemFiles.open(path, ...args);
      },
    };
    const { objects } = openFolder(folder, files);
    for (let n = 0; n < 3; n += 1) (await objects.put(key, new Uint8Array(10), 'text/csv'))._unsafeUnwrap();
    const last = synced.at(-1);
    expect(synced.slice(-2)).toEqual([last, last]);
    expect(synced.filter((each) => each === last).length).toBe(3);
    expect(new Set(synced).size).toBe(synced.length - 2);
  });

  it('leave no open file and no temporary one behind, whatever happened to their writers and readers', async () => {
    const folder = fresh();
    const { objects } = openFolder(folder);
    (await objects.put(key, new Uint8Array(200_000), 'text/csv'))._unsafeUnwrap();
    for (let nth = 1; nth < 12; nth += 1) {
      await openFolder(folder, failingFiles(nth, 'refused')).objects.put(
        key,
        new Uint8Array(100_000),
        'text/csv',
      );
      const left = (await objects.get(key))._unsafeUnwrap();
      await left.bytes.return();
      await objects.get(key, { first: 10_000_000 });
    }
    const isOurs = (name: string) => {
      try {
        return statSync(join('/proc/self/fd', name)).ino === statSync(filesOf(folder)[0] ?? '').ino;
      } catch {
        return false;
      }
    };
    if (process.platform === 'linux') expect(readdirSync('/proc/self/fd').filter(isOurs)).toEqual([]);
    // The one whose removal failed too is left to be swept.
    expect(readdirSync(join(folder, 'partial')).length).toBeLessThanOrEqual(11);
  });

  const filesOf = (folder: string) =>
    readdirSync(join(folder, 'stored'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  it('lose uploads that are a week old and writes that are a day old, and nothing else', async () => {
    const folder = fresh();
    const { objects, leftovers } = openFolder(folder);
    const upload = (await objects.startUpload(key, 'text/csv'))._unsafeUnwrap();
    (await objects.putPart(upload, 1, new Uint8Array(10)))._unsafeUnwrap();
    (await objects.put(key, new Uint8Array(10), 'text/csv'))._unsafeUnwrap();
    const died = openFolder(folder, failingFiles(3, 'died')).objects;
    await expect(async () => died.put(key, new Uint8Array(10), 'text/csv')).rejects.toThrow(ProcessDied);
    const DAY = 86_400_000;
    const prune = async (now: number) => (await leftovers.prune('upload', now, 100))._unsafeUnwrap();
    const ends = async () => (await leftovers.oldestEnds('upload'))._unsafeUnwrap();
    expect(await ends()).toBe(NOON + DAY);
    expect(await prune(NOON + DAY - 1)).toBe(0);
    expect(await prune(NOON + DAY)).toBe(1);
    expect(await ends()).toBe(NOON + 7 * DAY);
    expect(await prune(NOON + 7 * DAY - 1)).toBe(0);
    expect((await objects.putPart(upload, 2, new Uint8Array(10))).isOk()).toBe(true);
    expect(await prune(NOON + 7 * DAY)).toBe(1);
    expect(await ends()).toBeUndefined();
    expect((await objects.head(key)).isOk()).toBe(true);
    expect((await objects.putPart(upload, 2, new Uint8Array(10)))._unsafeUnwrapErr().kind).toBe(
      'UploadNotFound',
    );
  });

  it('find a head that was changed, a file that was cut and one that stands under another key', async () => {
    const folder = fresh();
    const { objects } = openFolder(folder);
    (await objects.put(key, new Uint8Array(100_000), 'text/csv'))._unsafeUnwrap();
    const [file = ''] = await filesBelow(join(folder, 'stored'));
    const whole = await open(file, 'r+');
    const head = (await whole.read(Buffer.alloc(4_096), 0, 4_096, 0)).buffer;
    await whole.write(Buffer.from(head.toString('latin1').replace('text/csv', 'text/cvs')), 0, 4_096, 0);
    expect((await objects.head(key))._unsafeUnwrapErr().kind).toBe('ObjectDamaged');
    await whole.write(head, 0, 4_096, 0);
    expect((await objects.head(key)).isOk()).toBe(true);
    await systemFiles.rename(file, file.replace('o.e', 'o.f'));
    expect((await objects.get(aKey('exports/m/f.csv')))._unsafeUnwrapErr().kind).toBe('ObjectDamaged');
    await whole.truncate(4_096 + 32 + 65_536);
    await systemFiles.rename(file.replace('o.e', 'o.f'), file);
    expect((await objects.get(key))._unsafeUnwrapErr().kind).toBe('ObjectDamaged');
    await whole.close();
  });
});
