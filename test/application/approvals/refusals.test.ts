import { errAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditLogChain } from '../../../src/domain/approvals/audit-log.ts';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { MOST_REFUSALS } from '../../../src/domain/approvals/refusal.ts';
import {
  ADMIN,
  aCreation,
  anApprover,
  aPerson,
  aRefusal,
  asked,
  DISPATCHER,
  MAKER,
} from '../../fixtures/approvals.ts';
import { digests } from '../../fixtures/changes.ts';
import { type ApprovalsWorld, anApprovalsWorld, anOrder } from './world.ts';

const VENDOR = anApprover('vendor-1', 'vendor');

describe('a refused attempt', () => {
  let world: ApprovalsWorld;
  beforeEach(() => {
    world = anApprovalsWorld();
  });
  afterEach(() => world.close());

  const created = async (cents = 12_345n) => (await world.create(anOrder({ cents })))._unsafeUnwrap().id;
  const kept = async (id: VendorPaymentId) => (await world.storage.refusals.of(id))._unsafeUnwrap();
  const kindOf = async (refused: ResultAsync<unknown, Readonly<{ kind: string }>>) =>
    (await refused)._unsafeUnwrapErr().kind;

  it('is in the payment’s log with who was refused what, and the payment’s own chain is as it was', async () => {
    const id = await created(500_001n);
    const ann = aPerson({ subject: 'okta|1', email: 'ann@x.com' }, 'dispatcher');
    await world.approve(id, ann);
    const before = await world.stored(id);
    expect(await kindOf(world.approve(id, MAKER))).toBe('SelfApproval');
    expect(await kindOf(world.approve(id, aPerson({ subject: 'g|1', email: 'ann@x.com' }, 'admin')))).toBe(
      'AlreadyApproved',
    );
    expect(await kindOf(world.approve(id, anApprover('dispatcher-2', 'dispatcher')))).toBe('RoleNotAllowed');
    expect(await kindOf(world.reject(id, VENDOR))).toBe('RoleNotAllowed');
    expect(await kindOf(world.process(id, DISPATCHER))).toBe('RoleNotAllowed');
    expect(await kindOf(world.changeVendorPayment({ ...asked(VENDOR), id, metadata: {} }))).toBe(
      'RoleNotAllowed',
    );
    const refusals = await kept(id);
    expect(refusals.map(({ action, actor, after }) => [action, actor.id, after['reason']])).toEqual([
      ['payment.approval_refused', 'maker-1', 'SelfApproval'],
      ['payment.approval_refused', 'g|1', 'AlreadyApproved'],
      ['payment.approval_refused', 'dispatcher-2', 'RoleNotAllowed'],
      ['payment.rejection_refused', 'vendor-1', 'RoleNotAllowed'],
      ['payment.payout_refused', 'dispatcher-1', 'RoleNotAllowed'],
      ['payment.change_refused', 'vendor-1', 'RoleNotAllowed'],
    ]);
    expect(refusals[1]?.after['identities']).toEqual(['sub:g|1', 'mail:ann@x.com']);
    const head = (await world.storage.refusals.head(id))._unsafeUnwrap();
    expect(auditLogChain.verify(refusals, { id, ...head }, digests.sha256)._unsafeUnwrap()).toBe(6);
    expect(await world.stored(id)).toEqual(before);
    expect(await world.actionsOf(id)).toEqual(['payment.created', 'payment.approval_given']);
  });

  it('is counted once for each person, kind and hour, however often and at once it is made', async () => {
    const id = await created();
    await Promise.all(Array.from({ length: 7 }, () => world.approve(id, MAKER)));
    await world.approve(id, anApprover('MAKER-1', 'dispatcher'));
    world.pass(3_600_000);
    await world.approve(id, MAKER);
    expect((await kept(id)).map(({ attempts }) => attempts)).toEqual([8, 1]);
  });

  it('stands between what happened, by time, for those who read the log', async () => {
    const id = await created();
    world.pass(1_000);
    await world.approve(id, MAKER);
    world.pass(1_000);
    await world.approve(id);
    const log = (await world.getAuditLog({ ...asked(ADMIN), id }))._unsafeUnwrap();
    expect(log.map(({ action }) => action)).toEqual([
      'payment.created',
      'payment.approval_refused',
      'payment.approved',
    ]);
  });

  it('is refused all the same when it cannot be kept, and the alarm is raised', async () => {
    const id = await created();
    world.turns.append.push(
      () => errAsync({ kind: 'StorageUnavailable', cause: 'down' }),
      () => ResultAsync.fromSafePromise(Promise.reject(new Error('permission denied'))),
      ...Array.from({ length: 25 }, () => () => errAsync({ kind: 'StaleVersion' as const, id })),
    );
    for (let n = 0; n < 3; n += 1) expect(await kindOf(world.approve(id, MAKER))).toBe('SelfApproval');
    expect(await kept(id)).toEqual([]);
    expect(world.lost).toEqual([id, id, id]);
    await world.approve(id, MAKER);
    expect(await kept(id)).toHaveLength(1);
    expect(world.lost).toHaveLength(3);
  });

  it('is kept behind those of others who were refused at the same time', async () => {
    const id = await created();
    const people = Array.from({ length: 6 }, (_, n) => anApprover(`vendor-${n}`, 'vendor'));
    await Promise.all(people.map((by) => world.reject(id, by)));
    expect((await kept(id)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(world.lost).toEqual([]);
  });

  it('leaves nothing of a payment that does not exist', async () => {
    const { id } = aCreation().payment;
    expect(await kindOf(world.reject(id, VENDOR))).toBe('RoleNotAllowed');
    expect(await kept(id)).toEqual([]);
    expect(world.lost).toEqual([]);
  });

  it('is not what the state of a payment refuses, or a request that a person may make anew', async () => {
    const id = await created();
    await world.approve(id);
    expect(await kindOf(world.approve(id, ADMIN))).toBe('VendorPaymentStateConflict');
    expect(await kept(id)).toEqual([]);
  });

  it('is kept no more of a payment that has as many as are kept', async () => {
    const id = await created();
    const last = aRefusal(id, { version: MOST_REFUSALS - 1, auditHash: 'f'.repeat(64), attempts: 0 });
    (await world.storage.refusals.append(last))._unsafeUnwrap();
    expect(await kindOf(world.reject(id, VENDOR))).toBe('RoleNotAllowed');
    expect(await kept(id)).toHaveLength(1);
    expect(await kindOf(world.approve(id, MAKER))).toBe('SelfApproval');
    expect((await kept(id))[0]?.attempts).toBe(2);
  });
});
