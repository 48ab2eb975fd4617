import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import packageJson from '../../../../package.json' with { type: 'json' };
import { approvalMessage } from '../../../../src/domain/approvals/approval-message.ts';
import { DEFAULT_POLICY } from '../../../../src/domain/approvals/policy.ts';
import type { MerchantId } from '../../../../src/domain/kernel/ids.ts';
import { rfc3339 } from '../../../../src/domain/kernel/instant.ts';
import { servedSystem } from '../../../../src/entrypoints/cli/serve-system.ts';
import { HIDDEN_MS, MOST_RECEIVES } from '../../../../src/ports/approvals/approval-queue.ts';
import { aCreation, approvalPorts } from '../../../fixtures/approvals.ts';
import { anOpening, NOON } from '../../../fixtures/changes.ts';
import { jobBench } from '../../../fixtures/jobs.ts';
import { aDelivery, anEndpoint, anEvent } from '../../../fixtures/webhooks.ts';
import { anHttpApp, aRequest, aToken } from '../../../support/http-app.ts';

type List = Readonly<{ items: readonly unknown[]; has_more: boolean }>;

const ROWS = [
  '/outbox/parked',
  '/outbox/unsent',
  '/system/jobs',
  '/system/webhook_deliveries',
  '/system/dead_letters',
];

