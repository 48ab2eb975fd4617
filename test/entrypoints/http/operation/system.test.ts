import { describe, expect, it } from 'vitest';
import packageJson from '../../../../package.json' with { type: 'json' };
import type { MerchantId } from '../../../../src/domain/kernel/ids.ts';
import { anOpening } from '../../../fixtures/changes.ts';
import { anHttpApp, aRequest, aToken } from '../../../support/http-app.ts';

type List = Readonly<{ items: readonly unknown[]; has_more: boolean }>;

const asAdmin = async (method = 'GET', key?: string) =>
  aRequest({
    method,
    headers: {
      authorization: `Bearer ${await aToken({ merchant_id: undefined, permissions: ['admin'] })}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
  });

async function aSystem() {
  const { app, storage } = await anHttpApp();
  const read = async (path: string): Promise<unknown> => (await app.request(path, await asAdmin())).json();
  const unpark = async (id: string, key?: string) =>
    app.request(`/outbox/${id}/unpark`, await asAdmin('POST', key));
  /** The event of a payment that opens, parked. */
  const park = async () => {
    const { change } = anOpening({ merchantId: 'merchant-1' as MerchantId });
    const [event] = change.events;
    if (event === undefined) throw new Error('a payment that opens has an event');
    (await storage.commits.commit(change))._unsafeUnwrap();
    (await storage.outbox.failed({ ...event, tries: 4 }, 'the bus is gone', 'parked'))._unsafeUnwrap();
    return event;
  };
  return { app, storage, read, unpark, park };
}

describe('the system', () => {
  it('says its version, since when it runs, how the circuit is and what waits in both outboxes', async () => {
    const { read, park } = await aSystem();
    await park();
    const before = Date.now();
    const state = (await read('/system')) as Readonly<{ started_at: string }>;
    expect(state).toMatchObject({
      version: packageJson.version,
      node: process.versions.node,
      processor_circuit: 'closed',
      outboxes: { platform: { unsent: 0, parked: 1 }, approvals: { unsent: 0, parked: 0 } },
    });
    expect(Date.parse(state.started_at)).toBeLessThanOrEqual(before);
  });

  it('lists parked events with what was said to them, and says whether there are more', async () => {
    const { read, park } = await aSystem();
    const { id, type, paymentId } = await park();
    await park();
    const [some, all] = (await Promise.all([
      read('/outbox/parked?limit=1'),
      read('/outbox/parked'),
    ])) as readonly List[];
    expect([some?.has_more, some?.items.length]).toEqual([true, 1]);
    expect([all?.has_more, all?.items.length]).toEqual([false, 2]);
    expect(all?.items).toContainEqual(
      expect.objectContaining({
        id,
        type,
        merchant_id: 'merchant-1',
        payment_id: paymentId,
        tries: 5,
        error: 'the bus is gone',
      }),
    );
    expect(await read('/outbox/parked?service=approvals')).toEqual({ items: [], has_more: false });
  });

  it('puts a parked event back on its way once for a key, and tells its merchant who did it', async () => {
    const { app, storage, read, unpark, park } = await aSystem();
    const { id } = await park();
    const first = await unpark(id, 'again');
    expect([first.status, ((await first.json()) as { id: string }).id]).toEqual([202, id]);
    expect((await storage.outbox.backlog())._unsafeUnwrap()).toMatchObject({ unsent: 1, parked: 0 });
    const repeat = await unpark(id, 'again');
    expect([repeat.status, repeat.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    expect((await unpark(id)).status).toBe(404);
    const authorization = `Bearer ${await aToken({ permissions: ['audit'] })}`;
    const trail = await app.request('/audit?entity_type=event_release', { headers: { authorization } });
    expect(await trail.json()).toMatchObject({
      items: [{ action: 'event.unparked', entity_id: id.replace('evt_', 'evr_'), sequence: 1 }],
    });
    expect(await read('/outbox/parked')).toEqual({ items: [], has_more: false });
  });

  it('is of those that manage merchants alone', async () => {
    const { app, park } = await aSystem();
    const { id } = await park();
    for (const [method, path] of [
      ['GET', '/system'],
      ['GET', '/outbox/parked'],
      ['POST', `/outbox/${id}/unpark`],
    ] as const)
      expect((await app.request(path, await aRequest({ method }))).status).toBe(403);
  });

  it('is no route where no process lasts', async () => {
    const { app } = await anHttpApp({ system: undefined } as never);
    for (const path of ['/system', '/outbox/parked'])
      expect((await app.request(path, await asAdmin())).status).toBe(404);
  });
});
