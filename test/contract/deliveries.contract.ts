import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import type { DeliveryId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import {
  type Delivery,
  defer,
  endDelivery,
  type PendingDelivery,
  recordAttempt,
  replayDelivery,
} from '../../src/domain/webhooks/delivery.ts';
import {
  DELIVERY_SHARDS,
  type DeliveryFilter,
  deliveryShardOf,
  MOST_DUE_COUNTED,
} from '../../src/ports/deliveries.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { aDelivery, anEndpoint, anEvent } from '../fixtures/webhooks.ts';

const EVERY_SHARD = Array.from({ length: DELIVERY_SHARDS }, (_, shard) => shard);
const DAY_MS = 86_400_000;

/** What every `Deliveries` adapter promises. */
export function deliveriesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Deliveries contract: ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const add = async (...deliveries: PendingDelivery[]) =>
      (await storage.deliveries.addAll(deliveries))._unsafeUnwrap();
    const save = async (...changes: [Delivery, Delivery][]) =>
      (
        await storage.deliveries.save(changes.map(([before, next]) => ({ expected: before.version, next })))
      )._unsafeUnwrap();
    const find = async (id: DeliveryId, of = merchantId) =>
      (await storage.deliveries.find(of, id))._unsafeUnwrap();
    const due = async (now: number, limit = 100, shards: readonly number[] = EVERY_SHARD) =>
      (await storage.deliveries.due(shards, now, limit))._unsafeUnwrap();
    const list = async (filter: DeliveryFilter = {}, limit = 100, before?: DeliveryId, since?: DeliveryId) =>
      (
        await storage.deliveries.list(merchantId, filter, { limit, ...present({ before, since }) })
      )._unsafeUnwrap();

    const attempted = (delivery: Delivery, responseCode: number, now = NOON + 100) =>
      recordAttempt(
        delivery,
        {
          at: NOON + 10,
          durationMs: 90,
          responseCode,
          excerpt: 'so "it" is\n\t\\ Ł 😀',
          signatures: [
            { hex: '0f'.repeat(32), base64: 'b+/'.repeat(14) },
            { hex: 'a1'.repeat(32), base64: '9=' },
          ],
        },
        { url: 'https://elsewhere.example/', random: 0.5, now },
      );

    it('gives back every field, in every state', async () => {
      const [plain, failed, delivered, rich] = [aDelivery(), aDelivery(), aDelivery(), aDelivery()];
      const { paymentId: _, ...bare } = anEvent();
      const noPayment = aDelivery(anEndpoint(), {
        ...bare,
        type: 'webhook_endpoint.disabled',
        data: { name: 'O’Brien "\\ \u2028 😀', big: 9_007_199_254_740_993n },
      });
      await add(plain, failed, delivered, rich, noPayment);
      const gone = endDelivery(failed, 'expired', NOON + 5);
      const done = attempted(delivered, 204);
      const silent = recordAttempt(
        attempted(rich, 503),
        { at: NOON + 1, durationMs: 30_000, error: 'timeout' },
        { url: rich.url, random: 0, now: NOON + 2, retryAfterMs: 7_200_000 },
      );
      expect(await save([failed, gone], [delivered, done], [rich, { ...silent, version: 2 }])).toEqual([
        true,
        true,
        true,
      ]);
      for (const each of [plain, gone, done, { ...silent, version: 2 }, noPayment])
        expect(await find(each.id)).toEqual(each);
    });

    it('adds what is new and leaves alone what is there, also when several add the same', async () => {
      const first = aDelivery();
      await add(first);
      await save([first, attempted(first, 200)]);
      const others = Array.from({ length: 40 }, () => aDelivery());
      await Promise.all([add(...others, first), add(first, ...others.toReversed()), add(...others)]);
      expect((await find(first.id))?.status).toBe('delivered');
      expect(await list()).toHaveLength(41);
      await add();
    });

    it('keeps tenants apart', async () => {
      const mine = aDelivery();
      await add(mine);
      expect(await find(mine.id, aMerchantId('merchant-b'))).toBeUndefined();
      const theirs = { ...mine, merchantId: aMerchantId('merchant-b') };
      expect(await save([mine, { ...theirs, version: 2 }])).toEqual([false]);
    });

    it('gives what is due of the given shards, in order', async () => {
      const endpoints = Array.from({ length: 6 }, () => anEndpoint());
      const all = endpoints.flatMap((endpoint) =>
        [3, 1, 2].map((second) => aDelivery(endpoint, anEvent(), NOON + second * 1_000)),
      );
      await add(...all);
      const ids = (found: readonly Delivery[]) => found.map(({ id }) => id);
      const ordered = all.toSorted((a, b) => a.dueAt - b.dueAt || (a.eventId < b.eventId ? -1 : 1));
      expect(ids(await due(NOON + 999))).toEqual([]);
      expect(ids(await due(NOON + 2_000))).toEqual(ids(ordered.filter(({ dueAt }) => dueAt <= NOON + 2_000)));
      expect(ids(await due(NOON + DAY_MS))).toEqual(ids(ordered));
      const shard = deliveryShardOf(endpoints[0]?.id ?? all[0]!.endpointId);
      const inShard = ordered.filter((each) => deliveryShardOf(each.endpointId) === shard);
      expect(ids(await due(NOON + DAY_MS, 100, [shard]))).toEqual(ids(inShard));
      expect(ids(await due(NOON + DAY_MS, 2, [shard]))).toEqual(ids(inShard.slice(0, 2)));
      expect(await due(NOON + DAY_MS, 100, [])).toEqual([]);
    });

    it('counts what is due in all shards, and says since when the first of it is', async () => {
      const backlog = async (now: number) => (await storage.deliveries.backlog(now))._unsafeUnwrap();
      expect(await backlog(NOON)).toEqual({ due: 0 });
      const endpoints = Array.from({ length: 6 }, () => anEndpoint());
      const all = endpoints.flatMap((endpoint) =>
        [3, 1, 2].map((second) => aDelivery(endpoint, anEvent(), NOON + second * 1_000)),
      );
      await add(...all);
      expect(await backlog(NOON + 999)).toEqual({ due: 0 });
      expect(await backlog(NOON + 2_000)).toEqual({ due: 12, oldestDueAt: NOON + 1_000 });
      await save(
        ...all
          .filter(({ dueAt }) => dueAt === NOON + 1_000)
          .map((each): [Delivery, Delivery] => [each, attempted(each, 200)]),
      );
      expect(await backlog(NOON + DAY_MS)).toEqual({ due: 12, oldestDueAt: NOON + 2_000 });
    });

    it('counts no further than to its bound', async () => {
      const endpoints = Array.from({ length: 4 }, () => anEndpoint());
      const more = MOST_DUE_COUNTED / endpoints.length + 1;
      await add(...endpoints.flatMap((endpoint) => Array.from({ length: more }, () => aDelivery(endpoint))));
      expect((await storage.deliveries.backlog(NOON + DAY_MS))._unsafeUnwrap().due).toBe(MOST_DUE_COUNTED);
    });

    it('is due when it was put off to, replayed at, and never once it has ended', async () => {
      const [later, ended, again] = [aDelivery(), aDelivery(), aDelivery()];
      await add(later, ended, again);
      const failed = endDelivery(again, 'failed', NOON);
      expect(
        await save(
          [later, defer(later, NOON + 5_000, NOON)],
          [ended, attempted(ended, 200)],
          [again, failed],
        ),
      ).toEqual([true, true, true]);
      expect(await due(NOON + 4_999)).toEqual([]);
      expect((await due(NOON + 5_000)).map(({ id }) => id)).toEqual([later.id]);
      await save([failed, replayDelivery(failed, NOON + 6_000)]);
      expect((await due(NOON + 6_000)).map(({ id }) => id)).toEqual([later.id, again.id]);
    });

    it('saves for one of many rivals', async () => {
      const delivery = aDelivery();
      await add(delivery);
      const saved = await Promise.all(
        Array.from({ length: 12 }, (_, n) => save([delivery, defer(delivery, NOON + n, NOON)])),
      );
      expect(saved.flat().filter((isSaved) => isSaved)).toHaveLength(1);
      expect(await save([aDelivery(), { ...aDelivery(), version: 2 }])).toEqual([false]);
      expect(await save()).toEqual([]);
    });

    it('decides each of a batch by itself', async () => {
      const many = Array.from({ length: 60 }, () => aDelivery());
      await add(...many.filter((_, n) => n % 3 !== 0));
      const saved = await save(
        ...many.map((each, n): [Delivery, Delivery] => [
          n % 3 === 1 ? { ...each, version: 7 } : each,
          defer(each, NOON + 1, NOON),
        ]),
      );
      expect(saved).toEqual(many.map((_, n) => n % 3 === 2));
    });

    it('lists newest first, by filter and page by page', async () => {
      const [a, b] = [anEndpoint(), anEndpoint()];
      const all = Array.from({ length: 24 }, (_, n) =>
        aDelivery(
          n % 2 === 0 ? a : b,
          anEvent({ at: NOON + (n % 5) * 1_000, type: n % 3 === 0 ? 'payment.failed' : 'payment.created' }),
        ),
      );
      await add(...all);
      const ended = all.filter((_, n) => n % 4 === 0);
      await save(...ended.map((each): [Delivery, Delivery] => [each, endDelivery(each, 'failed', NOON)]));
      const newest = all.toSorted((x, y) => (x.id < y.id ? 1 : -1));
      const ids = (found: readonly Delivery[]) => found.map(({ id }) => id);
      expect(ids(await list())).toEqual(ids(newest));
      expect(ids(await list({ endpointId: a.id }))).toEqual(
        ids(newest.filter(({ endpointId }) => endpointId === a.id)),
      );
      expect(ids(await list({ status: 'failed' }))).toEqual(
        ids(newest.filter((each) => ended.includes(each))),
      );
      expect(ids(await list({ endpointId: b.id, eventType: 'payment.failed', status: 'pending' }))).toEqual(
        ids(
          newest.filter(
            (each) =>
              each.endpointId === b.id && each.eventType === 'payment.failed' && !ended.includes(each),
          ),
        ),
      );
      const walked: DeliveryId[] = [];
      for (let page = await list({}, 5); page.length > 0; page = await list({}, 5, page.at(-1)?.id))
        walked.push(...ids(page));
      expect(walked).toEqual(ids(newest));
      expect(await list({}, 0)).toEqual([]);
      const [third, eighth] = [newest[2]?.id, newest[7]?.id];
      expect(ids(await list({}, 100, undefined, eighth))).toEqual(ids(newest.slice(0, 8)));
      expect(ids(await list({}, 100, third, eighth))).toEqual(ids(newest.slice(3, 8)));
      expect(ids(await list({}, 2, third, eighth))).toEqual(ids(newest.slice(3, 5)));
      expect(await list({}, 100, eighth, eighth)).toEqual([]);
      expect(await list({}, 100, eighth, third)).toEqual([]);
      expect(
        (await storage.deliveries.list(aMerchantId('merchant-b'), {}, { limit: 5 }))._unsafeUnwrap(),
      ).toEqual([]);
    });

    it('finds no delivery that was never added', async () => {
      expect(await find(`whd_${systemIds.event(NOON).slice(4)}` as DeliveryId)).toBeUndefined();
    });
  });
}
