import { beforeEach, describe, expect, it } from 'vitest';
import { shardAssignment } from '../../src/application/outbox/shard-assignment.ts';
import { DELIVERY_SHARDS } from '../../src/ports/deliveries.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { anEvent } from '../fixtures/webhooks.ts';
import { aLife, handClock } from '../support/relay-workers.ts';
import { addShops, eventsFor, gotBy, urlOf } from '../support/webhook-proof.ts';
import { aWebhookWorld, EVERY_SHARD, type Worker } from '../support/webhook-world.ts';

/** Whichever process dies while delivering, on every storage nothing is lost. */
export function webhookWorkersContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Webhook workers contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    it('loses nothing when a worker dies between any two steps, and says how each attempt ended', {
      timeout: 60_000,
    }, async () => {
      const world = aWebhookWorld(storage);
      const merchantId = aMerchantId('shop-0');
      await addShops(world, 1);
      const failures = new Set<string>();
      // The first attempt of each event fails.
      world.receivers.reply(urlOf(0), ({ body }) => {
        if (failures.has(body)) return { status: 204 };
        failures.add(body);
        return { status: 500 };
      });
      let deaths = 0;
      for (const made of [false, true]) {
        for (let call = 0, isOver = false; !isOver; call += 1) {
          const events = [anEvent({ merchantId }), anEvent({ merchantId })];
          await world.tell(events);
          const life = aLife({ call, made });
          const doomed = world.worker({}, life);
          for (let n = 0; n < 3; n += 1) {
            await untilQuietOrDead(doomed, life.dead);
            world.clock.pass(20_000);
          }
          isOver = life.calls() <= call;
          if (!isOver) deaths += 1;
          const survivor = world.worker();
          for (let n = 0; n < 3; n += 1) {
            await world.deliver(survivor);
            world.clock.pass(20_000);
          }
          const listed = await storage.deliveries.list(merchantId, {}, { limit: 2 });
          for (const delivery of listed._unsafeUnwrap()) {
            expect(delivery).toMatchObject({ status: 'delivered' });
            const codes = delivery.attempts.map(({ responseCode }) => responseCode);
            expect(codes.at(-1)).toBe(204);
            expect(codes.length).toBeLessThanOrEqual(2);
          }
          const got = gotBy(world).get(urlOf(0)) ?? [];
          for (const { id } of events) expect(got).toContain(id);
        }
      }
      expect(deaths).toBeGreaterThan(8);
    });

    it('shares endpoints among workers, and loses nothing while they are killed at random', {
      timeout: 60_000,
    }, async () => {
      const clock = handClock();
      const world = aWebhookWorld(storage, clock);
      const shops = await addShops(world, 12);
      const told = eventsFor(shops, 240);
      await world.tell(told);
      let born = 0;
      const aProcess = () => {
        const life = aLife();
        const share = shardAssignment(
          {
            clock,
            leases: {
              hold: (...args) => life.through(() => storage.leases.hold(...args)),
              holders: (...args) => life.through(() => storage.leases.holders(...args)),
              release: (...args) => life.through(() => storage.leases.release(...args)),
            },
          },
          { work: 'webhooks', shards: DELIVERY_SHARDS, holder: `worker-${born++}` },
        );
        const worker = world.worker({ bounds: { mostUnderWay: 4, mostHeld: 8 } }, life);
        let rounds = 0;
        const run = async () => {
          for (let isOver = false; !isOver; ) {
            const held = await Promise.race([share.held(), life.dead]);
            const shards = held?.isOk() === true ? held.value : [];
            isOver = (await Promise.race([worker.deliver.round(shards), life.dead])) === undefined;
            rounds += 1;
            await new Promise(setImmediate);
          }
        };
        return { life, over: run(), rounds: () => rounds };
      };
      const processes = [aProcess(), aProcess(), aProcess()];
      const everybodyGotAll = () => {
        const got = gotBy(world);
        return shops.every((id, n) => {
          const own = told.filter(({ merchantId }) => merchantId === id);
          return (got.get(urlOf(n)) ?? []).length === own.length;
        });
      };
      for (let turn = 0; !everybodyGotAll(); turn += 1) {
        if (turn > 2_000) throw new Error('somebody waits for ever');
        if (turn % 25 === 15) {
          const [dead, ...rest] = processes.splice(0);
          dead?.life.die();
          processes.push(...rest, aProcess());
        }
        clock.pass(500);
        // Every living worker delivers something, however slow the store is.
        const before = processes.map(({ rounds }) => rounds());
        while (processes.some(({ rounds }, n) => rounds() === before[n]))
          await new Promise((resume) => setTimeout(resume, 1));
      }
      for (const { life } of processes) life.die();
      await Promise.all(processes.map(({ over }) => over));
      const wanted = new Map(
        shops.map((id, n) => [
          urlOf(n),
          told.flatMap((each) => (each.merchantId === id ? [each.id] : [])).toSorted(),
        ]),
      );
      expect(gotBy(world)).toEqual(wanted);
      expect(born).toBeGreaterThan(3);
    });

    it('does not send twice what two rounds see', async () => {
      const world = aWebhookWorld(storage);
      const shops = await addShops(world, 4);
      const told = eventsFor(shops, 200);
      await world.tell(told);
      const { deliver } = world.worker({ bounds: { mostUnderWay: 16 } });
      for (let idle = 0; idle < 100; ) {
        const round = (await deliver.round(EVERY_SHARD))._unsafeUnwrap();
        idle = round.taken + round.left > 0 || deliver.underWay() > 0 ? 0 : idle + 1;
        await deliver.change();
        // Some are put off, to be out of others' way.
        world.clock.pass(100);
      }
      expect(world.receivers.received).toHaveLength(200);
    });
  });
}

async function untilQuietOrDead({ deliver }: Worker, dead: Promise<void>): Promise<void> {
  const isDead = dead.then(() => true as const);
  const alive = async () => {
    for (let more = true; more; ) {
      const round = (await deliver.round(EVERY_SHARD))._unsafeUnwrap();
      while (deliver.underWay() > 0) await deliver.change();
      more = round.taken + round.deferred + round.expired > 0;
    }
  };
  await Promise.race([alive(), isDead]);
}