const asAdmin = async (method = 'GET', key?: string) =>
  aRequest({
    method,
    headers: {
      authorization: `Bearer ${await aToken({ merchant_id: undefined, permissions: ['admin'] })}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
  });

async function aSystem() {
  const { app, storage, ports, approvals } = await anHttpApp();
  const { clock } = ports;
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
  return { app, storage, approvals, clock, queue: approvals.approvalQueue, read, unpark, park };
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
      approval_queue: { waiting: 0, hidden: 0, dead: 0 },
      jobs: { due: 0, running: 0, later: 0 },
      webhook_deliveries: { due: 0 },
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

  it('lists what waits to be sent, the oldest first, and with nothing of what it tells', async () => {
    const { storage, read } = await aSystem();
    const changes = [anOpening(), anOpening(), anOpening()].map(({ change }) => change);
    for (const change of changes) (await storage.commits.commit(change))._unsafeUnwrap();
    const [oldest] = (await storage.outbox.unsent(1))._unsafeUnwrap();
    expect(await read('/outbox/unsent?limit=1')).toEqual({
      items: [
        {
          id: oldest?.id,
          type: 'payment.created',
          merchant_id: oldest?.merchantId,
          payment_id: oldest?.paymentId,
          created: rfc3339(oldest?.created ?? 0),
        },
      ],
      has_more: true,
    });
    expect(((await read('/outbox/unsent?limit=3')) as List).has_more).toBe(false);
    expect(await read('/outbox/unsent?service=approvals')).toEqual({ items: [], has_more: false });
  });

  it('counts jobs and lists them, with whose they are and why they came to nothing', async () => {
    const { storage, read } = await aSystem();
    const bench = jobBench(storage);
    const job = await bench.add();
    expect(await read('/system')).toMatchObject({
      jobs: { due: 1, running: 0, later: 0, oldest_due_at: rfc3339(job.createdAt) },
    });
    expect(await read('/system/jobs')).toEqual({
      items: [
        {
          id: job.id,
          work: 'counting',
          state: 'due',
          merchant_id: job.subject.merchantId,
          subject: job.subject.id,
          due_at: rfc3339(job.createdAt),
          attempts: 0,
          done: 0,
          created: rfc3339(job.createdAt),
        },
      ],
      has_more: false,
    });
  });

  it('counts the deliveries that are due and lists them, of whichever merchant, without their bodies', async () => {
    const { storage, read } = await aSystem();
    const [first, second] = [
      aDelivery(anEndpoint(), anEvent(), NOON),
      aDelivery(anEndpoint(), anEvent(), NOON + 1),
    ];
    (await storage.deliveries.addAll([second, first]))._unsafeUnwrap();
    expect(await read('/system')).toMatchObject({
      webhook_deliveries: { due: 2, oldest_due_at: rfc3339(first.dueAt) },
    });
    expect(await read('/system/webhook_deliveries?limit=1')).toEqual({
      items: [
        {
          id: first.id,
          merchant_id: first.merchantId,
          endpoint_id: first.endpointId,
          event_id: first.eventId,
          event_type: first.eventType,
          due_at: rfc3339(first.dueAt),
          tries: 0,
          created: rfc3339(first.createdAt),
        },
      ],
      has_more: true,
    });
  });

  it('counts messages to approvers and lists those that are dead', async () => {
    const { clock, queue, read } = await aSystem();
    const message = approvalMessage(aCreation().payment, DEFAULT_POLICY);
    (await queue.send([{ eventId: `evt_${'1'.repeat(32)}`, message }], clock.now()))._unsafeUnwrap();
    expect(await read('/system')).toMatchObject({ approval_queue: { waiting: 1, hidden: 0, dead: 0 } });
    expect(await read('/system/dead_letters')).toEqual({ items: [], has_more: false });
    const longAgo = clock.now() - HIDDEN_MS * (MOST_RECEIVES + 1);
    (await queue.send([{ eventId: `evt_${'2'.repeat(32)}`, message }], longAgo))._unsafeUnwrap();
    for (let n = 0; n < MOST_RECEIVES; n += 1)
      (await queue.receive(1, longAgo + HIDDEN_MS * n))._unsafeUnwrap();
    expect(await read('/system')).toMatchObject({ approval_queue: { waiting: 1, hidden: 0, dead: 1 } });
    const { body, attributes } = message;
    expect(await read('/system/dead_letters')).toEqual({
      items: [
        {
          payment_id: body.paymentId,
          incident_id: body.incidentId,
          vendor_id: body.vendorId,
          amount_cents: body.amountCents,
          priority: attributes.priority,
          created: body.createdAt,
        },
      ],
      has_more: false,
    });
  });

  it('shows the rest while the queue does not answer', async () => {
    const silent = () => errAsync({ kind: 'StorageUnavailable' as const, cause: 'the queue is away' });
    const { ports, approvals } = await anHttpApp();
    const system = servedSystem({
      platform: ports,
      approvals: { ...approvals, clock: ports.clock, ...approvalPorts },
      queue: { depth: silent, deadLetters: silent },
      circuit: () => 'closed',
    });
    const { app } = await anHttpApp({ system });
    const state = await (await app.request('/system', await asAdmin())).json();
    expect(state).toMatchObject({ jobs: { due: 0 } });
    expect(state).not.toHaveProperty('approval_queue');
    expect((await app.request('/system/dead_letters', await asAdmin())).status).toBe(503);
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

  it('puts a parked event of approvals back as well, which the log of its payment tells', async () => {
    const { approvals, read, unpark } = await aSystem();
    const { change } = aCreation();
    (await approvals.approvalCommits.commit(change))._unsafeUnwrap();
    const [event] = change.events;
    if (event === undefined) throw new Error('a payment that is made has an event');
    (await approvals.outbox.failed({ ...event, tries: 4 }, 'the queue is gone', 'parked'))._unsafeUnwrap();
    const answered = await unpark(event.id);
    expect([answered.status, await answered.json()]).toMatchObject([202, { id: event.id, tries: 5 }]);
    expect(await read('/system')).toMatchObject({
      outboxes: { approvals: { unsent: change.events.length, parked: 0 } },
    });
    expect((await approvals.refusals.of(event.paymentId))._unsafeUnwrap()).toMatchObject([
      { action: 'event.unparked', actor: { id: 'user-1', type: 'admin' } },
    ]);
    expect((await unpark(event.id)).status).toBe(404);
  });

  it('is of those that manage merchants alone', async () => {
    const { app, park } = await aSystem();
    const { id } = await park();
    for (const [method, path] of [
      ['GET', '/system'],
      ...ROWS.map((path) => ['GET', path] as const),
      ['POST', `/outbox/${id}/unpark`],
    ] as const)
      expect((await app.request(path, await aRequest({ method }))).status).toBe(403);
  });

  it('is no route where no process lasts', async () => {
    const { app } = await anHttpApp({ system: undefined } as never);
    for (const path of ['/system', ...ROWS])
      expect((await app.request(path, await asAdmin())).status).toBe(404);
  });
});
