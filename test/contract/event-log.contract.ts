import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import type { DomainEvent } from '../../src/domain/kernel/events.ts';
import { type EventId, firstIdAt, idAfter, lastIdAt } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { EventLogFilter } from '../../src/ports/event-log.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON, plain } from '../fixtures/changes.ts';
import { anEvent } from '../fixtures/webhooks.ts';

/**
 * What every `EventLog` adapter promises. `open` gives an empty store that shares nothing with the ones before:
 *
 * ```ts
 * eventLogContract('memory', () => Promise.resolve(memoryStorage()));
 * ```
 */
export function eventLogContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`EventLog contract: ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const add = async (...events: DomainEvent[]) => (await storage.eventLog.addAll(events))._unsafeUnwrap();
    const list = async (filter: EventLogFilter = {}, limit = 100, before?: EventId, of = merchantId) =>
      (await storage.eventLog.list(of, filter, { limit, ...present({ before }) }))._unsafeUnwrap();
    const ids = (events: readonly Readonly<{ id: string }>[]) => events.map(({ id }) => id);
    const newestFirst = (events: readonly DomainEvent[]) => events.toSorted((a, b) => (a.id < b.id ? 1 : -1));

    it('gives back every field', async () => {
      const { paymentId: _, ...bare } = anEvent({
        type: 'transfer.completed',
        data: { id: 'trf_1', big: 9_007_199_254_740_993n, text: 'Ł “😀”\n\u2028', none: null, list: [1, {}] },
      });
      const events = [anEvent(), bare, { ...bare, id: systemIds.event(NOON), data: { no: 'id' } }];
      await add(...events);
      expect(plain(await list())).toEqual(plain(newestFirst(events)));
    });

    it('keeps an event once, however often and by how many it is added', async () => {
      const events = Array.from({ length: 60 }, () => anEvent());
      await Promise.all([add(...events), add(...events.toReversed()), add(...events, ...events)]);
      await add();
      expect(ids(await list())).toEqual(ids(newestFirst(events)));
    });

    it('keeps tenants apart, also in one call', async () => {
      const [mine, theirs] = [anEvent(), anEvent({ merchantId: aMerchantId('merchant-b') })];
      await add(mine, theirs);
      expect(ids(await list())).toEqual([mine.id]);
      expect(ids(await list({}, 10, undefined, theirs.merchantId))).toEqual([theirs.id]);
      const entityId = theirs.paymentId ?? '';
      expect(await list({ entityId })).toEqual([]);
      expect(await list({}, 10, undefined, aMerchantId('merchant-c'))).toEqual([]);
    });

    it('reads on from an event, oldest first and page by page, and no further than asked', async () => {
      const events = Array.from({ length: 60 }, (_, n) => anEvent({ at: NOON + Math.floor(n / 4) }));
      await add(...events, anEvent({ merchantId: aMerchantId('merchant-b') }));
      const oldestFirst = newestFirst(events).toReversed();
      const following = async (from: EventId, before: EventId, limit: number) =>
        (await storage.eventLog.following(merchantId, { from, before }, limit))._unsafeUnwrap();
      const end = lastIdAt('evt', NOON + 100);
      expect(plain(await following(firstIdAt('evt', NOON), end, 100))).toEqual(plain(oldestFirst));
      const walked: string[] = [];
      for (let from = firstIdAt('evt', 0); walked.length < 60; ) {
        const page = await following(from, end, 7);
        walked.push(...ids(page));
        expect(page).toHaveLength(Math.min(7, 60 - walked.length + page.length));
        from = idAfter('evt', page.at(-1)?.id ?? end);
      }
      expect(walked).toEqual(ids(oldestFirst));
      const [tenth, twentieth] = [oldestFirst[10]?.id ?? end, oldestFirst[20]?.id ?? end];
      expect(ids(await following(tenth, twentieth, 100))).toEqual(ids(oldestFirst.slice(10, 20)));
      expect(await following(twentieth, twentieth, 100)).toEqual([]);
      expect(await following(twentieth, tenth, 100)).toEqual([]);
      expect(await following(end, idAfter('evt', end), 100)).toEqual([]);
    });

    it('lists by type, entity and time, newest first and page by page', async () => {
      const payments = [systemIds.payment(NOON), systemIds.payment(NOON)];
      const types = ['payment.created', 'payment.failed', 'refund.created'] as const;
      const events = Array.from({ length: 30 }, (_, n) =>
        anEvent({
          at: NOON + Math.floor(n / 3) * 1_000,
          type: types[n % 3] ?? 'payment.created',
          paymentId: payments[n % 2] ?? systemIds.payment(NOON),
        }),
      );
      const { paymentId: _, ...bare } = anEvent({ type: 'transfer.completed', data: { id: 'trf_1' } });
      await add(...events, bare);
      const all = newestFirst([...events, bare]);
      const expected = (keep: (event: DomainEvent) => boolean) => ids(all.filter(keep));

      expect(ids(await list())).toEqual(ids(all));
      expect(ids(await list({ types: ['payment.failed', 'transfer.completed'] }))).toEqual(
        expected(({ type }) => type === 'payment.failed' || type === 'transfer.completed'),
      );
      expect(await list({ types: [] })).toEqual([]);
      expect(ids(await list({ entityId: payments[1] ?? '' }))).toEqual(
        expected(({ paymentId }) => paymentId === payments[1]),
      );
      expect(ids(await list({ entityId: 'trf_1' }))).toEqual([bare.id]);
      for (const entityId of ['0', 'trf_2', '#', `${payments[0]}#`])
        expect(await list({ entityId })).toEqual([]);
      const [from, to] = [NOON + 3_000, NOON + 6_000];
      expect(ids(await list({ from, to }))).toEqual(
        expected(({ created }) => created >= from && created <= to),
      );
      expect(await list({ from: to, to: from })).toEqual([]);
      const narrow = { from, to, types: ['refund.created' as const], entityId: payments[0] ?? '' };
      expect(ids(await list(narrow))).toEqual(
        expected(
          ({ created, type, paymentId }) =>
            created >= from && created <= to && type === 'refund.created' && paymentId === payments[0],
        ),
      );

      for (const filter of [{}, { types: ['payment.created' as const] }, { entityId: payments[0] ?? '' }]) {
        const walked: string[] = [];
        for (let page = await list(filter, 4); page.length > 0; page = await list(filter, 4, page.at(-1)?.id))
          walked.push(...ids(page));
        expect(walked).toEqual(ids(await list(filter)));
      }
      expect(await list({}, 0)).toEqual([]);
      expect(await list({ from: NOON + 9_000 }, 10, all.at(-1)?.id)).toEqual([]);
    });
  });
}
