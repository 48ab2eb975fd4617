import { describe, expect, it } from 'vitest';
import { deliveryRecord, readDeliveryRecord } from '../../src/domain/webhooks/delivery-record.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON, origin } from '../fixtures/changes.ts';
import { anEvent, aPaymentId } from '../fixtures/webhooks.ts';
import { verified } from '../support/webhook-world.ts';
import { actionsOf, create, eachInItsOwnScene, list, merchantId, only, world } from './webhook-scene.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What webhooks promise on every storage of attempts, replays and the health of endpoints. */
export function webhookRetriesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Webhook retries contract: ${adapter}`, () => {
    eachInItsOwnScene(open);

    it('tries five times, ever later, each time freshly signed, and then lets be', async () => {
      const { secret } = await create('https://down.example/');
      world.receivers.reply('https://down.example/', (_, nth) =>
        nth === 2 ? 'timeout' : { status: 500 + nth, excerpt: `no ${nth}` },
      );
      await world.tell([anEvent()]);
      const worker = world.worker();
      const seen: number[] = [];
      const due = [0, 15_000, 135_000, 1_095_000, 8_775_000];
      const moments = [
        ...due.flatMap((at) => [at - 1, at]),
        ...Array.from({ length: 20 }, (_, n) => n * 450_000),
      ];
      for (const at of moments.filter((each) => each >= 0).toSorted((a, b) => a - b)) {
        world.clock.pass(NOON + at - world.clock.now());
        await world.deliver(worker);
        if (world.receivers.received.length > seen.length) seen.push(at);
      }
      expect(seen).toEqual(due);
      expect(world.receivers.received.map(({ at }) => at - NOON)).toEqual(seen);
      const ids = new Set(world.receivers.received.map(({ headers }) => headers['webhook-id']));
      expect(ids.size).toBe(1);
      const stamps = world.receivers.received.map(({ headers }) => headers['webhook-signature']);
      expect(new Set(stamps).size).toBe(5);
      for (const request of world.receivers.received)
        expect(verified(secret, request)).toMatchObject({ event_type: 'payment.created' });
      expect(await only()).toMatchObject({
        status: 'failed',
        attempts: [
          { at: NOON, durationMs: 3, responseCode: 500, excerpt: 'no 0' },
          { responseCode: 501 },
          { error: 'timeout', durationMs: 7 },
          { responseCode: 503 },
          { responseCode: 504 },
        ],
      });
    });

    it('keeps the headers of each attempt as they were sent, under the secrets of its moment', async () => {
      const url = 'https://shop.example/';
      const { endpoint } = await create(url);
      world.receivers.reply(url, (_, nth) => (nth === 1 ? 'timeout' : { status: nth === 2 ? 200 : 503 }));
      await world.tell([anEvent()]);
      await world.deliver();
      world.clock.pass(MINUTE_MS);
      (await world.rotateEndpointSecret({ merchantId, id: endpoint.id, origin }))._unsafeUnwrap();
      await world.deliver();
      world.clock.pass(10 * MINUTE_MS);
      await world.deliver();
      const sent = world.receivers.at(url).map(({ headers }) => headers);
      const { attempts, request } = readDeliveryRecord(await only());
      expect(attempts.map(({ headers }) => headers)).toEqual(sent);
      expect(sent.map((headers) => headers['webhook-signature']?.split(' ').length)).toEqual([1, 2, 2]);
      expect(new Set(sent.map((headers) => headers['webhook-timestamp'])).size).toBe(3);
      for (const headers of sent) expect(headers).toMatchObject(request.headers);
      expect(JSON.stringify(deliveryRecord(await only()))).not.toMatch(/signature/i);
    });

    it('waits as long as a receiver asks, and sends it nothing meanwhile', async () => {
      await create('https://busy.example/');
      world.receivers.reply('https://busy.example/', (_, nth) =>
        nth === 0 ? { status: 429, retryAfter: '1800' } : { status: 200 },
      );
      const worker = world.worker();
      await world.tell([anEvent()]);
      await world.deliver(worker);
      await world.tell([anEvent()]);
      for (let n = 0; n < 29; n += 1) {
        world.clock.pass(MINUTE_MS);
        await world.deliver(worker);
      }
      expect(world.receivers.received).toHaveLength(1);
      world.clock.pass(MINUTE_MS);
      await world.deliver(worker);
      await world.deliver(worker);
      expect(world.receivers.received).toHaveLength(3);
      expect((await list()).map(({ status, attempts }) => `${status} ${attempts.length}`).toSorted()).toEqual(
        ['delivered 1', 'delivered 2'],
      );
    });

    it('lets a delivery expire after a day, also when the receiver asks for more', async () => {
      await create('https://patient.example/');
      world.receivers.reply('https://patient.example/', () => ({ status: 503, retryAfter: '999999999' }));
      await world.tell([anEvent()]);
      await world.deliver();
      expect(await only()).toMatchObject({ status: 'pending', dueAt: NOON + DAY_MS });
      world.clock.pass(DAY_MS - 1);
      await world.deliver();
      expect((await only()).status).toBe('pending');
      world.clock.pass(1);
      await world.deliver();
      expect(await only()).toMatchObject({ status: 'expired', attempts: [{ responseCode: 503 }] });
      expect(world.receivers.received).toHaveLength(1);
    });

    it('replays whatever ended, as often as one likes', async () => {
      const { secret } = await create('https://shop.example/');
      await world.tell([anEvent()]);
      for (let n = 1; n <= 3; n += 1) {
        await world.deliver();
        const delivery = await only();
        expect(delivery).toMatchObject({ status: 'delivered' });
        expect(delivery.attempts).toHaveLength(n);
        (await world.replayDelivery({ merchantId, id: delivery.id }))._unsafeUnwrap();
        world.clock.pass(HOUR_MS);
      }
      const bodies = new Set(world.receivers.received.map(({ body }) => body));
      expect(bodies.size).toBe(1);
      for (const request of world.receivers.received) expect(verified(secret, request)).toHaveProperty('id');
      const foreign = await world.replayDelivery({
        merchantId: aMerchantId('merchant-b'),
        id: (await only()).id,
      });
      expect(foreign._unsafeUnwrapErr()).toEqual({ kind: 'DeliveryNotFound' });
    });

    it('replays all that failed since a time, and nothing older or other', async () => {
      const { endpoint } = await create('https://shop.example/');
      await create('https://other.example/');
      const isDown = () => ({ status: 500 });
      world.receivers.reply('https://shop.example/', isDown);
      world.receivers.reply('https://other.example/', isDown);
      const old = [anEvent(), anEvent()];
      const young = Array.from({ length: 5 }, () => anEvent({ at: NOON + HOUR_MS }));
      await world.tell([...old, ...young]);
      for (let n = 0; n < 26; n += 1) {
        await world.deliver();
        world.clock.pass(HOUR_MS);
      }
      expect(new Set((await list()).map(({ status }) => status))).toEqual(new Set(['failed']));
      const before = world.receivers.received.length;
      world.receivers.reply('https://shop.example/', () => ({ status: 200 }));
      const target = { merchantId, id: endpoint.id };
      const replayed = (await world.replayFailed({ ...target, since: NOON + HOUR_MS }))._unsafeUnwrap();
      expect(replayed).toEqual({ replayed: 5, more: false });
      await world.deliver();
      const again = world.receivers.received.slice(before);
      expect(again.map(({ headers }) => headers['webhook-id'] ?? '').toSorted()).toEqual(
        young.map(({ id }) => id).toSorted(),
      );
      expect((await world.replayFailed({ ...target, since: NOON + HOUR_MS }))._unsafeUnwrap().replayed).toBe(
        0,
      );
      expect((await world.replayFailed({ ...target, since: 0 }))._unsafeUnwrap().replayed).toBe(2);
    });

    it('disables an endpoint that has failed for three days, publishes that to the others, and starts anew when it is enabled', async () => {
      const { endpoint } = await create('https://down.example/');
      const watcher = await create('https://watcher.example/', ['webhook_endpoint.disabled']);
      let isDown = true;
      world.receivers.reply('https://down.example/', () => (isDown ? 'connection_failed' : { status: 200 }));
      const worker = world.worker();
      const get = async () => (await world.getEndpoint({ merchantId, id: endpoint.id }))._unsafeUnwrap();
      for (let hour = 0; hour <= 80 && (await get()).status === 'enabled'; hour += 1) {
        await world.tell([anEvent({ at: world.clock.now() })]);
        await world.deliver(worker);
        world.clock.pass(HOUR_MS);
      }
      const disabled = await get();
      expect(disabled).toMatchObject({ status: 'disabled', failingSince: NOON });
      expect((disabled.updatedAt - NOON) / HOUR_MS).toBeGreaterThanOrEqual(72);
      expect((disabled.updatedAt - NOON) / HOUR_MS).toBeLessThan(75);
      const [event, ...others] = await world.relay();
      expect(others).toEqual([]);
      expect(event).toMatchObject({ type: 'webhook_endpoint.disabled', data: { id: endpoint.id } });
      await world.deliver(worker);
      const [told] = world.receivers.at('https://watcher.example/');
      if (told === undefined) throw new Error('nobody was told');
      expect(verified(watcher.secret, told)).toMatchObject({
        event_type: 'webhook_endpoint.disabled',
        data: { id: endpoint.id, status: 'disabled', failing_since: '2026-03-01T12:00:00.000Z' },
      });
      expect(told.body).not.toContain('secret');
      const before = world.receivers.at('https://down.example/').length;
      await world.tell([anEvent({ at: world.clock.now() })]);
      await world.deliver(worker);
      expect(world.receivers.at('https://down.example/')).toHaveLength(before);
      isDown = false;
      const target = { merchantId, id: endpoint.id, origin };
      (await world.changeEndpoint({ ...target, status: 'enabled' }))._unsafeUnwrap();
      expect(await get()).not.toHaveProperty('failingSince');
      world.clock.pass(2_000);
      await world.tell([anEvent({ at: world.clock.now() })]);
      await world.deliver(worker);
      expect((await get()).status).toBe('enabled');
      expect(await actionsOf(endpoint.id)).toEqual([
        'webhook_endpoint.created',
        'webhook_endpoint.failing',
        'webhook_endpoint.disabled',
        'webhook_endpoint.resumed',
      ]);
    });

    it('notes that an endpoint has recovered, and nothing of one that flaps', async () => {
      const { endpoint } = await create('https://flapping.example/');
      const failures = new Map<string, number>();
      world.receivers.reply('https://flapping.example/', ({ body }, nth) => {
        const failed = failures.get(body) ?? 0;
        if (nth % 2 === 1 || failed === 3) return { status: 200 };
        failures.set(body, failed + 1);
        return { status: 500 };
      });
      const worker = world.worker();
      await world.tell(Array.from({ length: 30 }, () => anEvent()));
      for (let n = 0; n < 100; n += 1) {
        await world.deliver(worker);
        world.clock.pass(15_000);
      }
      expect(new Set((await list()).map(({ status }) => status))).toEqual(new Set(['delivered']));
      expect(await actionsOf(endpoint.id)).toEqual(['webhook_endpoint.created']);
      let isDown = true;
      world.receivers.reply('https://flapping.example/', () => ({ status: isDown ? 500 : 200 }));
      await world.tell([anEvent()]);
      for (let n = 0; n < 12; n += 1) {
        await world.deliver(worker);
        world.clock.pass(15_000);
      }
      isDown = false;
      for (let n = 0; n < 80; n += 1) {
        await world.deliver(worker);
        world.clock.pass(15_000);
      }
      expect(await actionsOf(endpoint.id)).toEqual([
        'webhook_endpoint.created',
        'webhook_endpoint.failing',
        'webhook_endpoint.recovered',
      ]);
    });

    it('sends an endpoint one payment’s events in their order, many payments’ at once', async () => {
      await create('https://shop.example/');
      const payments = Array.from({ length: 12 }, () => aPaymentId());
      const events = Array.from({ length: 5 }, (_, step) =>
        payments.map((paymentId) => anEvent({ paymentId, at: NOON + Math.floor(step / 2) })),
      ).flat();
      await world.tell(events);
      await world.deliver();
      expect(world.receivers.received).toHaveLength(60);
      expect(world.receivers.mostUnderWay()).toBeGreaterThan(4);
      const order = world.receivers.received.map(({ headers }) => headers['webhook-id']);
      for (const own of Map.groupBy(events, ({ paymentId }) => paymentId).values()) {
        const places = own.map(({ id }) => order.indexOf(id));
        expect(places).toEqual(places.toSorted((a, b) => a - b));
      }
    });
  });
}
