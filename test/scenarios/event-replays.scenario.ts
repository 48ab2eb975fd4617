import { beforeEach, describe, expect, it } from 'vitest';
import type { ReplayFailedRequest } from '../../src/application/webhooks/replay-failed.ts';
import { type DomainEvent, EVENTS_KEPT_MS } from '../../src/domain/kernel/events.ts';
import type { EventFilter } from '../../src/domain/webhooks/webhook-endpoint.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { anEvent } from '../fixtures/webhooks.ts';
import { aWebhookWorld, type WebhookWorld } from '../support/webhook-world.ts';

const MINUTE_MS = 60_000;
const URL = 'https://shop.example/';

/** What a merchant can still have, on every storage, of events that its endpoints did not get. */
export function eventReplaysContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Event replays contract: ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    let world: WebhookWorld;
    beforeEach(async () => {
      storage = await open();
      await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
      world = aWebhookWorld(storage);
      return () => storage.close();
    });

    const create = async (events: readonly EventFilter[] = ['*']) =>
      (await world.createEndpoint({ merchantId, url: URL, events, origin }))._unsafeUnwrap().endpoint.id;
    type Id = Awaited<ReturnType<typeof create>>;
    const change = async (id: Id, status: 'enabled' | 'paused') => {
      (await world.changeEndpoint({ merchantId, id, origin, status }))._unsafeUnwrap();
      world.clock.pass(2_000);
    };
    /** So many events, one a minute, the types in turn. */
    const happen = async (count: number, types: readonly DomainEvent['type'][] = ['payment.created']) => {
      const events: DomainEvent[] = [];
      for (let n = 0; n < count; n += 1) {
        world.clock.pass(MINUTE_MS);
        events.push(anEvent({ at: world.clock.now(), type: types[n % types.length] ?? 'payment.created' }));
      }
      await world.tell(events);
      await world.deliver();
      return events;
    };
    const replay = async (id: Id, request: Omit<ReplayFailedRequest, 'merchantId' | 'id'>) =>
      (await world.replayFailed({ merchantId, id, ...request }))._unsafeUnwrap();
    const received = () => world.receivers.received.map(({ headers }) => headers['webhook-id'] ?? '');
    const ids = (events: readonly Readonly<{ id: string }>[]) => events.map(({ id }) => id);

    it('delivers the events of a pause, once and in their order, and those before and after it not again', async () => {
      const id = await create();
      await happen(3);
      await change(id, 'paused');
      const missed = await happen(5);
      await change(id, 'enabled');
      await happen(2);
      expect(received()).toHaveLength(5);
      expect(await replay(id, { since: NOON })).toEqual({ replayed: 5, more: false });
      await world.deliver();
      expect(received().slice(5)).toEqual(ids(missed));
      expect(await replay(id, { since: NOON })).toEqual({ replayed: 0, more: false });
      await world.deliver();
      expect(received()).toHaveLength(10);
    });

    it('delivers only what the endpoint subscribes to, what is asked for, and what is in the time', async () => {
      const id = await create(['payment.created', 'payment.failed']);
      await change(id, 'paused');
      const missed = await happen(9, ['payment.created', 'payment.failed', 'refund.created']);
      await change(id, 'enabled');
      const [second, sixth] = [missed[1]?.created ?? 0, missed[5]?.created ?? 0];
      const range = { since: second, until: sixth };
      expect(await replay(id, { ...range, dryRun: true })).toEqual({ replayed: 3, more: false });
      expect(await replay(id, { ...range, eventTypes: ['payment.failed'] })).toEqual({
        replayed: 2,
        more: false,
      });
      await world.deliver();
      expect(received()).toEqual(ids([missed[1], missed[4]].filter((event) => event !== undefined)));
      expect(await replay(id, { since: NOON, eventTypes: ['refund.created'] })).toMatchObject({
        replayed: 0,
      });
      expect(await replay(id, { since: NOON, dryRun: true })).toEqual({ replayed: 4, more: false });
      await world.deliver();
      expect(received()).toHaveLength(2);
    });

    it('delivers no event that was made after the same work began, and counts what was delivered before', async () => {
      const id = await create();
      await change(id, 'paused');
      await happen(3);
      await change(id, 'enabled');
      const begun = { at: world.clock.now(), name: 'work', aloneUntil: 0 };
      await change(id, 'paused');
      await happen(2);
      await change(id, 'enabled');
      expect(await replay(id, { since: NOON, begun })).toEqual({ replayed: 3, more: false });
      expect(await replay(id, { since: NOON, begun })).toEqual({ replayed: 3, more: false });
      await world.deliver();
      expect(received()).toHaveLength(3);
    });

    it('counts in a dry run what failed and what was missed, and writes nothing', async () => {
      const id = await create();
      world.receivers.reply(URL, () => ({ status: 500 }));
      await happen(2);
      for (let n = 0; n < 6; n += 1) {
        world.clock.pass(4 * 3_600_000);
        await world.deliver();
      }
      const failed = (await storage.deliveries.list(merchantId, {}, { limit: 10 }))._unsafeUnwrap();
      expect(failed.map(({ status }) => status)).toEqual(['failed', 'failed']);
      await change(id, 'paused');
      await happen(3);
      await change(id, 'enabled');
      const all = { since: NOON };
      expect(await replay(id, { ...all, dryRun: true })).toEqual({ replayed: 5, more: false });
      expect(await replay(id, { ...all, dryRun: true, eventTypes: ['payment.failed'] })).toMatchObject({
        replayed: 0,
      });
      expect(await replay(id, { ...all, dryRun: true, until: failed[0]?.createdAt ?? 0 })).toMatchObject({
        replayed: 2,
      });
      expect((await storage.deliveries.list(merchantId, {}, { limit: 10 }))._unsafeUnwrap()).toEqual(failed);
      world.receivers.reply(URL, () => ({ status: 200 }));
      expect(await replay(id, all)).toEqual({ replayed: 5, more: false });
      await world.deliver();
      const listed = (await storage.deliveries.list(merchantId, {}, { limit: 10 }))._unsafeUnwrap();
      expect(listed.map(({ status }) => status)).toEqual(Array(5).fill('delivered'));
    });

    it('delivers nothing from before the endpoint', async () => {
      await happen(2);
      world.clock.pass(1);
      const id = await create();
      await change(id, 'paused');
      const missed = await happen(1);
      await change(id, 'enabled');
      expect(await replay(id, { since: 0 })).toEqual({ replayed: 1, more: false });
      await world.deliver();
      expect(received()).toEqual(ids(missed));
    });

    it('delivers nothing that is older than 30 days', async () => {
      const id = await create();
      await change(id, 'paused');
      await happen(2);
      world.clock.pass(EVENTS_KEPT_MS - MINUTE_MS);
      const young = await happen(1);
      await change(id, 'enabled');
      expect(await replay(id, { since: 0 })).toEqual({ replayed: 1, more: false });
      await world.deliver();
      expect(received()).toEqual(ids(young));
    });

    it('finds every missed event among any number that were delivered', async () => {
      const id = await create();
      const at = world.clock.now();
      const delivered = Array.from({ length: 450 }, (_, n) => anEvent({ at: at + Math.floor(n / 3) }));
      await world.tell(delivered);
      await world.deliver();
      await change(id, 'paused');
      const missed = Array.from({ length: 30 }, (_, n) => anEvent({ at: at + 5 * n }));
      await world.tell(missed);
      await change(id, 'enabled');
      expect(await replay(id, { since: NOON })).toEqual({ replayed: 30, more: false });
      await world.deliver();
      expect(received().slice(450).toSorted()).toEqual(ids(missed).toSorted());
    });

    it('is of one’s own events alone', async () => {
      const id = await create();
      await change(id, 'paused');
      await world.tell([anEvent({ merchantId: aMerchantId('merchant-b'), at: world.clock.now() })]);
      await change(id, 'enabled');
      expect(await replay(id, { since: NOON })).toMatchObject({ replayed: 0 });
      const stranger = { merchantId: aMerchantId('merchant-b'), id, since: NOON };
      expect((await world.replayFailed(stranger))._unsafeUnwrapErr()).toEqual({ kind: 'EndpointNotFound' });
    });

    it('begins with a list of what happened, page by page, though no endpoint was ever there', async () => {
      const events = await happen(5, ['payment.created', 'payment.failed']);
      const page = async (cursor?: string, limit = 2) =>
        (
          await world.listEvents({
            merchantId,
            filter: { types: ['payment.created'] },
            limit,
            ...(cursor === undefined ? {} : { cursor }),
          })
        )._unsafeUnwrap();
      const first = await page();
      const second = await page(first.nextCursor);
      expect(ids([...first.items, ...second.items])).toEqual(
        ids([events[4], events[2], events[0]].filter((event) => event !== undefined)),
      );
      expect(second.nextCursor).toBeUndefined();
      const other = { merchantId, filter: {}, limit: 2, cursor: first.nextCursor ?? '' };
      expect((await world.listEvents(other))._unsafeUnwrapErr()).toEqual({ kind: 'CursorInvalid' });
      world.clock.pass(EVENTS_KEPT_MS - 2 * MINUTE_MS);
      expect(ids((await page(undefined, 10)).items)).toEqual(
        ids([events[4], events[2]].filter((event) => event !== undefined)),
      );
    });
  });
}
