import { errAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageIn } from '../../../src/domain/approvals/approval-message.ts';
import { vendorPaymentRecord } from '../../../src/domain/approvals/vendor-payment-record.ts';
import { ADMIN, anApprover, asked, DISPATCHER, SYSTEM } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';
import { type ApprovalsWorld, anApprovalsWorld, aWork } from './world.ts';

describe('completed work', () => {
  let world: ApprovalsWorld;
  beforeEach(() => {
    world = anApprovalsWorld();
  });
  afterEach(() => world.close());

  const record = (work = aWork(), by = SYSTEM) => world.recordWorkCompleted({ ...asked(by), work });

  it('becomes a payment of the system’s, with a line for each price', async () => {
    const work = aWork();
    const { created, payment } = (await record(work))._unsafeUnwrap();
    expect(created).toBe(true);
    if (payment === undefined) throw new Error('no payment');
    expect(vendorPaymentRecord(payment)).toMatchObject({
      payerType: 'back_office',
      currency: 'USD',
      amountCents: 22_501,
      createdBy: 'system',
      lineItems: [
        { description: 'tire_change - Base Service', quantity: 1, unitPriceCents: 15_000 },
        { description: 'Mileage Charge', totalCents: 2_501 },
        { description: 'After hours', totalCents: 5_000 },
      ],
      metadata: {
        workCompletedAt: '2026-03-01T11:59:00.000Z',
        serviceType: 'tire_change',
        duration: 45,
        photoCount: 2,
      },
    });
    const messages = (await world.storage.outbox.unsent(9))
      ._unsafeUnwrap()
      .flatMap((each) => messageIn(each) ?? []);
    expect(messages.map(({ body }) => body.workDetails)).toEqual([work.workDetails]);
  });

  it('creates one payment, however often and in whatever company the event comes', async () => {
    const work = aWork();
    const again = { ...work, eventId: 'event-2' };
    const changed = { ...work, basePriceCents: 1n };
    const outcomes = await Promise.all([work, again, work, changed, again, work].map((each) => record(each)));
    expect(outcomes.filter((outcome) => outcome._unsafeUnwrap().created)).toHaveLength(1);
    const ids = new Set(outcomes.map((outcome) => outcome._unsafeUnwrap().payment?.id));
    expect(ids.size).toBe(1);
    expect((await world.storage.outbox.unsent(9))._unsafeUnwrap()).toHaveLength(2);
  });

  it('creates nothing for an event whose payment was rejected, but for another event of the incident', async () => {
    const work = aWork();
    const { payment } = (await record(work))._unsafeUnwrap();
    if (payment === undefined) throw new Error('no payment');
    await world.reject(payment.id);
    expect((await record(work))._unsafeUnwrap()).toEqual({ created: false });
    expect((await record({ ...work, eventId: 'event-2' }))._unsafeUnwrap().created).toBe(true);
  });

  it('is refused with other work under an id that was taken, which would never be paid', async () => {
    const work = aWork();
    const taken = { kind: 'EventMalformed', path: 'id', reason: 'taken by an event of other work' };
    const { payment } = (await record(work))._unsafeUnwrap();
    const others = [
      aWork(),
      { ...work, incidentId: aWork().incidentId },
      { ...work, vendorId: aWork().vendorId },
    ];
    for (const other of others) expect((await record(other))._unsafeUnwrapErr()).toEqual(taken);
    const dearer = (await record({ ...work, basePriceCents: 99_999n }))._unsafeUnwrap();
    expect(dearer).toEqual({ created: false, payment });
    for (const other of others)
      expect(
        (await record({ ...other, eventId: `of ${other.incidentId} ${other.vendorId}` }))._unsafeUnwrap()
          .created,
      ).toBe(true);
  });

  it('takes events of one id from two sources as two', async () => {
    const sources = { eventSources: ['a', 'b'] };
    const open = anApprovalsWorld(sources);
    for (const source of ['a', 'b'])
      expect(
        (await open.recordWorkCompleted({ ...asked(SYSTEM), work: aWork({ source }) }))._unsafeUnwrap()
          .created,
      ).toBe(true);
    open.close();
  });

  it('is refused alone, with the field that is to blame', async () => {
    const cases = [
      [aWork({ source: 'somebody.else' }), 'source'],
      [aWork({ basePriceCents: -1n }), 'detail.pricing.basePrice'],
      [aWork({ mileageChargeCents: -1n }), 'detail.pricing.mileageCharge'],
      [
        aWork({
          additionalCharges: [
            { description: 'x', amountCents: 1n },
            { description: '', amountCents: 1n },
          ],
        }),
        'detail.pricing.additionalCharges[1].description',
      ],
      [
        aWork({ additionalCharges: [{ description: 'x', amountCents: -1n }] }),
        'detail.pricing.additionalCharges[0].amount',
      ],
      [
        aWork({
          additionalCharges: Array.from({ length: 99 }, () => ({ description: 'x', amountCents: 1n })),
        }),
        'detail.pricing.additionalCharges',
      ],
      [aWork({ basePriceCents: 0n, mileageChargeCents: 0n, additionalCharges: [] }), 'detail.pricing'],
      [aWork({ basePriceCents: 9_007_199_254_740_991n }), 'detail.pricing'],
      [
        aWork({ workDetails: { serviceType: 'x'.repeat(300), duration: 1, photos: [] } }),
        'detail.workDetails.serviceType',
      ],
    ] as const;
    for (const [work, path] of cases)
      expect((await record(work))._unsafeUnwrapErr()).toMatchObject({ kind: 'EventMalformed', path });
    expect(world.calls.commit).toBe(0);
    expect((await record())._unsafeUnwrap().created).toBe(true);
  });

  it('is accepted from the system only, which never approves', async () => {
    for (const by of [ADMIN, DISPATCHER, anApprover('v', 'vendor')])
      expect((await record(aWork(), by))._unsafeUnwrapErr().kind).toBe('RoleNotAllowed');
    const both = anApprover('both', 'system', 'admin');
    const { payment } = (await record(aWork(), both))._unsafeUnwrap();
    if (payment === undefined) throw new Error('no payment');
    expect((await world.approve(payment.id, both))._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
  });

  it('may be sent again after the storage was away, and still creates one', async () => {
    const work = aWork({ completedAt: NOON - 400 * 86_400_000 });
    const away = { kind: 'StorageUnavailable', cause: 'reply lost' } as const;
    world.turns.commit.push((call) => call().andThen(() => errAsync(away)));
    expect((await record(work))._unsafeUnwrapErr()).toEqual(away);
    expect((await record(work))._unsafeUnwrap().created).toBe(false);
    expect(
      (await world.storage.vendorPayments.list({}, { order: 'oldest', limit: 9 }))._unsafeUnwrap(),
    ).toHaveLength(1);
  });
});
