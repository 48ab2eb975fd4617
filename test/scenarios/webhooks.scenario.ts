import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Page } from '../../src/application/kernel/cursor.ts';
import type { Delivery } from '../../src/domain/webhooks/delivery.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON, origin } from '../fixtures/changes.ts';
import { anEvent, aPaymentId } from '../fixtures/webhooks.ts';
import { aWebhookWorld, type Received, verified } from '../support/webhook-world.ts';
import { actionsOf, create, eachInItsOwnScene, list, merchantId, storage, world } from './webhook-scene.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What webhooks promise on every storage of endpoints, their secrets and what is delivered to them. */
export function webhooksContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Webhooks contract: ${adapter}`, () => {
    eachInItsOwnScene(open);

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

    it('has the deliveries of a payment by themselves, page by page, whatever else was delivered', async () => {
      const [one, other] = [await create('https://one.example/'), await create('https://other.example/')];
      const removed = await create('https://removed.example/');
      const paymentId = aPaymentId();
      const types = ['payment.created', 'payment.succeeded', 'refund.created'] as const;
      const about = types.map((type, n) => anEvent({ type, paymentId, at: NOON + n }));
      await world.tell([...about, ...Array.from({ length: 20 }, () => anEvent())]);
      await world.deliver();
      (await world.removeEndpoint({ merchantId, id: removed.endpoint.id, origin }))._unsafeUnwrap();
      const found = async (filter: object, limit = 100) => {
        const all: Delivery[] = [];
        for (let cursor: string | undefined = ''; cursor !== undefined; ) {
          const next: Parameters<typeof world.listDeliveries>[0] = {
            merchantId,
            filter: { paymentId, ...filter },
            limit,
            ...(cursor === '' ? {} : { cursor }),
          };
          const page: Page<Delivery> = (await world.listDeliveries(next))._unsafeUnwrap();
          expect(page.items.length).toBeLessThanOrEqual(limit);
          all.push(...page.items);
          cursor = page.nextCursor;
        }
        return all;
      };
      const own = (await list()).filter(
        (each) => each.paymentId === paymentId && each.endpointId !== removed.endpoint.id,
      );
      expect(own).toHaveLength(6);
      expect(await found({})).toEqual(own);
      expect(await found({}, 2)).toEqual(own);
      expect(await found({ endpointId: one.endpoint.id })).toEqual(
        own.filter(({ endpointId }) => endpointId === one.endpoint.id),
      );
      expect(await found({ eventType: 'refund.created', endpointId: other.endpoint.id })).toHaveLength(1);
      expect(await found({ status: 'failed' })).toEqual([]);
      const stranger = { merchantId: aMerchantId('merchant-b'), filter: { paymentId }, limit: 10 };
      expect((await world.listDeliveries(stranger))._unsafeUnwrap().items).toEqual([]);
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
