import { okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approvalQueueSink, eventBusSink } from '../../../src/application/approvals/event-sinks.ts';
import { relayEvents } from '../../../src/application/outbox/relay-events.ts';
import type { ApprovalEvent } from '../../../src/domain/approvals/approval-events.ts';
import type { Approver } from '../../../src/domain/approvals/approver.ts';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { recordFor } from '../../../src/domain/approvals/published-record.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import type { QueuedApproval } from '../../../src/ports/approvals/approval-queue.ts';
import { OUTBOX_SHARDS } from '../../../src/ports/outbox.ts';
import {
  ADMIN,
  anApprover,
  anIncidentId,
  asked,
  aVendorId,
  DISPATCHER,
  SYSTEM,
} from '../../fixtures/approvals.ts';
import { type ApprovalsWorld, anApprovalsWorld, anApproved, anOrder } from './world.ts';

const vendorOf = (vendorId: ReturnType<typeof aVendorId>): Approver => ({
  ...anApprover('v', 'vendor'),
  vendorId,
});
const UNKNOWN = '00000000-0000-4000-8000-000000000000' as VendorPaymentId;

describe('reading vendors’ payments', () => {
  let world: ApprovalsWorld;
  beforeEach(() => {
    world = anApprovalsWorld();
  });
  afterEach(() => world.close());

  const many = async (count: number, order: Parameters<typeof anOrder>[0] = {}) => {
    const ids: VendorPaymentId[] = [];
    for (let n = 0; n < count; n += 1) {
      world.pass(1_000);
      ids.push((await world.create(anOrder(order)))._unsafeUnwrap().id);
    }
    return ids;
  };
  const idsOf = (page: Readonly<{ items: readonly Readonly<{ id: VendorPaymentId }>[] }>) =>
    page.items.map(({ id }) => id);

  it('shows a vendor its own, and of another’s not even that it is there', async () => {
    const [mine, others] = [aVendorId(), aVendorId()];
    const [own] = await many(1, { vendorId: mine });
    const [foreign] = await many(1, { vendorId: others });
    if (own === undefined || foreign === undefined) throw new Error('too few');
    const by = vendorOf(mine);
    expect((await world.getVendorPayment({ by, id: own }))._unsafeUnwrap().id).toBe(own);
    const notFound = (id: VendorPaymentId) => ({ kind: 'VendorPaymentNotFound', id });
    expect((await world.getVendorPayment({ by, id: foreign }))._unsafeUnwrapErr()).toEqual(notFound(foreign));
    expect((await world.getVendorPayment({ by, id: UNKNOWN }))._unsafeUnwrapErr()).toEqual(notFound(UNKNOWN));
    for (const approver of [DISPATCHER, ADMIN, SYSTEM])
      expect((await world.getVendorPayment({ by: approver, id: foreign })).isOk()).toBe(true);
    expect((await world.getVendorPayment({ by: anApprover('x'), id: own }))._unsafeUnwrapErr().kind).toBe(
      'RoleNotAllowed',
    );
    expect((await world.getVendorPayment({ by: anApprover('x', 'vendor'), id: own })).isErr()).toBe(true);

    const listed = async (filter: object) =>
      idsOf((await world.listVendorPayments({ by, filter, limit: 9 }))._unsafeUnwrap());
    expect(await listed({})).toEqual([own]);
    expect(await listed({ vendorId: mine })).toEqual([own]);
    expect(await listed({ vendorId: others })).toEqual([]);
    const nobody = { by: anApprover('x', 'vendor'), filter: {}, limit: 9 };
    expect((await world.listVendorPayments(nobody))._unsafeUnwrap()).toEqual({ items: [] });
    for (const list of [world.listPending, world.listFlagged])
      expect((await list({ by, limit: 9 }))._unsafeUnwrapErr().kind).toBe('RoleNotAllowed');
    expect((await world.getAuditLog({ ...asked(by), id: own }))._unsafeUnwrapErr().kind).toBe(
      'RoleNotAllowed',
    );
  });

  it('shows a vendor nothing of what is suspected', async () => {
    const { id, vendorId } = (await world.create())._unsafeUnwrap();
    const payment = await world.stored(id);
    expect(Object.keys(recordFor(ADMIN, payment))).toEqual(
      expect.arrayContaining(['fraudScore', 'fraudStatus', 'fraudReasons']),
    );
    const told = recordFor(vendorOf(vendorId), payment);
    expect(Object.keys(told).filter((name) => name.startsWith('fraud'))).toEqual([]);
    expect(told.amountCents).toBe(12_345);
  });

  it('finds the payments of an incident, for each who may see them', async () => {
    const incidentId = anIncidentId();
    const [mine] = [aVendorId()];
    const [first] = await many(1, { incidentId, vendorId: mine });
    const [second] = await many(1, { incidentId });
    await many(1);
    const found = async (by: Approver) =>
      (await world.findByIncident({ by, incidentId }))._unsafeUnwrap().map(({ id }) => id);
    expect(await found(DISPATCHER)).toEqual([second, first]);
    expect(await found(vendorOf(mine))).toEqual([first]);
    expect(await found(anApprover('x', 'vendor'))).toEqual([]);
  });

  it('lists newest first, filtered, with cursors for that list, filter and person only', async () => {
    const vendorId = aVendorId();
    const mine = (await many(5, { vendorId })).toReversed();
    await many(2);
    const list = (cursor?: string, filter: object = { vendorId }, by = DISPATCHER) =>
      world.listVendorPayments({ by, filter, limit: 2, ...present({ cursor }) });
    const first = (await list())._unsafeUnwrap();
    expect(idsOf(first)).toEqual(mine.slice(0, 2));
    const second = (await list(first.nextCursor))._unsafeUnwrap();
    const third = (await list(second.nextCursor))._unsafeUnwrap();
    expect([...idsOf(second), ...idsOf(third)]).toEqual(mine.slice(2));
    expect(third.nextCursor).toBeUndefined();
    const invalid = { kind: 'CursorInvalid' };
    expect((await list(first.nextCursor, {}))._unsafeUnwrapErr()).toEqual(invalid);
    expect((await list(`${first.nextCursor}x`))._unsafeUnwrapErr()).toEqual(invalid);
    expect((await list(first.nextCursor, { vendorId }, vendorOf(vendorId)))._unsafeUnwrapErr()).toEqual(
      invalid,
    );
    const pending = { by: DISPATCHER, limit: 2, cursor: first.nextCursor ?? '' };
    expect((await world.listPending(pending))._unsafeUnwrapErr()).toEqual(invalid);
    world.pass(86_400_000);
    expect((await list(first.nextCursor))._unsafeUnwrapErr()).toEqual(invalid);
  });

  it('lists what waits oldest first, each exactly once while others are approved and added', async () => {
    const ids = await many(30);
    const seen: VendorPaymentId[] = [];
    const approved = new Set<VendorPaymentId>();
    for (let cursor: string | undefined, more = true; more; ) {
      const page = (
        await world.listPending({ by: DISPATCHER, limit: 4, ...present({ cursor }) })
      )._unsafeUnwrap();
      seen.push(...idsOf(page));
      cursor = page.nextCursor;
      more = cursor !== undefined;
      for (const id of [seen.at(-1), ids[ids.indexOf(seen.at(-1) ?? UNKNOWN) + 2]])
        if (id !== undefined && (await world.approve(id)).isOk()) approved.add(id);
      if (seen.length < 30) await many(1);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(seen.toSorted());
    for (const id of ids.filter((each) => !approved.has(each))) expect(seen).toContain(id);
  });

  it('takes an offset for the first page, and a cursor from there', async () => {
    const ids = await many(7);
    const first = (await world.listPending({ by: ADMIN, limit: 2, offset: 3 }))._unsafeUnwrap();
    expect(idsOf(first)).toEqual(ids.slice(3, 5));
    const cursor = first.nextCursor ?? '';
    const rest = (await world.listPending({ by: ADMIN, limit: 9, offset: 3, cursor }))._unsafeUnwrap();
    expect(idsOf(rest)).toEqual(ids.slice(5));
    expect((await world.listPending({ by: ADMIN, limit: 9, offset: 7 }))._unsafeUnwrap()).toEqual({
      items: [],
    });
  });

  it('lists what was flagged, whatever became of it', async () => {
    let score = 900;
    const suspicious = anApprovalsWorld({ scorer: { score: () => okAsync({ score, reasons: [] }) } });
    const first = (await suspicious.create())._unsafeUnwrap().id;
    score = 699;
    await suspicious.create();
    score = 700;
    suspicious.pass(1_000);
    const last = (await suspicious.create())._unsafeUnwrap().id;
    await suspicious.reject(first);
    expect(idsOf((await suspicious.listFlagged({ by: ADMIN, limit: 9 }))._unsafeUnwrap())).toEqual([
      last,
      first,
    ]);
    suspicious.close();
  });

  it('gives the audit log of a payment: who did what, and what it changed', async () => {
    const id = await anApproved(world);
    await world.process(id);
    const links = (await world.getAuditLog({ ...asked(DISPATCHER), id }))._unsafeUnwrap();
    expect(links.map(({ action, actor, sequence }) => [sequence, action, actor.id])).toEqual([
      [1, 'payment.created', 'maker-1'],
      [2, 'payment.approved', 'admin-1'],
      [3, 'payment.processing', 'admin-1'],
      [4, 'payment.completed', 'admin-1'],
    ]);
    expect(links[1]?.before).toMatchObject({ status: 'pending_approval', version: 1 });
    expect(links[1]?.after).toMatchObject({ status: 'approved', approvedBy: 'admin-1', version: 2 });
    expect(links[1]?.after).not.toHaveProperty('amountCents');
    expect(links[1]?.actor.roles).toEqual(['admin']);
    expect((await world.getAuditLog({ ...asked(ADMIN), id: UNKNOWN }))._unsafeUnwrapErr().kind).toBe(
      'VendorPaymentNotFound',
    );
  });

  it('gives the audit log in the order of what happened, also where a clock was set back between', async () => {
    const { id } = (await world.create())._unsafeUnwrap();
    world.pass(-60_000);
    await world.approve(id, DISPATCHER);
    world.pass(-60_000);
    await world.process(id);
    const links = (await world.getAuditLog({ ...asked(DISPATCHER), id }))._unsafeUnwrap();
    expect(links.map(({ action }) => action)).toEqual([
      'payment.created',
      'payment.approved',
      'payment.processing',
      'payment.completed',
    ]);
  });

  it('relays what happened: messages to the queue, and all else to the bus', async () => {
    const id = await anApproved(world);
    await world.process(id);
    const rejected = (await world.create())._unsafeUnwrap().id;
    await world.rejectVendorPayment({ ...asked(ADMIN), id: rejected, reason: 'twice' });
    const sent: QueuedApproval[] = [];
    const published: ApprovalEvent[] = [];
    const relay = relayEvents<ApprovalEvent>({
      outbox: world.storage.outbox,
      sinks: [
        approvalQueueSink(
          {
            send(messages) {
              sent.push(...messages);
              return okAsync([]);
            },
          },
          world.clock,
        ),
        eventBusSink({
          publish(events) {
            published.push(...events);
            return okAsync([]);
          },
        }),
      ],
      clock: world.clock,
    });
    await relay(Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard));
    expect(sent.map(({ message }) => message.body.paymentId).toSorted()).toEqual([id, rejected].toSorted());
    const told = (of: VendorPaymentId) =>
      published.filter(({ paymentId }) => paymentId === of).map(({ type }) => type);
    expect(told(id)).toEqual(['PaymentCreated', 'PaymentApproved', 'PaymentCompleted']);
    expect(told(rejected)).toEqual(['PaymentCreated', 'PaymentRejected']);
    expect((await world.storage.outbox.backlog())._unsafeUnwrap()).toEqual({ unsent: 0, parked: 0 });
  });
});
