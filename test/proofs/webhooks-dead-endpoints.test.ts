import { afterAll, describe, expect, inject, it } from 'vitest';
import { NOON } from '../fixtures/changes.ts';
import { everyStorage, type StorageKind } from '../support/every-storage.ts';
import { addShops, eventsFor, gotBy, urlOf } from '../support/webhook-proof.ts';
import { aWebhookWorld, EVERY_SHARD, roundsOf } from '../support/webhook-world.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

const SHOPS = 50;
const DEAD = 5;
/** Every event is written and then ended, one item at a time on DynamoDB, whose engine takes a few thousand a second. */
const EVENTS: Readonly<Record<StorageKind['name'], number>> = {
  memory: 10_000,
  Postgres: 10_000,
  DynamoDB: 2_000,
};

describe('Dead endpoints', () => {
  for (const { name, open } of kinds) {
    const events = EVENTS[name];
    it(`delay no live endpoint: ${events} events to 50 endpoints, 5 dead, on ${name}`, {
      timeout: 180_000,
    }, async () => {
      const storage = await open();
      try {
        const world = aWebhookWorld(storage);
        const merchants = await addShops(world, SHOPS);
        // Silent, and not merely refusing: whatever is sent there stays under way for as long as the test runs.
        for (let n = 0; n < DEAD; n += 1) world.receivers.reply(urlOf(n), () => 'hang');
        const told = eventsFor(merchants, events);
        for (let from = 0; from < told.length; from += 500) await world.tell(told.slice(from, from + 500));
        const worker = world.worker();
        const wanted = new Map(
          merchants
            .map((id, n) => [urlOf(n), told.filter(({ merchantId }) => merchantId === id)] as const)
            .map(([url, own]) => [url, own.map(({ id }) => id).toSorted()]),
        );
        for (let rounds = 0; !living(gotBy(world), wanted); rounds += 1) {
          if (rounds > 200) throw new Error('somebody who answers waits');
          await roundsOf(worker, world.receivers.hanging, EVERY_SHARD);
          world.clock.pass(1_000);
        }
        // No attempt to a dead one has ended, and none was given up.
        expect(worker.ends.filter((end) => end.kind === 'sent' && !end.succeeded)).toEqual([]);
        expect(world.clock.now() - NOON).toBeLessThan(100_000);
        expect(worker.faults).toEqual([]);
        expect(worker.deliver.underWay()).toBe(DEAD);
        const responded = world.receivers.received.length - world.receivers.hanging();
        expect(responded).toBe((events * (SHOPS - DEAD)) / SHOPS);
      } finally {
        await storage.close();
      }
    });
  }
});

/** True when every receiver that is not dead has got everything. */
const living = (
  got: ReadonlyMap<string, readonly string[]>,
  wanted: ReadonlyMap<string, readonly string[]>,
) =>
  [...wanted].slice(DEAD).every(([url, ids]) => {
    const own = got.get(url) ?? [];
    return own.length === ids.length && own.every((id, n) => id === ids[n]);
  });
