import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../../src/domain/kernel/events.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { eventPage } from '../../../../src/entrypoints/http/webhooks/events.ts';
import { endpointWithSecret, replayed } from '../../../../src/entrypoints/http/webhooks/webhook-schemas.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { anEvent, aPaymentId } from '../../../fixtures/webhooks.ts';
import { anHttpApp } from '../../../support/http-app.ts';
import { aClient } from '../../../support/http-client.ts';

const merchantId = aMerchantId('merchant-1');

async function aDesk(permissions: readonly string[] = ['webhooks']) {
  const { app, storage } = await anHttpApp();
  const send = (path: string, init: RequestInit) => app.request(path, init);
  const client = await aClient(send, 'merchant-1', permissions);
  const stranger = await aClient(send, 'merchant-2', permissions);
  const log = async (...events: DomainEvent[]) => (await storage.eventLog.addAll(events))._unsafeUnwrap();
  const listed = async (query = '') => eventPage.parse(await (await client.get(`/events${query}`)).json());
  return { client, stranger, log, listed };
}

/** An event of merchant-1, so many minutes ago. */
const happened = (minutesAgo: number, parts: Parameters<typeof anEvent>[0] = {}) =>
  anEvent({ merchantId, at: Date.now() - minutesAgo * 60_000, ...parts });

describe('GET /events', () => {
  it('lists events as deliveries carry them, newest first, page by page', async () => {
    const { log, listed } = await aDesk();
    const events = [
      happened(3, { data: { id: 'pay_1', amount: 9_007_199_254_740_993n } }),
      happened(2),
      happened(1),
    ];
    await log(...events);
    const first = await listed('?limit=2');
    expect(first.items.map(({ id }) => id)).toEqual([events[2]?.id, events[1]?.id]);
    expect(first.has_more).toBe(true);
    const second = await listed(`?limit=2&cursor=${encodeURIComponent(first.next_cursor ?? '')}`);
    expect(second).toMatchObject({
      items: [
        {
          id: events[0]?.id,
          event_type: 'payment.created',
          created: new Date(events[0]?.created ?? 0).toISOString(),
        },
      ],
      next_cursor: null,
      has_more: false,
    });
  });

  it('finds events by type, by what they are about, and by time', async () => {
    const { log, listed } = await aDesk();
    const paymentId = aPaymentId();
    const [old, failed, about] = [
      happened(60),
      happened(50, { type: 'payment.failed' }),
      happened(40, { paymentId }),
    ];
    await log(old, failed, about);
    const found = async (query: string) => (await listed(query)).items.map(({ id }) => id);
    expect(await found('?event_type=payment.failed')).toEqual([failed.id]);
    expect(await found(`?entity_id=${paymentId}`)).toEqual([about.id]);
    const at = (event: DomainEvent) => encodeURIComponent(new Date(event.created).toISOString());
    expect(await found(`?start_date=${at(failed)}`)).toEqual([about.id, failed.id]);
    expect(await found(`?end_date=${at(failed)}`)).toEqual([failed.id, old.id]);
  });

  it('shows a merchant nothing of another, and needs the permission `webhooks`', async () => {
    const { log, stranger } = await aDesk();
    await log(happened(1));
    expect(await (await stranger.get('/events')).json()).toMatchObject({ items: [] });
    const { client } = await aDesk(['payments']);
    expect((await client.get('/events')).status).toBe(403);
  });

  it.each([
    ['?event_type=payment.exploded', 'event_type'],
    ['?entity_id=0', 'entity_id'],
    ['?entity_id=pay_1', 'entity_id'],
    ['?start_date=2026-03-02&end_date=2026-03-01', 'start_date'],
    ['?start_date=2026-02-30', 'start_date'],
    ['?limit=0', 'limit'],
    ['?type=payment.created', 'type'],
  ])('refuses %s, naming %s', async (query, path) => {
    const { client } = await aDesk();
    const response = await client.get(`/events${query}`);
    expect(response.status).toBe(400);
    expect(problem.parse(await response.json()).errors?.map((each) => each.path)).toContain(path);
  });

  it('refuses a cursor of another filter', async () => {
    const { client, log, listed } = await aDesk();
    await log(happened(2), happened(1));
    const { next_cursor } = await listed('?limit=1');
    const other = `/events?limit=1&event_type=payment.created&cursor=${encodeURIComponent(next_cursor ?? '')}`;
    expect(problem.parse(await (await client.get(other)).json()).code).toBe('cursor_invalid');
  });
});

describe('POST /webhook_endpoints/{id}/replay_failed', () => {
  async function aMissedEvent() {
    const { client, log } = await aDesk();
    const { id } = endpointWithSecret.parse(
      await (await client.post('/webhook_endpoints', { url: 'http://127.0.0.1:9/hooks' })).json(),
    );
    const since = new Date(Date.now() - 60_000).toISOString();
    await log(
      anEvent({ merchantId, at: Date.now() + 1 }),
      anEvent({ merchantId, at: Date.now() + 1, type: 'payment.failed' }),
    );
    const replay = async (body: object) => {
      const response = await client.post(`/webhook_endpoints/${id}/replay_failed`, { since, ...body });
      return { status: response.status, json: (await response.json()) as unknown };
    };
    return { replay, since };
  }

  it('counts what was missed with `dry_run`, and delivers it without', async () => {
    const { replay } = await aMissedEvent();
    const dry = await replay({ dry_run: true });
    expect([dry.status, replayed.parse(dry.json)]).toEqual([200, { replayed: 2, more: false }]);
    const narrow = await replay({ dry_run: true, event_types: ['payment.failed'] });
    expect(replayed.parse(narrow.json)).toEqual({ replayed: 1, more: false });
    const wet = await replay({});
    expect([wet.status, replayed.parse(wet.json)]).toEqual([202, { replayed: 2, more: false }]);
    expect(replayed.parse((await replay({ dry_run: true })).json)).toEqual({ replayed: 0, more: false });
  });

  it.each([
    [{ until: '2020-01-01T00:00:00Z' }, 'since'],
    [{ until: 'today' }, 'until'],
    [{ event_types: [] }, 'event_types'],
    [{ event_types: ['*'] }, 'event_types.0'],
    [{ dry_run: 'yes' }, 'dry_run'],
  ])('refuses %j, naming %s', async (body, path) => {
    const { replay } = await aMissedEvent();
    const { status, json } = await replay(body);
    expect(status).toBe(400);
    expect(problem.parse(json).errors?.map((each) => each.path)).toContain(path);
  });
});
