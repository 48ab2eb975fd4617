import { errAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../src/domain/kernel/present.ts';
import type { Delivery } from '../../src/domain/webhooks/delivery.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, origin } from '../fixtures/changes.ts';
import { addEndpoint, anEvent } from '../fixtures/webhooks.ts';
import { aWebhookWorld, type WebhookWorld, type Worker } from '../support/webhook-world.ts';

const MINUTE_MS = 60_000;
const EVENTS = 60;
const URL = 'https://shop.example/hooks';
const MOVED = 'https://shop.example/moved';
/** How long a worker goes by what it has read of an endpoint. */
const KNOWN_FOR_MS = 1_000;

/** What becomes, on every storage, of deliveries whose endpoint takes none for a while. */
export function webhookHoldingContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Webhook holding contract: ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    let world: WebhookWorld;
    let worker: Worker;
    /** Deliveries written since the test last looked. */
    let written = 0;
    let isListLost = false;
    let id: Awaited<ReturnType<typeof addEndpoint>>['endpoint']['id'];

    beforeEach(async () => {
      storage = await open();
      const { deliveries } = storage;
      world = aWebhookWorld({
        ...storage,
        deliveries: {
          ...deliveries,
          save(changes) {
            written += changes.length;
            return deliveries.save(changes);
          },
          list: (...args) =>
            isListLost ? errAsync({ kind: 'StorageUnavailable', cause: 'lost' }) : deliveries.list(...args),
        },
      });
      worker = world.worker();
      ({
        endpoint: { id },
      } = await addEndpoint(world.ports, { merchantId, url: URL }));
      return () => storage.close();
    });

    const replyWith = (status: number) => world.receivers.reply(URL, () => ({ status }));
    const tellMany = () => world.tell(Array.from({ length: EVENTS }, () => anEvent({ merchantId })));
    const run = async (minutes: number, stepMs = MINUTE_MS) => {
      for (let passedMs = 0; passedMs < minutes * MINUTE_MS; passedMs += stepMs) {
        world.clock.pass(stepMs);
        await world.deliver(worker);
      }
    };
    const change = async (status: 'enabled' | 'paused') => {
      (await world.changeEndpoint({ merchantId, id, origin, status }))._unsafeUnwrap();
      world.clock.pass(KNOWN_FOR_MS);
    };
    const listed = async () =>
      (await storage.deliveries.list(merchantId, {}, { limit: 1_000 }))._unsafeUnwrap();
    const isUntried = ({ attempts }: Delivery) => attempts.length === 0;
    const endpoint = async () => (await world.getEndpoint({ merchantId, id }))._unsafeUnwrap();

    /** The endpoint answers 500 for so long that this is on record, and then for another hour. */
    const failForAnHour = async () => {
      replyWith(500);
      await tellMany();
      await run(3, 5_000);
      expect(await endpoint()).toHaveProperty('failingSince');
      written = 0;
      const before = world.receivers.received.length;
      await run(60);
      return world.receivers.received.length - before;
    };

    it('writes the backlog of a dead endpoint once in an hour of pauses, and tries it in each of them', async () => {
      const tries = await failForAnHour();
      expect(tries).toBeGreaterThanOrEqual(10);
      expect(written).toBeLessThan(EVENTS + 6 * tries);
      expect((await listed()).filter(isUntried).length).toBeGreaterThan(EVENTS / 2);
    });

    it('sends what was held as soon as one try succeeds, and then the endpoint is no longer failing', async () => {
      await failForAnHour();
      replyWith(200);
      await run(6);
      expect((await listed()).filter(isUntried)).toEqual([]);
      expect(await endpoint()).not.toHaveProperty('failingSince');
    });

    it('sends it as soon by a worker that never saw the endpoint fail', async () => {
      await failForAnHour();
      replyWith(200);
      worker = world.worker();
      await run(6);
      expect((await listed()).filter(isUntried)).toEqual([]);
      expect(await endpoint()).not.toHaveProperty('failingSince');
    });

    it('keeps the mark of a failing endpoint until all that was held is recalled', async () => {
      await failForAnHour();
      replyWith(200);
      isListLost = true;
      await run(6);
      expect(await endpoint()).toHaveProperty('failingSince');
      expect((await listed()).filter(isUntried)).not.toEqual([]);
      isListLost = false;
      worker = world.worker();
      await world.tell([anEvent({ merchantId })]);
      await run(1);
      expect((await listed()).filter(isUntried)).toEqual([]);
      expect(await endpoint()).not.toHaveProperty('failingSince');
    });

    it('sends it within two hours where the recall was lost, with the mark that asks for it', async () => {
      await failForAnHour();
      replyWith(200);
      isListLost = true;
      (await world.changeEndpoint({ merchantId, id, origin, url: MOVED }))._unsafeUnwrap();
      isListLost = false;
      expect(await endpoint()).not.toHaveProperty('failingSince');
      worker = world.worker();
      await run(119);
      expect((await listed()).filter(isUntried)).toEqual([]);
    });

    it('writes what waits for a paused endpoint once in an hour, and sends it when the endpoint is enabled', async () => {
      await tellMany();
      await change('paused');
      written = 0;
      await run(60);
      expect(world.receivers.received).toEqual([]);
      expect(written).toBeLessThan(EVENTS + 60 * 3);
      await change('enabled');
      await world.deliver(worker);
      expect(world.receivers.received).toHaveLength(EVENTS);
      expect((await listed()).every(({ status }) => status === 'delivered')).toBe(true);
    });

    /** Half of the events fail at their first try, and wait for their retries; the others arrive. */
    const failHalfOnce = async (retryAfter?: string) => {
      const seen = new Set<string>();
      let nth = 0;
      world.receivers.reply(URL, ({ body }) => {
        if (seen.has(body)) return { status: 200 };
        seen.add(body);
        nth += 1;
        return nth % 2 === 0 ? { status: 500, ...present({ retryAfter }) } : { status: 200 };
      });
      await tellMany();
      await world.deliver(worker);
    };
    const pending = async () => (await listed()).filter(({ status }) => status === 'pending');

    it('sends what was tried before its endpoint was paused as soon as that is enabled, as no retry waits by then', async () => {
      await failHalfOnce();
      expect(await pending()).toHaveLength(EVENTS / 2);
      await change('paused');
      written = 0;
      await run(60);
      expect(written).toBeLessThan(EVENTS + 60 * 3);
      await change('enabled');
      await world.deliver(worker);
      expect(await pending()).toEqual([]);
    });

    it('sends what was tried before its endpoint failed as soon as one try succeeds', async () => {
      await failForAnHour();
      const isTried = (each: Delivery) => each.attempts.length === 1;
      expect((await pending()).filter(isTried).length).toBeGreaterThan(1);
      replyWith(200);
      await run(6);
      expect((await pending()).filter(isTried)).toEqual([]);
    });

    it('disables an endpoint that is gone at its first 410, with an event, and sends it nothing more', async () => {
      replyWith(410);
      await tellMany();
      await world.deliver(worker);
      expect(world.receivers.received).toHaveLength(1);
      expect(await endpoint()).toMatchObject({ status: 'disabled' });
      const events = (await storage.outbox.unsent(10))._unsafeUnwrap();
      expect(events.map(({ type }) => type)).toEqual(['webhook_endpoint.disabled']);
      await run(10);
      expect(world.receivers.received).toHaveLength(1);
      replyWith(204);
      await change('enabled');
      await world.deliver(worker);
      expect((await listed()).filter(isUntried)).toEqual([]);
    });
  });
}
