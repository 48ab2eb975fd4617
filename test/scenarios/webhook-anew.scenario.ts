import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import type { ChangeEndpointRequest } from '../../src/application/webhooks/change-endpoint.ts';
import { recordEndpointHealth } from '../../src/application/webhooks/record-endpoint-health.ts';
import { updateEndpoint } from '../../src/application/webhooks/update-endpoint.ts';
import type { WebhookEndpointId } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { origin } from '../fixtures/changes.ts';
import { anEvent } from '../fixtures/webhooks.ts';
import { DISABLE_AFTER_MS, type Worker } from '../support/webhook-world.ts';
import { actionsOf, create, eachInItsOwnScene, merchantId, world } from './webhook-scene.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const URL = 'https://shop.example/hooks';
const MOVED = 'https://shop.example/moved';
/** So that a test need not live through days. */
const terms = { disableAfterMs: 2 * HOUR_MS };

/** What is known, on every storage, of an endpoint that no process sees fail for long, and what is forgotten of one that begins anew. */
export function webhookAnewContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Webhooks anew contract: ${adapter}`, () => {
    eachInItsOwnScene(open);

    const replyWith = (status: number) => world.receivers.reply(URL, () => ({ status }));
    const tell = () => world.tell([anEvent({ merchantId, at: world.clock.now() })]);
    const get = async (id: WebhookEndpointId) =>
      (await world.getEndpoint({ merchantId, id }))._unsafeUnwrap();
    const change = async (request: Omit<ChangeEndpointRequest, 'merchantId' | 'origin'>) => {
      (await world.changeEndpoint({ merchantId, origin, ...request }))._unsafeUnwrap();
      // A worker goes by what it has read of an endpoint for a second.
      world.clock.pass(SECOND_MS);
    };
    const enableAgain = async (id: WebhookEndpointId) => {
      await change({ id, status: 'paused' });
      await change({ id, status: 'enabled' });
    };
    const untilDisabled = async (id: WebhookEndpointId, everyMs: number, workerOf: () => Worker) => {
      for (let passedMs = 0; passedMs < 2 * terms.disableAfterMs; passedMs += everyMs) {
        await tell();
        await world.deliver(workerOf());
        if ((await get(id)).status === 'disabled') return;
        world.clock.pass(everyMs);
      }
    };

    it('disables an endpoint of which nothing succeeds also where each worker is gone after a moment', async () => {
      const { id, createdAt } = (await create(URL)).endpoint;
      replyWith(500);
      await untilDisabled(id, 10 * MINUTE_MS, () => world.worker(terms));
      expect(await get(id)).toMatchObject({ status: 'disabled', failingSince: createdAt });
      expect(await actionsOf(id)).toEqual([
        'webhook_endpoint.created',
        'webhook_endpoint.failing',
        'webhook_endpoint.disabled',
      ]);
    });

    it('notes nothing of an endpoint that refuses one event and takes the others, whoever delivers', async () => {
      const { id } = (await create(URL)).endpoint;
      const refused = anEvent({ merchantId });
      const isRefused = ({ body }: Readonly<{ body: string }>) => body.includes(refused.id);
      world.receivers.reply(URL, (request) => ({ status: isRefused(request) ? 500 : 200 }));
      await world.tell([refused]);
      for (const minutes of [0, 1, 3, 20, 150]) {
        await tell();
        await world.deliver();
        world.clock.pass(minutes * MINUTE_MS);
      }
      await world.deliver();
      expect(world.receivers.received.filter(isRefused)).toHaveLength(5);
      expect(await actionsOf(id)).toEqual(['webhook_endpoint.created']);
    });

    it.each(['one worker', 'a worker for each attempt'])(
      'disables no endpoint by one failure after quiet days, and one that fails on by its retries: %s',
      async (workers) => {
        const { id } = (await create(URL)).endpoint;
        const one = world.worker();
        const tellAndTry = async () => {
          await tell();
          for (const minutes of [1, 3, 20, 150, 0]) {
            await world.deliver(workers === 'one worker' ? one : world.worker());
            world.clock.pass(minutes * MINUTE_MS);
          }
        };
        const quietDays = async () => {
          world.clock.pass(2 * DISABLE_AFTER_MS);
          // It looks for what is due all the while.
          await world.deliver(one);
        };
        replyWith(500);
        await tellAndTry();
        expect(await get(id)).toMatchObject({ status: 'enabled', failingSince: expect.any(Number) });
        await quietDays();
        const before = world.receivers.received.length;
        world.receivers.reply(URL, (_, nth) => ({ status: nth === before ? 502 : 200 }));
        await tellAndTry();
        expect(await get(id)).toMatchObject({ status: 'enabled' });
        expect(await get(id)).not.toHaveProperty('failingSince');
        replyWith(500);
        await tellAndTry();
        await quietDays();
        await tellAndTry();
        expect(await get(id)).toMatchObject({ status: 'disabled' });
      },
    );

    it('gives an endpoint that is enabled again all of its time, also by a worker that saw it fail before', async () => {
      const { id } = (await create(URL)).endpoint;
      replyWith(500);
      const worker = world.worker(terms);
      await untilDisabled(id, 4 * MINUTE_MS, () => worker);
      expect(await get(id)).toMatchObject({ status: 'disabled' });
      await change({ id, status: 'enabled' });
      const enabledAt = world.clock.now();
      await untilDisabled(id, 4 * MINUTE_MS, () => worker);
      const { status, updatedAt } = await get(id);
      expect(status).toBe('disabled');
      expect(updatedAt - enabledAt).toBeGreaterThanOrEqual(terms.disableAfterMs);
    });

    it('leaves an endpoint enabled that was enabled again while an attempt was under way', async () => {
      const { id } = (await create(URL)).endpoint;
      const seen = await get(id);
      const failingFrom = world.clock.now();
      world.clock.pass(SECOND_MS);
      await enableAgain(id);
      const ports = { updateEndpoint: updateEndpoint(world.ports), ids: systemIds };
      const record = recordEndpointHealth(ports, terms);
      (await record(seen, { failingFrom, isGone: true }, world.clock.now()))._unsafeUnwrap();
      expect(await get(id)).toMatchObject({ status: 'enabled' });
    });

    it.each([
      ['moved', MOVED, (id: WebhookEndpointId) => change({ id, url: MOVED })],
      ['enabled again', URL, enableAgain],
    ] as const)(
      'sends at once what waited when an endpoint is %s, however long it asked to wait before',
      async (_, url, restart) => {
        const { id } = (await create(URL)).endpoint;
        world.receivers.reply(URL, (_, nth) =>
          nth === 0 ? { status: 503, retryAfter: '3600' } : { status: 200 },
        );
        const worker = world.worker();
        await tell();
        await world.deliver(worker);
        world.clock.pass(MINUTE_MS);
        const waiting = Array.from({ length: 5 }, () => anEvent({ merchantId, at: world.clock.now() }));
        await world.tell(waiting);
        await world.deliver(worker);
        expect(world.receivers.received).toHaveLength(1);
        await restart(id);
        await world.deliver(worker);
        const sent = world.receivers.at(url).map(({ headers }) => headers['webhook-id']);
        expect(waiting.every((event) => sent.includes(event.id))).toBe(true);
      },
    );
  });
}
