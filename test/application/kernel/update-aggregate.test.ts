import { err, errAsync, ok, okAsync, type ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { updateAggregate } from '../../../src/application/kernel/update-aggregate.ts';
import type { Merchant } from '../../../src/domain/merchants/merchant.ts';
import type { CommitRefused, Commits } from '../../../src/ports/commits.ts';
import { aMerchantId, digests, NOON, origin } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';

type Failure = Readonly<{ kind: 'MerchantNotFound' | 'Taken' | 'StorageUnavailable' }>;

/** One merchant whose commits are refused with `refusals`, one after the other, and then reach the store. */
async function aDesk(refusals: readonly CommitRefused[]) {
  const storage = memoryStorage();
  await addMerchants(storage, [aMerchant()]);
  const left = [...refusals];
  const counts = { reads: 0, commits: 0 };
  const commits: Commits = {
    commit(change) {
      counts.commits += 1;
      const refusal = left.shift();
      return refusal === undefined ? storage.commits.commit(change) : errAsync(refusal);
    },
  };
  const id = aMerchantId();
  const find = (): ResultAsync<Merchant, Failure> => {
    counts.reads += 1;
    return storage.merchants
      .find(id)
      .andThen((found) =>
        found === undefined ? err<Merchant, Failure>({ kind: 'MerchantNotFound' }) : ok(found),
      );
  };
  const update = updateAggregate({
    ...storage,
    commits,
    clock: { now: () => NOON },
    ids: systemIds,
    digests,
  });
  const target = { merchantId: id, id, origin, find, taken: { kind: 'Taken' as const } };
  return { storage, counts, target, update };
}

const renamed = (merchant: Merchant, name: string) =>
  okAsync({ action: 'merchant.changed', next: { ...merchant, name, version: merchant.version + 1 } });

const stale: CommitRefused = { kind: 'StaleVersion', id: 'merchant-a' };
const taken: CommitRefused = { kind: 'KeyTaken', key: 'a key' };

describe('An update of an aggregate', () => {
  it('is decided anew on the newest version while rivals commit first', async () => {
    const { counts, target, update } = await aDesk([stale, stale]);
    const updated = (await update(target, (seen) => renamed(seen, 'Shop')))._unsafeUnwrap();
    expect(updated).toMatchObject({ name: 'Shop', version: 2 });
    expect(counts).toEqual({ reads: 3, commits: 3 });
  });

  it('ends after 25 lost races with nothing written', async () => {
    const { storage, counts, target, update } = await aDesk(Array(25).fill(stale));
    const ended = await update(target, (seen) => renamed(seen, 'Shop'));
    expect(ended._unsafeUnwrapErr()).toEqual({ kind: 'ChangedMeanwhile' });
    expect(counts).toEqual({ reads: 25, commits: 25 });
    expect((await storage.merchants.find(aMerchantId()))._unsafeUnwrap()).toMatchObject({ version: 1 });
  });

  it('is refused when another holds its key, after one look at whether it decided on the newest version', async () => {
    const { counts, target, update } = await aDesk([taken]);
    const ended = await update(target, (seen) => renamed(seen, 'Shop'));
    expect(ended._unsafeUnwrapErr()).toEqual({ kind: 'Taken' });
    expect(counts).toEqual({ reads: 2, commits: 1 });
  });

  it('is decided anew when the key was taken from a version that a rival has replaced', async () => {
    const { storage, target, update } = await aDesk([taken]);
    const rival = updateAggregate({ ...storage, clock: { now: () => NOON }, ids: systemIds, digests });
    let decisions = 0;
    const updated = await update(target, (seen) => {
      decisions += 1;
      if (decisions > 1) return renamed(seen, 'Shop');
      return rival<Merchant, Merchant, Failure>(target, (same) => renamed(same, 'Rival'))
        .mapErr((): Failure => ({ kind: 'Taken' }))
        .andThen((next) => renamed(next, 'Shop'));
    });
    expect(updated._unsafeUnwrap()).toMatchObject({ name: 'Shop', version: 3 });
    expect(decisions).toBe(2);
  });

  it('writes nothing, and gives what is stored, when the decision is to change nothing', async () => {
    const { counts, target, update } = await aDesk([]);
    const updated = await update<Merchant, Merchant, Failure>(target, () => okAsync(undefined));
    expect(updated._unsafeUnwrap()).toMatchObject({ version: 1 });
    expect(counts).toEqual({ reads: 1, commits: 0 });
  });

  it('waits for the one before it in the same process, so that none of them loses a race', async () => {
    const { storage, counts, target, update } = await aDesk([]);
    const names = Array.from({ length: 30 }, (_, index) => `Shop ${index}`);
    await Promise.all(names.map((name) => update(target, (seen) => renamed(seen, name))));
    expect(counts).toEqual({ reads: 30, commits: 30 });
    expect((await storage.merchants.find(aMerchantId()))._unsafeUnwrap()).toMatchObject({
      name: 'Shop 29',
      version: 31,
    });
  });
});
