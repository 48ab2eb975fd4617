import { errAsync, ResultAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { givenRing } from '../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../src/adapters/keys/vault.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { changeMerchant } from '../../src/application/merchants/change-merchant.ts';
import { createMerchant } from '../../src/application/merchants/create-merchant.ts';
import { getMerchant, listMerchants } from '../../src/application/merchants/read-merchants.ts';
import type { Origin } from '../../src/domain/kernel/actor.ts';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import { jsonText } from '../../src/domain/kernel/json.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Commits } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { StorageUnavailable } from '../../src/ports/unavailable.ts';
import { aMerchantId, digests, NOON, SECRET } from '../fixtures/changes.ts';

const origin: Origin = { actor: { id: 'admin-1', type: 'admin' }, requestId: 'req-9' };
const named = { id: aMerchantId(), name: 'Corner shop', email: 'shop@example.com', origin };
const CANARY = 'sk_live_canary';

/** The use cases over one storage. What is queued in `beforeCommit` happens right before the next commits. */
function aWorldOn(storage: Storage) {
  const clock = { at: NOON, now: () => clock.at };
  const secret = Buffer.alloc(32, 1).toString('base64url');
  const vault = localVault(ringKeys(givenRing([{ id: 'one', secret }])), clock);
  const beforeCommit: (() => Promise<unknown>)[] = [];
  const commits: Commits = {
    commit: (change) =>
      ResultAsync.fromSafePromise<unknown, never>(beforeCommit.shift()?.() ?? Promise.resolve()).andThen(() =>
        storage.commits.commit(change),
      ),
  };
  const ports = {
    ...storage,
    commits,
    vault,
    clock,
    ids: systemIds,
    digests,
    signedTokens: systemSignedTokens(SECRET),
  };
  return {
    ...ports,
    beforeCommit,
    rivalCommits: storage.commits,
    create: createMerchant(ports),
    change: changeMerchant(ports),
    get: getMerchant(ports),
    list: listMerchants(ports),
    trail: async () => (await storage.auditTrail.ofAggregate(named.id, 'merchant', named.id))._unsafeUnwrap(),
  };
}

/** What managing merchants promises, whichever storage is underneath. */
export function managingMerchantsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`managing merchants: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });
    const aWorld = () => aWorldOn(storage);

    it('opens one, with an audit link under its own id by an admin', async () => {
      const { create, get, trail } = aWorld();
      (await create({ ...named, features: ['exports'] }))._unsafeUnwrap();
      const stored = (await get(named.id))._unsafeUnwrap();
      expect(stored).toMatchObject({
        name: 'Corner shop',
        status: 'active',
        features: ['exports'],
        version: 1,
      });
      const entries = await trail();
      expect(entries).toMatchObject([
        { entityType: 'merchant', entityId: named.id, action: 'merchant.created', actor: origin.actor },
      ]);
      expect(auditTrailChain.verify(entries, stored, digests.sha256).isOk()).toBe(true);
    });

    it('gives an id once, also to many who want it at the same time', async () => {
      const { create, get } = aWorld();
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, n) => create({ ...named, name: `rival ${n}` })),
      );
      const winners = results.filter((each) => each.isOk());
      expect(winners).toHaveLength(1);
      for (const each of results)
        if (each.isErr()) expect(each.error).toEqual({ kind: 'MerchantExists', id: named.id });
      expect((await get(named.id))._unsafeUnwrap().name).toBe(winners[0]?._unsafeUnwrap().name);
    });

    it('changes, suspends and resumes, each with its link', async () => {
      const { create, change, get, trail, clock } = aWorld();
      await create(named);
      clock.at += 1;
      await change({ id: named.id, rateLimits: { paymentsPerMinute: 5 }, origin });
      await change({ id: named.id, status: 'suspended', statusReason: 'Documents are awaited', origin });
      expect((await get(named.id))._unsafeUnwrap().statusReason).toBe('Documents are awaited');
      await change({ id: named.id, status: 'active', origin });
      const stored = (await get(named.id))._unsafeUnwrap();
      expect(stored).not.toHaveProperty('statusReason');
      expect(stored).toMatchObject({ version: 4, rateLimits: { paymentsPerMinute: 5 }, updatedAt: NOON + 1 });
      const entries = await trail();
      expect(entries.map(({ action }) => action)).toEqual([
        'merchant.created',
        'merchant.changed',
        'merchant.suspended',
        'merchant.resumed',
      ]);
      expect(entries.slice(2)).toMatchObject([
        { after: { status: 'suspended', status_reason: 'Documents are awaited' } },
        { before: { status_reason: 'Documents are awaited' }, after: { status: 'active' } },
      ]);
      expect(entries[3]?.after).not.toHaveProperty('status_reason');
      expect(auditTrailChain.verify(entries, stored, digests.sha256).isOk()).toBe(true);
    });

    it('writes nothing when nothing changes', async () => {
      const { create, change, trail } = aWorld();
      await create(named);
      const same = (await change({ id: named.id, name: named.name, origin }))._unsafeUnwrap();
      expect(same.version).toBe(1);
      expect(await trail()).toHaveLength(1);
    });

    it('loses no change to a rival', async () => {
      const { create, change, get } = aWorld();
      await create(named);
      const results = await Promise.all([
        change({ id: named.id, name: 'New name', origin }),
        change({ id: named.id, status: 'suspended', origin }),
        change({ id: named.id, rateLimits: { paymentsPerDay: 7 }, origin }),
        change({ id: named.id, rateLimits: { paymentsPerMinute: 8 }, origin }),
      ]);
      expect(results.every((each) => each.isOk())).toBe(true);
      expect((await get(named.id))._unsafeUnwrap()).toMatchObject({
        name: 'New name',
        status: 'suspended',
        rateLimits: { paymentsPerDay: 7, paymentsPerMinute: 8 },
        version: 5,
      });
    });

    it('gives up, with nothing written, when rivals are always faster', async () => {
      const { create, change, get, beforeCommit, ...ports } = aWorld();
      await create(named);
      const rival = changeMerchant({ ...ports, commits: ports.rivalCommits });
      for (let n = 0; n < 100; n += 1)
        beforeCommit.push(async () => rival({ id: named.id, name: `rival ${n}`, origin }));
      const result = await change({ id: named.id, status: 'suspended', origin });
      expect(result._unsafeUnwrapErr()).toEqual({ kind: 'ChangedMeanwhile' });
      expect((await get(named.id))._unsafeUnwrap().status).toBe('active');
    });

    it('knows no stranger', async () => {
      const { change, get } = aWorld();
      expect((await get(named.id))._unsafeUnwrapErr()).toEqual({ kind: 'MerchantNotFound' });
      const result = await change({ id: named.id, name: 'x', processorConfig: { key: CANARY }, origin });
      expect(result._unsafeUnwrapErr()).toEqual({ kind: 'MerchantNotFound' });
    });

    it('keeps a processor config sealed in the store and in the trail, and bound to its merchant', async () => {
      const { create, change, get, trail, vault } = aWorld();
      await create({ ...named, processorConfig: { api_key: CANARY } });
      const first = (await get(named.id))._unsafeUnwrap().processorConfig;
      if (first === undefined) throw new Error('the config is gone');
      expect(jsonText([{ ...first.key, sealed: first.sealed }])).not.toContain(CANARY);
      const owner = { merchantId: named.id, entityId: named.id };
      const open = (as: typeof owner) => vault.open(as, first.key, { processor_config: first.sealed });
      expect((await open(owner))._unsafeUnwrap()).toEqual({
        processor_config: jsonText({ api_key: CANARY }),
      });
      const other = aMerchantId('merchant-b');
      await expect(async () => open({ merchantId: other, entityId: other })).rejects.toThrow();

      await change({ id: named.id, name: 'New name', origin });
      expect((await get(named.id))._unsafeUnwrap().processorConfig).toEqual(first);
      await change({ id: named.id, processorConfig: { api_key: `${CANARY}-2` }, origin });
      expect((await get(named.id))._unsafeUnwrap().processorConfig).not.toEqual(first);
      await change({ id: named.id, processorConfig: null, origin });
      expect((await get(named.id))._unsafeUnwrap()).not.toHaveProperty('processorConfig');

      const entries = await trail();
      expect(entries).toHaveLength(4);
      for (const { before = {}, after = {} } of entries)
        expect(jsonText([before, after])).not.toContain(CANARY);
    });

    it('changes the largest config there may be for another, and a link holds both', async () => {
      const { create, change, get, trail } = aWorld();
      const config = (text: string) => ({ processorConfig: { key: text.repeat(96 * 1_024) } });
      (await create({ ...named, ...config('a') }))._unsafeUnwrap();
      (await change({ id: named.id, origin, ...config('b') }))._unsafeUnwrap();
      const stored = (await get(named.id))._unsafeUnwrap();
      const entries = await trail();
      expect(entries.at(-1)).toMatchObject({
        before: { processor_config: {} },
        after: { processor_config: {} },
      });
      expect(auditTrailChain.verify(entries, stored, digests.sha256).isOk()).toBe(true);
    });

    it('lists all by id, page after page, with cursors for this list only', async () => {
      const { create, list } = aWorld();
      const ids = ['a', 'b', 'c', 'd', 'e'].map((text) => aMerchantId(`m-${text}`));
      for (const id of ids) (await create({ ...named, id }))._unsafeUnwrap();
      const walked: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = (await list({ limit: 2, ...present({ cursor }) }))._unsafeUnwrap();
        walked.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }
      expect(walked).toEqual(ids);
      expect((await list({ limit: 2, cursor: 'forged' }))._unsafeUnwrapErr()).toEqual({
        kind: 'CursorInvalid',
      });
    });

    it('says when the store is silent', async () => {
      const gone: StorageUnavailable = { kind: 'StorageUnavailable', cause: 'gone' };
      const ports = { ...aWorld(), commits: { commit: () => errAsync(gone) } };
      expect((await createMerchant(ports)(named))._unsafeUnwrapErr()).toEqual(gone);
    });
  });
}
