import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileRing } from '../../src/adapters/keys/file-ring.ts';
import { givenRing } from '../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../src/adapters/keys/secret-keys.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { secretKeysContract } from '../contract/secret-keys.contract.ts';
import { aMerchantId } from '../fixtures/changes.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paywright-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const secretOf = (byte: number) => Buffer.alloc(32, byte).toString('base64url');
const fileOf = () => join(folder, 'data', 'keys.json');
const ringFile = () => fileRing(fileOf(), systemClock, 1);

secretKeysContract('a key file', () => Promise.resolve(ringKeys(ringFile())));
secretKeysContract('given keys', () =>
  Promise.resolve(ringKeys(givenRing([{ id: 'one', secret: secretOf(1) }]))),
);

const owner = { merchantId: aMerchantId('merchant-a'), entityId: 'cus_1' };

describe('a key file', () => {
  it('is made once, for its owner only', async () => {
    const keys = ringKeys(ringFile());
    const { wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
    const again = ringKeys(ringFile());
    expect((await again.unwrap(owner, wrapped)).isOk()).toBe(true);
    expect(readdirSync(join(folder, 'data'))).toEqual(['keys.json']);
  });

  it('is the same one for processes that start together', async () => {
    const program = `
      import { fileRing } from './src/adapters/keys/file-ring.ts';
      console.log(fileRing(process.argv[1], { now: () => Date.now() }).read()[0].id);
    `;
    const start = () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, fileOf()], {
        cwd: join(import.meta.dirname, '../..'),
      });
    const ids = (await Promise.all([start(), start(), start()])).map(({ stdout }) => stdout.trim());
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^k[0-9a-f]{16}$/);
  });

  it('is read again when another process has rotated it, at once when a key is unknown', async () => {
    const [mine, theirs] = [fileRing(fileOf(), systemClock, 60_000), ringFile()];
    const keys = ringKeys(mine);
    (await keys.newDataKey(owner))._unsafeUnwrap();
    (await theirs.rotation.begin())._unsafeUnwrap();
    const { wrapped, bytes } = (await ringKeys(theirs).newDataKey(owner))._unsafeUnwrap();
    expect(mine.read()).toHaveLength(1);
    expect((await keys.unwrap(owner, wrapped))._unsafeUnwrap()).toEqual(bytes);
    expect(mine.read()).toHaveLength(2);
  });

  it('is unavailable, and not replaced, when it has been damaged', async () => {
    const keys = ringKeys(ringFile());
    const { wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
    writeFileSync(fileOf(), '{"keys":[');
    const other = ringKeys(ringFile());
    expect((await other.unwrap(owner, wrapped))._unsafeUnwrapErr().kind).toBe('KeysUnavailable');
    expect(readFileSync(fileOf(), 'utf8')).toBe('{"keys":[');
  });

  it('is unavailable, and not made anew, when it goes while it is in use', async () => {
    const keys = ringKeys(ringFile());
    const { wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
    const text = readFileSync(fileOf(), 'utf8');
    rmSync(fileOf());
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await keys.newDataKey(owner))._unsafeUnwrapErr().kind).toBe('KeysUnavailable');
    expect(readdirSync(join(folder, 'data'))).toEqual([]);
    writeFileSync(fileOf(), text);
    expect((await keys.unwrap(owner, wrapped)).isOk()).toBe(true);
  });

  it('indexes under both keys while a rotation runs, and under the new one alone afterwards', async () => {
    const ring = ringFile();
    const keys = ringKeys(ring);
    const indexes = async () => (await keys.blindIndexes(owner.merchantId, 'a@b.c'))._unsafeUnwrap();
    const { wrapped, bytes } = (await keys.newDataKey(owner))._unsafeUnwrap();
    const [old] = await indexes();
    (await ring.rotation.begin())._unsafeUnwrap();
    const both = await indexes();
    expect(both).toHaveLength(2);
    expect(both[1]).toBe(old);
    (await ring.rotation.begin())._unsafeUnwrap();
    expect(await indexes()).toEqual(both);
    const moved = (await keys.rewrap(owner, wrapped))._unsafeUnwrap();
    expect(moved.keyId).not.toBe(wrapped.keyId);
    expect((await keys.unwrap(owner, moved))._unsafeUnwrap()).toEqual(bytes);
    expect((await ring.rotation.retire(0))._unsafeUnwrap()).toEqual([]);
    expect(await indexes()).toEqual([both[0]]);
    expect((await keys.unwrap(owner, wrapped))._unsafeUnwrap()).toEqual(bytes);
    (await ring.rotation.begin())._unsafeUnwrap();
    expect(await indexes()).toEqual([both[0]]);
    (await ring.rotation.end())._unsafeUnwrap();
    (await ring.rotation.begin())._unsafeUnwrap();
    expect(await indexes()).toHaveLength(2);
  });

  it('unwraps with retired keys for as long as they are in the file', async () => {
    const ring = ringFile();
    const keys = ringKeys(ring);
    const { wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
    for (let rotation = 0; rotation < 2; rotation++) {
      (await ring.rotation.begin())._unsafeUnwrap();
      (await ring.rotation.retire(0))._unsafeUnwrap();
      (await ring.rotation.end())._unsafeUnwrap();
    }
    expect((await keys.unwrap(owner, wrapped)).isOk()).toBe(true);
    const { keys: kept } = JSON.parse(readFileSync(fileOf(), 'utf8'));
    writeFileSync(fileOf(), JSON.stringify({ keys: kept.slice(0, 1) }));
    const failure = (await ringKeys(ringFile()).unwrap(owner, wrapped))._unsafeUnwrapErr();
    expect(failure.kind).toBe('KeysUnavailable');
  });

  it('keeps the index of a key in use when a rotation ends late, which others had ended and begun anew', async () => {
    const [late, other] = [ringFile(), ringFile()];
    const keys = ringKeys(ringFile());
    const indexes = async () => (await keys.blindIndexes(owner.merchantId, 'a@b.c'))._unsafeUnwrap();
    (await late.rotation.begin())._unsafeUnwrap();
    (await other.rotation.begin())._unsafeUnwrap();
    (await other.rotation.retire(0))._unsafeUnwrap();
    (await other.rotation.end())._unsafeUnwrap();
    (await other.rotation.begin())._unsafeUnwrap();
    expect(await indexes()).toHaveLength(2);
    (await late.rotation.retire(0))._unsafeUnwrap();
    expect(await indexes()).toHaveLength(2);
    (await other.rotation.retire(0))._unsafeUnwrap();
    (await late.rotation.end())._unsafeUnwrap();
    const states = () => readFileSync(fileOf(), 'utf8').match(/(?<="state": ")\w+/g);
    expect(states()).toEqual(['current', 'leaving', 'retired']);
    (await other.rotation.end())._unsafeUnwrap();
    expect(states()).toEqual(['current', 'retired', 'retired']);
  });

  it('loses no key when two processes rotate at once', async () => {
    const rings = [ringFile(), ringFile(), ringFile()];
    for (const ring of rings) ring.read();
    await Promise.all(rings.map((ring) => ring.rotation.begin()));
    expect(rings.map((ring) => ring.read(true).map(({ id }) => id)).map(String)).toEqual(
      Array(3).fill(String(rings[0]?.read(true).map(({ id }) => id))),
    );
    expect(rings[0]?.read(true)).toHaveLength(2);
  });
});

describe('keys given by people', () => {
  it('are taken out by people', async () => {
    const ring = givenRing([
      { id: 'two', secret: secretOf(2) },
      { id: 'one', secret: secretOf(1) },
    ]);
    (await ring.rotation.begin())._unsafeUnwrap();
    expect((await ring.rotation.retire(0))._unsafeUnwrap()).toEqual(['one']);
    (await ring.rotation.end())._unsafeUnwrap();
    expect((await ringKeys(ring).blindIndexes(owner.merchantId, 'x'))._unsafeUnwrap()).toHaveLength(2);
  });
});
