import { errAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApprovalPolicy } from '../../../src/domain/approvals/policy.ts';
import { ADMIN, anApprover, asked, DISPATCHER, MAKER } from '../../fixtures/approvals.ts';
import { type ApprovalsWorld, anApprovalsWorld, anOrder } from './world.ts';

const LARGE = 500_001n;
const OTHER_DISPATCHER = anApprover('dispatcher-2', 'dispatcher');
const VENDOR = anApprover('vendor-1', 'vendor');

describe('approving a vendor’s payment', () => {
  let world: ApprovalsWorld;
  beforeEach(() => {
    world = anApprovalsWorld();
  });
  afterEach(() => world.close());

  const created = async (cents = 12_345n, by = MAKER) =>
    (await world.create(anOrder({ cents }), by))._unsafeUnwrap().id;
  const edit = (id: Awaited<ReturnType<typeof created>>, cents: bigint, by = ADMIN) =>
    world.changeVendorPayment({
      ...asked(by),
      id,
      lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: cents }],
    });

  it('takes one dispatcher up to the bound, and that exactly', async () => {
    const id = await created(500_000n);
    const approved = (await world.approve(id))._unsafeUnwrap();
    expect(approved).toMatchObject({ status: 'approved', approvedBy: DISPATCHER.id, version: 2 });
    expect(await world.stored(id)).toEqual(approved);
    expect(await world.eventsOf(id)).toEqual(['PaymentCreated', 'ApprovalRequested', 'PaymentApproved']);
    expect(await world.actionsOf(id)).toEqual(['payment.created', 'payment.approved']);
  });

  it('takes two different people above it, one an admin, in either order', async () => {
    for (const [first, second] of [
      [DISPATCHER, ADMIN],
      [ADMIN, DISPATCHER],
      [ADMIN, anApprover('admin-2', 'admin')],
    ] as const) {
      const id = await created(LARGE);
      expect((await world.approve(id, first))._unsafeUnwrap().status).toBe('pending_approval');
      expect((await world.approve(id, second))._unsafeUnwrap()).toMatchObject({
        status: 'approved',
        approvedBy: second.id,
        approvals: [{ by: first.id }, { by: second.id }],
      });
      expect(await world.actionsOf(id)).toEqual([
        'payment.created',
        'payment.approval_given',
        'payment.approved',
      ]);
    }
  });

  it('does not take a second dispatcher where an admin is awaited, and says who is', async () => {
    const id = await created(LARGE);
    await world.approve(id);
    expect((await world.approve(id, OTHER_DISPATCHER))._unsafeUnwrapErr()).toEqual({
      kind: 'RoleNotAllowed',
      allowed: ['admin'],
    });
    expect((await world.approve(id, ADMIN))._unsafeUnwrap().status).toBe('approved');
  });

  it('is not for vendors, for the system, or for a subject without a role', async () => {
    const id = await created();
    for (const by of [VENDOR, anApprover('system', 'system'), anApprover('nobody')])
      expect((await world.approve(id, by))._unsafeUnwrapErr().kind).toBe('RoleNotAllowed');
    expect((await world.stored(id)).version).toBe(1);
  });

  it('is not for the maker, whatever roles the maker has', async () => {
    const maker = anApprover('maker-2', 'admin', 'dispatcher');
    const id = await created(12_345n, maker);
    expect((await world.approve(id, maker))._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
    const large = await created(LARGE, maker);
    await world.approve(large);
    expect((await world.approve(large, maker))._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
  });

  it('is not for one person twice, in turn or at once', async () => {
    const both = anApprover('both', 'dispatcher', 'admin');
    const inTurn = await created(LARGE);
    await world.approve(inTurn, both);
    expect((await world.approve(inTurn, both))._unsafeUnwrapErr()).toEqual({ kind: 'AlreadyApproved' });
    const atOnce = await created(LARGE);
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => world.approve(atOnce, both)));
    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.isErr()) expect(outcome.error).toEqual({ kind: 'AlreadyApproved' });
    expect(await world.stored(atOnce)).toMatchObject({ status: 'pending_approval', version: 2 });
  });

  it('counts one of two at once where one is enough; the other finds it approved', async () => {
    const id = await created();
    const outcomes = await Promise.all([world.approve(id, DISPATCHER), world.approve(id, ADMIN)]);
    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
    const refused = outcomes.find((outcome) => outcome.isErr());
    expect(refused?._unsafeUnwrapErr()).toEqual({ kind: 'VendorPaymentStateConflict', status: 'approved' });
    expect(await world.stored(id)).toMatchObject({ status: 'approved', approvals: [{}], version: 2 });
    expect(await world.eventsOf(id)).toEqual(['PaymentCreated', 'ApprovalRequested', 'PaymentApproved']);
  });

  it('counts both of two at once where two are needed', async () => {
    const id = await created(LARGE);
    const outcomes = await Promise.all([world.approve(id, DISPATCHER), world.approve(id, ADMIN)]);
    expect(outcomes.every((outcome) => outcome.isOk())).toBe(true);
    expect(await world.stored(id)).toMatchObject({ status: 'approved', approvals: [{}, {}], version: 3 });
    expect(await world.actionsOf(id)).toHaveLength(3);
  });

  it('ends as rejected when a rejection comes at the same time, in either order', async () => {
    for (const pair of ['approve first', 'reject first']) {
      const id = await created();
      const calls = [() => world.approve(id, DISPATCHER), () => world.reject(id, ADMIN)];
      if (pair === 'reject first') calls.reverse();
      const outcomes = await Promise.all(calls.map((call) => call()));
      const { status } = await world.stored(id);
      // A rejection may still follow an approval; nothing follows a rejection.
      expect(status).toBe('cancelled');
      const approval = outcomes[pair === 'approve first' ? 0 : 1];
      const chain = await world.actionsOf(id);
      if (approval?.isOk())
        expect(chain).toEqual(['payment.created', 'payment.approved', 'payment.rejected']);
      else
        expect(approval?._unsafeUnwrapErr()).toEqual({
          kind: 'VendorPaymentStateConflict',
          status: 'cancelled',
        });
    }
  });

  it('never falls on terms that changed while it was given', async () => {
    for (const pair of ['approve first', 'edit first']) {
      const id = await created();
      const calls = [() => world.approve(id, DISPATCHER), () => edit(id, 999n)];
      if (pair === 'edit first') calls.reverse();
      const outcomes = await Promise.all(calls.map((call) => call()));
      const [approval, change] = pair === 'edit first' ? outcomes.toReversed() : outcomes;
      const { status, amount } = await world.stored(id);
      expect([status, amount.minorUnits, approval?.isOk(), change?.isOk()]).toEqual(
        approval?.isOk() ? ['approved', 12_345n, true, false] : ['pending_approval', 999n, false, true],
      );
    }
    const id = await created();
    const { termsHash } = await world.stored(id);
    await edit(id, 999n);
    const late = world.approveVendorPayment({ ...asked(DISPATCHER), id, termsHash });
    expect((await late)._unsafeUnwrapErr()).toEqual({ kind: 'ApprovalVoid' });
    const meanwhile = world.approve(id, DISPATCHER);
    await edit(id, 1_000n, anApprover('editor', 'dispatcher'));
    expect((await meanwhile).isOk()).toBe((await world.stored(id)).status === 'approved');
  });

  it('is refused when the terms change between its reading and its commit', async () => {
    const id = await created();
    world.turns.commit.push((call) =>
      edit(id, 999n)
        .mapErr(() => ({ kind: 'EventSeen' as const }))
        .andThen(call),
    );
    expect((await world.approve(id))._unsafeUnwrapErr()).toEqual({ kind: 'ApprovalVoid' });
    expect(await world.stored(id)).toMatchObject({ status: 'pending_approval', approvals: [] });
  });

  it('is void once the payment is changed, and its editor has become a maker', async () => {
    const id = await created(LARGE);
    await world.approve(id, DISPATCHER);
    const changed = (await edit(id, LARGE + 1n, ADMIN))._unsafeUnwrap();
    expect(changed).toMatchObject({ status: 'pending_approval', approvals: [], revision: 2 });
    expect((await world.approve(id, ADMIN))._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
    const { termsHash } = changed;
    expect((await world.approve(id, DISPATCHER))._unsafeUnwrapErr()).toEqual({ kind: 'TermsHashRequired' });
    expect((await world.approve(id, DISPATCHER, { termsHash }))._unsafeUnwrap().status).toBe(
      'pending_approval',
    );
    expect(
      (await world.approve(id, anApprover('admin-2', 'admin'), { termsHash }))._unsafeUnwrap().status,
    ).toBe('approved');
  });

  it('stays after a change that changes nothing', async () => {
    const id = await created(LARGE);
    await world.approve(id, DISPATCHER);
    const before = await world.stored(id);
    expect((await edit(id, LARGE))._unsafeUnwrap()).toEqual(before);
    expect(await world.stored(id)).toEqual(before);
  });

  it('is refused in every other state', async () => {
    const id = await created();
    await world.approve(id);
    const conflict = (status: string) => ({ kind: 'VendorPaymentStateConflict', status });
    expect((await world.approve(id, ADMIN))._unsafeUnwrapErr()).toEqual(conflict('approved'));
    expect((await edit(id, 1n))._unsafeUnwrapErr()).toEqual(conflict('approved'));
    await world.reject(id);
    expect((await world.approve(id, ADMIN))._unsafeUnwrapErr()).toEqual(conflict('cancelled'));
    expect((await world.reject(id))._unsafeUnwrapErr()).toEqual(conflict('cancelled'));
    expect((await edit(id, 1n))._unsafeUnwrapErr()).toEqual(conflict('cancelled'));
    expect((await world.process(id))._unsafeUnwrapErr()).toEqual(conflict('cancelled'));
    expect(await world.eventsOf(id)).toEqual([
      'PaymentCreated',
      'ApprovalRequested',
      'PaymentApproved',
      'PaymentRejected',
    ]);
    expect(world.calls.pay).toBe(0);
  });

  it('is an error when the storage is away, and when rivals are always faster', async () => {
    const id = await created();
    world.turns.commit.push(() => errAsync({ kind: 'StorageUnavailable', cause: 'down' }));
    expect((await world.approve(id))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    const before = world.calls.commit;
    world.turns.commit.push(
      ...Array.from({ length: 25 }, () => () => errAsync({ kind: 'StaleVersion' as const, id })),
    );
    expect((await world.approve(id))._unsafeUnwrapErr()).toEqual({ kind: 'ChangedMeanwhile' });
    expect(world.calls.commit - before).toBe(25);
  });

  it('follows the policy it is given', async () => {
    const policy: ApprovalPolicy = {
      tiers: [
        { upToCents: 99n, approvals: 1, roles: ['dispatcher', 'admin'], including: [] },
        { upToCents: 1_000n, approvals: 1, roles: ['admin'], including: [] },
        { approvals: 3, roles: ['dispatcher', 'admin'], including: ['admin'] },
      ],
      flagged: ['admin'],
    };
    const strict = anApprovalsWorld({ policy });
    const of = async (cents: bigint) => (await strict.create(anOrder({ cents })))._unsafeUnwrap().id;
    expect((await strict.approve(await of(99n)))._unsafeUnwrap().status).toBe('approved');
    const middle = await of(100n);
    expect((await strict.approve(middle))._unsafeUnwrapErr()).toMatchObject({ allowed: ['admin'] });
    expect((await strict.approve(middle, ADMIN))._unsafeUnwrap().status).toBe('approved');
    const high = await of(1_001n);
    expect((await strict.approve(high))._unsafeUnwrap().status).toBe('pending_approval');
    expect((await strict.approve(high, OTHER_DISPATCHER))._unsafeUnwrap().status).toBe('pending_approval');
    expect((await strict.approve(high, anApprover('d-3', 'dispatcher'))).isErr()).toBe(true);
    expect((await strict.approve(high, ADMIN))._unsafeUnwrap().status).toBe('approved');
    strict.close();
  });
});
