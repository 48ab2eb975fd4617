import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import type { Delivery } from '../../src/domain/webhooks/delivery.ts';
import type { EventFilter } from '../../src/domain/webhooks/webhook-endpoint.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, digests, NOON, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { anEvent, aPaymentId } from '../fixtures/webhooks.ts';
import { aWebhookWorld, type Received, verified, type WebhookWorld } from '../support/webhook-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What webhooks promise on every storage: endpoints, deliveries, retries, replays. */
export function webhooksContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Webhooks contract: ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    let world: WebhookWorld;
    beforeEach(async () => {
      storage = await open();
      await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
      world = aWebhookWorld(storage);
      return () => storage.close();
    });

    const create = async (url: string, events: readonly EventFilter[] = ['*'], of = merchantId) =>
      (await world.createEndpoint({ merchantId: of, url, events, origin }))._unsafeUnwrap();
    const list = async () =>
      (await world.listDeliveries({ merchantId, filter: {}, limit: 100 }))._unsafeUnwrap().items;
    const only = async (): Promise<Delivery> => {
      const [first, ...others] = await list();
      if (first === undefined || others.length > 0) throw new Error(`${others.length + 1} deliveries`);
      return first;
    };
    const actionsOf = async (id: string) => {
      const head = (await storage.aggregates.find(merchantId, 'webhook_endpoint', id))._unsafeUnwrap();
      const links = (
        await storage.auditTrail.ofAggregate(merchantId, 'webhook_endpoint', id)
      )._unsafeUnwrap();
      if (head === undefined) throw new Error(`${id} is not there`);
      expect(auditTrailChain.verify(links, head, digests.sha256)._unsafeUnwrap()).toBe(head.version);
      return links.map(({ action }) => action);
    };

    it('delivers to each endpoint the events it subscribes to, signed in both ways', async () => {
      const all = await create('https://all.example/');
      const some = await create('https://some.example/', ['payment.failed']);
      await create('https://foreign.example/', ['*'], aMerchantId('merchant-b'));
      const created = anEvent();
      const failed = anEvent({
        type: 'payment.failed',
        data: { big: 9_007_199_254_740_993n, text: 'Ł “😀”' },
      });
      await world.tell([created, failed]);
      await world.deliver();
      expect(world.receivers.received).toHaveLength(3);
      const [request] = world.receivers.at('https://some.example/');
      if (request === undefined) throw new Error('nothing came');
      expect(request.body).toBe(
        `{"id":"${failed.id}","event_type":"payment.failed","created":"2026-03-01T12:00:00.000Z",` +
          `"data":{"big":9007199254740993,"text":"Ł “😀”"}}`,
      );
      expect(verified(some.secret, request)).toMatchObject({ id: failed.id });
      expect(verified(all.secret, request)).toBe('No matching signature found');
      const timestamp = `${Math.floor(NOON / 1_000)}`;
      const hmac = createHmac('sha256', some.secret).update(`${timestamp}.${request.body}`).digest('hex');
      expect(request.headers).toMatchObject({
        'Content-Type': 'application/json',
        'X-Webhook-ID': failed.id,
        'X-Webhook-Timestamp': timestamp,
        'X-Webhook-Signature': hmac,
        'webhook-id': failed.id,
        'webhook-timestamp': timestamp,
      });
      expect(request.headers).not.toHaveProperty('X-Webhook-Signature-Previous');
      expect((await list()).map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered']);
    });

    it('makes one delivery of an event however often it is relayed', async () => {
      await create('https://shop.example/');
      const events = [anEvent(), anEvent()];
      await world.tell(events);
      await world.deliver();
      await world.tell(events);
      await aWebhookWorld(storage, world.clock).tell([...events, ...events]);
      await world.deliver();
      expect(world.receivers.received).toHaveLength(2);
      expect(await list()).toHaveLength(2);
    });

    it('delivers to an endpoint what happens right after it was made, and nothing to a removed one', async () => {
      const first = await create('https://first.example/');
      await world.tell([anEvent()]);
      const second = await create('https://second.example/');
      (await world.removeEndpoint({ merchantId, id: first.endpoint.id, origin }))._unsafeUnwrap();
      await world.tell([anEvent()]);
      await world.deliver();
      expect(world.receivers.received.map(({ url }) => url)).toEqual(['https://second.example/']);
      expect((await list()).map(({ status }) => status).toSorted()).toEqual(['delivered', 'failed']);
      expect((await world.listEndpoints(merchantId))._unsafeUnwrap().map(({ id }) => id)).toEqual([
        second.endpoint.id,
      ]);
      const gone = await world.getEndpoint({ merchantId, id: first.endpoint.id });
      expect(gone._unsafeUnwrapErr()).toEqual({ kind: 'EndpointNotFound' });
      expect(await actionsOf(first.endpoint.id)).toEqual([
        'webhook_endpoint.created',
        'webhook_endpoint.removed',
      ]);
    });

    it('reads no removed endpoint when events are fanned out, however many were removed', async () => {
      for (let n = 0; n < 12; n += 1) {
        const { endpoint } = await create(`https://old.example/${n}`);
        (await world.removeEndpoint({ merchantId, id: endpoint.id, origin }))._unsafeUnwrap();
      }
      const open = await create('https://open.example/');
      const read: string[] = [];
      const counting = aWebhookWorld({
        ...storage,
        aggregates: {
          ...storage.aggregates,
          list: (...args) =>
            storage.aggregates.list(...args).andTee((found) => void read.push(...found.map(({ id }) => id))),
        },
      });
      await counting.tell([anEvent()]);
      expect(read).toEqual([open.endpoint.id]);
      expect(await list()).toHaveLength(1);
    });

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

    it('sends a paused endpoint nothing, and what it was paused over once it is resumed', async () => {
      const { endpoint } = await create('https://shop.example/');
      const target = { merchantId, id: endpoint.id, origin };
      const worker = world.worker();
      await world.tell([anEvent()]);
      (await world.changeEndpoint({ ...target, status: 'paused' }))._unsafeUnwrap();
      await world.deliver(worker);
      await world.tell([anEvent()]);
      world.clock.pass(MINUTE_MS);
      await world.deliver(worker);
      expect(world.receivers.received).toEqual([]);
      const test = await world.sendTestEvent(target);
      expect(test._unsafeUnwrapErr()).toEqual({ kind: 'EndpointNotEnabled', status: 'paused' });
      (await world.changeEndpoint({ ...target, status: 'enabled' }))._unsafeUnwrap();
      world.clock.pass(MINUTE_MS);
      await world.deliver(worker);
      expect(world.receivers.received).toHaveLength(1);
      expect(await actionsOf(endpoint.id)).toEqual([
        'webhook_endpoint.created',
        'webhook_endpoint.paused',
        'webhook_endpoint.resumed',
      ]);
    });

    it('signs with every secret for a day after the rotation that replaced it', async () => {
      const { endpoint, secret: old } = await create('https://shop.example/');
      const target = { merchantId, id: endpoint.id, origin };
      const rotated = (await world.rotateEndpointSecret(target))._unsafeUnwrap();
      const send = async () => {
        await world.tell([anEvent()]);
        await world.deliver();
        const request = world.receivers.received.at(-1);
        if (request === undefined) throw new Error('nothing came');
        return request;
      };
      const during = await send();
      const hmac = (secret: string, { body, headers }: Pick<Received, 'body' | 'headers'>) =>
        createHmac('sha256', secret).update(`${headers['X-Webhook-Timestamp']}.${body}`).digest('hex');
      for (const secret of [old, rotated.secret]) expect(verified(secret, during)).toHaveProperty('id');
      expect(during.headers['X-Webhook-Signature']).toBe(hmac(rotated.secret, during));
      expect(during.headers['X-Webhook-Signature-Previous']).toBe(hmac(old, during));
      world.clock.pass(HOUR_MS);
      const newest = (await world.rotateEndpointSecret(target))._unsafeUnwrap().secret;
      const twice = await send();
      for (const secret of [old, rotated.secret, newest])
        expect(verified(secret, twice)).toHaveProperty('id');
      expect(twice.headers['X-Webhook-Signature']).toBe(hmac(newest, twice));
      expect(twice.headers['X-Webhook-Signature-Previous']).toBe(
        [rotated.secret, old].map((secret) => hmac(secret, twice)).join(', '),
      );
      world.clock.pass(DAY_MS - HOUR_MS);
      const later = await send();
      expect(verified(old, later)).toBe('No matching signature found');
      for (const secret of [rotated.secret, newest]) expect(verified(secret, later)).toHaveProperty('id');
      world.clock.pass(HOUR_MS);
      const after = await send();
      expect(verified(rotated.secret, after)).toBe('No matching signature found');
      expect(verified(newest, after)).toHaveProperty('id');
      expect(after.headers).not.toHaveProperty('X-Webhook-Signature-Previous');
    });

    it('refuses a sixth secret until the oldest has retired, and no secret is lost by rotating as often as one may', async () => {
      const { endpoint, secret } = await create('https://shop.example/');
      const target = { merchantId, id: endpoint.id, origin };
      const secrets = [secret];
      const rotate = () => world.rotateEndpointSecret(target);
      for (let n = 0; n < 4; n += 1) {
        secrets.push((await rotate())._unsafeUnwrap().secret);
        world.clock.pass(HOUR_MS);
      }
      expect((await rotate())._unsafeUnwrapErr()).toEqual({
        kind: 'TooManySecrets',
        most: 5,
        retryAfterMs: DAY_MS - 4 * HOUR_MS,
      });
      await world.tell([anEvent()]);
      await world.deliver();
      const request = world.receivers.received.at(-1);
      if (request === undefined) throw new Error('nothing came');
      for (const each of secrets) expect(verified(each, request)).toHaveProperty('id');
      world.clock.pass(DAY_MS - 4 * HOUR_MS);
      expect((await rotate())._unsafeUnwrap().secret).not.toBe(secrets.at(-1));
      expect((await rotate())._unsafeUnwrapErr().kind).toBe('TooManySecrets');
    });

    it('keeps no secret in plain text, and shows each once', async () => {
      const { endpoint, secret } = await create('https://shop.example/');
      expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      const stored = (
        await storage.aggregates.find(merchantId, 'webhook_endpoint', endpoint.id)
      )._unsafeUnwrap();
      const links = (
        await storage.auditTrail.ofAggregate(merchantId, 'webhook_endpoint', endpoint.id)
      )._unsafeUnwrap();
      const kept = JSON.stringify([stored, links]);
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(secret.slice('whsec_'.length));
      expect(JSON.stringify(links)).not.toContain(endpoint.dataKey.wrapped);
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

    it('sends a test event to one endpoint, and to no other', async () => {
      const { endpoint, secret } = await create('https://shop.example/', ['payment.failed']);
      await create('https://other.example/');
      (await world.sendTestEvent({ merchantId, id: endpoint.id }))._unsafeUnwrap();
      await world.deliver();
      const [request, ...others] = world.receivers.received;
      if (request === undefined) throw new Error('nothing came');
      expect(others).toEqual([]);
      expect(verified(secret, request)).toMatchObject({
        event_type: 'webhook_endpoint.test',
        data: { endpoint_id: endpoint.id },
      });
    });

    it('keeps rival changes of different fields, and refuses what cannot be', async () => {
      const { endpoint } = await create('https://shop.example/');
      const target = { merchantId, id: endpoint.id, origin };
      const rival = aWebhookWorld(storage, world.clock);
      await Promise.all([
        world.changeEndpoint({ ...target, description: 'the shop' }),
        rival.changeEndpoint({ ...target, events: ['payment.failed', 'refund.created'] }),
        world.changeEndpoint({ ...target, url: 'https://new.example/' }),
        rival.changeEndpoint({ ...target, status: 'paused' }),
      ]);
      expect((await world.getEndpoint(target))._unsafeUnwrap()).toMatchObject({
        description: 'the shop',
        events: ['payment.failed', 'refund.created'],
        url: 'https://new.example/',
        status: 'paused',
        version: 5,
      });
      (await world.changeEndpoint({ ...target, description: 'the shop' }))._unsafeUnwrap();
      const bare = (await world.changeEndpoint({ ...target, description: null }))._unsafeUnwrap();
      expect(bare).toMatchObject({ version: 6 });
      expect(bare).not.toHaveProperty('description');
      const foreign = { ...target, merchantId: aMerchantId('merchant-b') };
      for (const refused of [
        await world.changeEndpoint({ ...foreign, status: 'enabled' }),
        await world.rotateEndpointSecret(foreign),
        await world.removeEndpoint(foreign),
        await world.sendTestEvent(foreign),
      ])
        expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'EndpointNotFound' });
      const badUrl = await world.changeEndpoint({ ...target, url: 'nowhere' });
      expect(badUrl._unsafeUnwrapErr()).toEqual({ kind: 'WebhookUrlRefused', reason: 'not_a_url' });
    });
  });
}
