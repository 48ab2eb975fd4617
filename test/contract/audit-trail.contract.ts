import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { type AuditEntry, auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import type { AuditEntryId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { AuditFilter } from '../../src/ports/audit-trail.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, digests, NOON, plain } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';

type AuditPage = Readonly<{ limit: number; before: AuditEntryId }>;

/** What every `AuditTrail` adapter promises. */
export function auditTrailContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`AuditTrail contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    it('gives back chains whose every hash still proves what was written', async () => {
      const opening = anOpening({ amount: 9_007_199_254_740_993n, metadata: { b: '2', a: '1' } });
      const success = aSuccess(opening);
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      (await storage.commits.commit(success))._unsafeUnwrap();
      const { merchantId, id } = opening.payment;
      const links = (await storage.auditTrail.ofPayment(merchantId, id))._unsafeUnwrap();
      const heads = [success.payment?.next, ...success.transactions.map(({ next }) => next)];
      expect(links).toHaveLength(3);
      for (const head of heads) {
        if (head === undefined) throw new Error('the change has no payment');
        const chain = links.filter((link) => link.entityId === head.id);
        expect(auditTrailChain.verify(chain, head, digests.sha256).isOk()).toBe(true);
      }
    });

    const other = aMerchantId('merchant-b');
    const list = async (filter: AuditFilter, page: Partial<AuditPage> = {}, merchantId = aMerchantId()) =>
      (await storage.auditTrail.list(merchantId, filter, { limit: 100, ...page }))._unsafeUnwrap();

    const walk = async (filter: AuditFilter, limit: number, between?: () => Promise<unknown>) => {
      const seen: AuditEntry[] = [];
      for (let before: AuditEntryId | undefined; ; ) {
        const found = await list(filter, { limit, ...present({ before }) });
        seen.push(...found);
        before = found.at(-1)?.id;
        if (found.length < limit) return seen;
        await between?.();
      }
    };

    const ids = (entries: readonly AuditEntry[]) => entries.map(({ id }) => id);
    const newestFirst = (entries: readonly AuditEntry[]) =>
      entries.toSorted((a, b) => (a.id < b.id ? 1 : -1));

    /** Payments a second apart, each with its success; gives every link that was written. */
    const store = async (count: number, parts: Parameters<typeof anOpening>[0] = {}, from = NOON) => {
      const links: AuditEntry[] = [];
      for (let each = 0; each < count; each += 1) {
        const opening = anOpening({ createdAt: from + each * 1_000, ...parts });
        const success = aSuccess(opening);
        for (const change of [opening.change, success]) {
          (await storage.commits.commit(change))._unsafeUnwrap();
          links.push(...change.audit);
        }
      }
      return newestFirst(links);
    };

    it('lists every link newest first, each as it was written, on pages of any size', async () => {
      const links = await store(12);
      expect((await list({})).map(plain)).toEqual(links.map(plain));
      for (const limit of [1, 5, 12, 36]) expect(ids(await walk({}, limit))).toEqual(ids(links));
      expect(await list({}, { limit: 0 })).toEqual([]);
    });

    it('gives every link that was there at the start exactly once, whatever is inserted on the way', async () => {
      const links = await store(8);
      let later = NOON + 100_000;
      const seen = await walk({}, 5, async () => {
        later += 10_000;
        await store(1, {}, later);
        await store(1, {}, NOON + 500);
      });
      expect(new Set(ids(seen)).size).toBe(seen.length);
      expect(ids(seen)).toEqual(expect.arrayContaining(ids(links)));
      expect(ids(seen)).toEqual(ids(newestFirst(seen)));
    });

    it('never shows one tenant the links of another', async () => {
      const mine = await store(3);
      const theirs = await store(3, { merchantId: other });
      expect(ids(await list({}))).toEqual(ids(mine));
      expect(ids(await list({}, {}, other))).toEqual(ids(theirs));
      for (const { entityId } of theirs) expect(await list({ entityId })).toEqual([]);
    });

    it('names every tenant that exists or has links', async () => {
      expect((await storage.auditTrail.tenants())._unsafeUnwrap()).toEqual([]);
      await store(2);
      await store(1, { merchantId: other });
      await addMerchants(storage, [
        aMerchant('merchant-a'),
        aMerchant('Merchant_c'),
        aMerchant('merchant-d'),
      ]);
      expect((await storage.auditTrail.tenants())._unsafeUnwrap()).toEqual([
        'Merchant_c',
        'merchant-a',
        'merchant-b',
        'merchant-d',
      ]);
    });

    it('finds the links of a type, of an entity, and of an entity of a type', async () => {
      await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
      const links = await store(6);
      const of = (keep: (link: AuditEntry) => boolean) => ids(links.filter(keep));
      expect(ids(await walk({ entityType: 'payment' }, 4))).toEqual(
        of((each) => each.entityType === 'payment'),
      );
      expect(ids(await walk({ entityType: 'transaction' }, 4))).toEqual(
        of((each) => each.entityType === 'transaction'),
      );
      expect(await list({ entityType: 'merchant' })).toMatchObject([{ action: 'merchant.created' }]);
      expect(await list({ entityType: 'transfer' })).toEqual([]);
      expect(await list({ entityId: 'merchant-a' })).toMatchObject([{ action: 'merchant.created' }]);
      for (const { entityId, entityType } of links) {
        const own = of((each) => each.entityId === entityId);
        expect(ids(await list({ entityId }))).toEqual(own);
        expect(ids(await list({ entityId, entityType }))).toEqual(own);
        expect(ids(await walk({ entityId }, 1))).toEqual(own);
        expect(await list({ entityId, entityType: 'merchant' })).toEqual([]);
      }
      for (const entityId of ['nothing', systemIds.payment(NOON), systemIds.transaction(NOON)])
        expect(await list({ entityId })).toEqual([]);
    });

    it('holds to dates to the millisecond, both ends included', async () => {
      const links = await store(10);
      const within = (from: number, to: number) =>
        ids(links.filter(({ timestamp }) => from <= timestamp && timestamp <= to));
      const [from, to] = [NOON + 3_000, NOON + 6_050];
      expect(ids(await walk({ from, to }, 4))).toEqual(within(from, to));
      expect(ids(await list({ from: from + 1, to: to - 1 }))).toEqual(within(from + 1, to - 1));
      expect(ids(await list({ from: to }))).toEqual(within(to, Number.POSITIVE_INFINITY));
      expect(ids(await list({ to: from }))).toEqual(within(0, from));
      expect(await list({ from: to, to: from })).toEqual([]);
      const { entityId = '' } = links.find(({ entityType }) => entityType === 'payment') ?? {};
      expect(await list({ entityId, to: from })).toEqual([]);
      expect(ids(await list({ entityId, from, entityType: 'payment' }))).toHaveLength(2);
    });
  });
}
