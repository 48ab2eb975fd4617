import { beforeEach, describe, expect, it } from 'vitest';
import { type Exception, isUnresolved, resolveException } from '../../src/domain/files/exception.ts';
import type { Export } from '../../src/domain/files/export.ts';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, digests, NOON } from '../fixtures/changes.ts';
import { anException, aResolver, committedException } from '../fixtures/exceptions.ts';
import { aBeginning, anEnding, anExport } from '../fixtures/exports.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aTransfer } from '../fixtures/transfers.ts';

/** What every `Aggregates` adapter promises, and commits of aggregates and their unique keys. */
export function aggregatesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Aggregates contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const a = aMerchantId();
    const b = aMerchantId('merchant-b');
    const commit = (change: Change) => storage.commits.commit(change);
    const committed = async ({ change, stored }: Readonly<{ change: Change; stored: Export }>) => {
      (await commit(change))._unsafeUnwrap();
      return stored;
    };
    const find = async (id: string, merchantId = a) =>
      (await storage.aggregates.find(merchantId, 'export', id))._unsafeUnwrap();
    const findByKey = async (key: string, merchantId = a) =>
      (await storage.aggregates.findByKey(merchantId, 'export', key))._unsafeUnwrap();
    const list = async (limit: number, after?: string) =>
      (await storage.aggregates.list(a, 'export', { limit, ...present({ after }) }))._unsafeUnwrap();
    const chainOf = async (id: string, merchantId = a) =>
      (await storage.auditTrail.ofAggregate(merchantId, 'export', id))._unsafeUnwrap();

    it('gives back what was committed to the last digit, and only to its tenant and as its kind', async () => {
      const stored = await committed(aBeginning());
      expect(await find(stored.id)).toEqual(stored);
      expect(await find(stored.id, b)).toBeUndefined();
      expect((await storage.aggregates.find(a, 'customer', stored.id))._unsafeUnwrap()).toBeUndefined();
      expect((await storage.aggregates.list(b, 'export', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
      expect((await storage.aggregates.list(a, 'customer', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
    });

    it('gives the newest version as soon as its commit has resolved, and a chain that proves both', async () => {
      const began = await committed(aBeginning());
      const ended = await committed(anEnding(began));
      expect(await find(began.id)).toEqual(ended);
      const chain = await chainOf(began.id);
      expect(auditTrailChain.verify(chain, ended, digests.sha256)._unsafeUnwrap()).toBe(2);
      expect(await chainOf(began.id, b)).toEqual([]);
    });

    it('keeps the chains of two entities of one id apart', async () => {
      const began = await committed(aBeginning());
      const [merchant] = await addMerchants(storage, [
        aMerchant(began.id, { merchantId: aMerchantId(began.id) }),
      ]);
      if (merchant === undefined) throw new Error('no merchant was added');
      const chain = await storage.auditTrail.ofAggregate(merchant.id, 'merchant', merchant.id);
      expect(auditTrailChain.verify(chain._unsafeUnwrap(), merchant, digests.sha256).isOk()).toBe(true);
      expect(auditTrailChain.verify(await chainOf(began.id), began, digests.sha256).isOk()).toBe(true);
    });

    it('finds each of many asked for at once', async () => {
      const all = await Promise.all(Array.from({ length: 30 }, () => committed(aBeginning())));
      const asked = [...all, ...all];
      expect(await Promise.all(asked.map(({ id }) => find(id)))).toEqual(asked);
    });

    it('lists a kind by ascending id, page after page', async () => {
      const all: Export[] = [];
      for (let n = 0; n < 7; n += 1) all.push(await committed(aBeginning(anExport(a, NOON + n))));
      await committed(aBeginning(anExport(b)));
      expect(await list(100)).toEqual(all);
      expect(await list(3)).toEqual(all.slice(0, 3));
      expect(await list(3, all[2]?.id)).toEqual(all.slice(3, 6));
      expect(await list(3, all[5]?.id)).toEqual(all.slice(6));
      expect(await list(3, all[6]?.id)).toEqual([]);
    });

    it('lists a kind newest first, page after page', async () => {
      const all: Export[] = [];
      for (let n = 0; n < 5; n += 1) all.unshift(await committed(aBeginning(anExport(a, NOON + n))));
      await committed(aBeginning(anExport(b)));
      const newest = async (limit: number, before?: string) =>
        (await storage.aggregates.newest(a, 'export', { limit, ...present({ before }) }))._unsafeUnwrap();
      expect(await newest(100)).toEqual(all);
      expect(await newest(2)).toEqual(all.slice(0, 2));
      expect(await newest(2, all[1]?.id)).toEqual(all.slice(2, 4));
      expect(await newest(2, all[3]?.id)).toEqual(all.slice(4));
      expect(await newest(2, all[4]?.id)).toEqual([]);
    });

    it('lists what is open, what is closed, and both, newest first and between two ids, and finds all by their keys', async () => {
      const all: Exception[] = [];
      for (let n = 0; n < 9; n += 1) {
        const next = anException({ createdAt: NOON + n });
        const open = await committedException(storage, next, undefined, [`key ${n}`]);
        const decision = { action: { kind: 'ignore' }, reason: 'r', by: aResolver('ann') } as const;
        const closed = () => committedException(storage, resolveException(open, decision, NOON), open);
        all.unshift(n % 3 === 1 ? await closed() : open);
      }
      await committedException(storage, anException({ merchantId: b }));
      type Page = Parameters<typeof storage.aggregates.newest>[2];
      const newest = async (page: Page) =>
        (await storage.aggregates.newest(a, 'exception', page))._unsafeUnwrap();
      const [open, closed] = [all.filter(isUnresolved), all.filter((each) => !isUnresolved(each))];
      for (const { state, among } of [
        { state: {}, among: all },
        { state: { isOpen: true }, among: open },
        { state: { isOpen: false }, among: closed },
      ]) {
        const [first, second, third] = among.map(({ id }) => id);
        expect(await newest({ ...state, limit: 100 })).toEqual(among);
        expect(await newest({ ...state, limit: 2 })).toEqual(among.slice(0, 2));
        expect(await newest({ ...state, limit: 1, ...present({ before: first }) })).toEqual(
          among.slice(1, 2),
        );
        expect(await newest({ ...state, limit: 100, ...present({ from: second }) })).toEqual(
          among.slice(0, 2),
        );
        expect(await newest({ ...state, limit: 9, ...present({ before: first, from: third }) })).toEqual(
          among.slice(1, 3),
        );
        expect(await newest({ ...state, limit: 9, ...present({ before: third, from: first }) })).toEqual([]);
      }
      const opened = await storage.aggregates.list(a, 'exception', { limit: 100, isOpen: true });
      expect(opened._unsafeUnwrap()).toEqual(open.toReversed());
      for (const [n, each] of all.toReversed().entries())
        expect((await storage.aggregates.findByKey(a, 'exception', `key ${n}`))._unsafeUnwrap()).toEqual(
          each,
        );
    });

    it('shows a transfer to both sides and to no other merchant', async () => {
      const { change, transfer } = aTransfer();
      (await commit(change))._unsafeUnwrap();
      const seenBy = async (merchantId: typeof a) =>
        (await storage.aggregates.find(merchantId, 'transfer', transfer.id))._unsafeUnwrap();
      expect(await seenBy(a)).toEqual(transfer);
      expect(await seenBy(b)).toEqual(transfer);
      expect(await seenBy(aMerchantId('merchant-c'))).toBeUndefined();
      const page = { limit: 5 };
      expect((await storage.aggregates.list(b, 'transfer', page))._unsafeUnwrap()).toEqual([transfer]);
    });

    it('refuses a version that has moved on, and an id that exists, and leaves nothing of them', async () => {
      const began = await committed(aBeginning());
      const ended = await committed(anEnding(began, { takes: ['kept'] }));
      const stale = { kind: 'StaleVersion', id: began.id };
      for (const keys of [{}, { takes: ['stray'] }, { releases: ['kept'] }]) {
        expect((await commit(anEnding(began, keys, 9).change))._unsafeUnwrapErr()).toEqual(stale);
        const again = aBeginning({ ...anExport(), id: began.id }, keys);
        expect((await commit(again.change))._unsafeUnwrapErr()).toEqual(stale);
      }
      const never = anEnding(anExport());
      expect((await commit(never.change))._unsafeUnwrapErr()).toEqual({
        kind: 'StaleVersion',
        id: never.stored.id,
      });
      expect(await find(never.stored.id)).toBeUndefined();
      expect(await find(began.id)).toEqual(ended);
      expect(await chainOf(began.id)).toHaveLength(2);
      expect(await findByKey('stray')).toBeUndefined();
      expect(await findByKey('kept')).toEqual(ended);
    });

    it('lets exactly one of many rivals for a version win', async () => {
      const began = await committed(aBeginning());
      const rivals = Array.from({ length: 12 }, (_, n) => anEnding(began, {}, n));
      const outcomes = await Promise.all(rivals.map(({ change }) => commit(change)));
      const winners = rivals.filter((_, n) => outcomes[n]?.isOk());
      expect(winners).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.isErr()) expect(outcome.error).toEqual({ kind: 'StaleVersion', id: began.id });
      expect(await find(began.id)).toEqual(winners[0]?.stored);
      expect(await chainOf(began.id)).toHaveLength(2);
    });

    it('takes the same change as one without a claim, until a later change moves its aggregate', async () => {
      const beginning = aBeginning(anExport(), { takes: ['one'] });
      const ending = anEnding(beginning.stored, { takes: ['two'], releases: ['one'] });
      for (const { change } of [beginning, beginning]) expect((await commit(change)).isOk()).toBe(true);
      const many = await Promise.all(Array.from({ length: 8 }, () => commit(ending.change)));
      expect(many.every((outcome) => outcome.isOk())).toBe(true);
      expect(await find(beginning.stored.id)).toEqual(ending.stored);
      expect(await chainOf(beginning.stored.id)).toHaveLength(2);
      const late = (await commit(beginning.change))._unsafeUnwrapErr();
      expect(late).toEqual({ kind: 'StaleVersion', id: beginning.stored.id });
    });

    it('takes the same new aggregate many times at once as one', async () => {
      const beginning = aBeginning(anExport(), { takes: ['k'] });
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => commit(beginning.change)));
      expect(outcomes.every((outcome) => outcome.isOk())).toBe(true);
      expect(await chainOf(beginning.stored.id)).toHaveLength(1);
    });

    describe('unique keys', () => {
      it('lead to their holder, within its tenant and kind', async () => {
        const stored = await committed(aBeginning(anExport(), { takes: ['x', 'y'] }));
        const other = await committed(aBeginning(anExport(b), { takes: ['x'] }));
        expect(await findByKey('x')).toEqual(stored);
        expect(await findByKey('y')).toEqual(stored);
        expect(await findByKey('X')).toBeUndefined();
        expect(await findByKey('x', b)).toEqual(other);
        expect(await findByKey('y', b)).toBeUndefined();
        expect((await storage.aggregates.findByKey(a, 'customer', 'x'))._unsafeUnwrap()).toBeUndefined();
      });

      it('are refused to others while they are held, and nothing is left of the refused', async () => {
        const holder = await committed(aBeginning(anExport(), { takes: ['x'] }));
        const rival = aBeginning(anExport(), { takes: ['free', 'x'] });
        expect((await commit(rival.change))._unsafeUnwrapErr()).toEqual({ kind: 'KeyTaken', key: 'x' });
        expect(await find(rival.stored.id)).toBeUndefined();
        expect(await chainOf(rival.stored.id)).toEqual([]);
        expect(await findByKey('free')).toBeUndefined();
        expect(await findByKey('x')).toEqual(holder);
      });

      it('are let go of by their holder alone', async () => {
        const holder = await committed(aBeginning(anExport(), { takes: ['x'] }));
        const stranger = await committed(aBeginning(anExport(), { takes: ['y'] }));
        const theft = anEnding(stranger, { releases: ['y', 'x'] });
        expect((await commit(theft.change))._unsafeUnwrapErr()).toEqual({ kind: 'KeyTaken', key: 'x' });
        expect(await findByKey('x')).toEqual(holder);
        expect(await findByKey('y')).toEqual(stranger);
        const nobodys = await committed(anEnding(stranger, { releases: ['z'] }));
        expect(await findByKey('y')).toEqual(nobodys);
      });

      it('are free again once they are let go of, and may be taken again by their holder', async () => {
        const holder = await committed(aBeginning(anExport(), { takes: ['x'] }));
        const same = await committed(anEnding(holder, { takes: ['x'] }));
        expect(await findByKey('x')).toEqual(same);
        const moved = await committed(anEnding(same, { takes: ['y'], releases: ['x'] }));
        expect(await findByKey('x')).toBeUndefined();
        expect(await findByKey('y')).toEqual(moved);
        const heir = await committed(aBeginning(anExport(), { takes: ['x'] }));
        expect(await findByKey('x')).toEqual(heir);
      });

      it('go to exactly one of many rivals', async () => {
        const rivals = Array.from({ length: 16 }, (_, n) =>
          aBeginning(anExport(), { takes: n % 2 === 0 ? ['x', 'y'] : ['y', 'x'] }),
        );
        const outcomes = await Promise.all(rivals.map(({ change }) => commit(change)));
        const winners = rivals.filter((_, n) => outcomes[n]?.isOk());
        expect(winners).toHaveLength(1);
        for (const outcome of outcomes) if (outcome.isErr()) expect(outcome.error.kind).toBe('KeyTaken');
        expect(await list(100)).toEqual(winners.map(({ stored }) => stored));
        expect(await findByKey('x')).toEqual(winners[0]?.stored);
        expect(await findByKey('y')).toEqual(winners[0]?.stored);
      });
    });
  });
}
