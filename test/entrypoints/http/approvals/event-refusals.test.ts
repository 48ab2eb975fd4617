import { describe, expect, it } from 'vitest';
import { aWorkEvent, told } from '../../../support/approvals-app.ts';
import { anOffice, refused } from '../../../support/approvals-office.ts';

const { dispatcher, system, kept } = await anOffice();

describe('an event is refused alone, by the name of its field,', () => {
  const workDetails = { photos: [], serviceType: 'Towing', duration: 45 };
  const pricing = { basePrice: 1, mileageCharge: 0 };
  it.each<readonly [string, object | string, string]>([
    ['of an unknown version', aWorkEvent({}, { version: '1' }), 'version'],
    ['of another type', aWorkEvent({}, { 'detail-type': 'WorkStarted' }), 'detail-type'],
    ['without an id', aWorkEvent({}, { id: '' }), 'id'],
    ['without a source', aWorkEvent({}, { source: undefined }), 'source'],
    ['without a detail', aWorkEvent({}, { detail: null }), 'detail'],
    ['at a time that is none', aWorkEvent({ completedAt: '2026-02-30T00:00:00Z' }), 'detail.completedAt'],
    ['for an incident that is no UUID', aWorkEvent({ incidentId: 'x' }), 'detail.incidentId'],
    ['for a vendor that is no UUID', aWorkEvent({ vendorId: null }), 'detail.vendorId'],
    ['without prices', aWorkEvent({ pricing: undefined }), 'detail.pricing'],
    ['without a base price', aWorkEvent({ pricing: { mileageCharge: 1 } }), 'detail.pricing.basePrice'],
    [
      'at a price below nothing',
      aWorkEvent({ pricing: { ...pricing, basePrice: -1 } }),
      'detail.pricing.basePrice',
    ],
    [
      'at half a cent',
      aWorkEvent({ pricing: { ...pricing, mileageCharge: 0.5 } }),
      'detail.pricing.mileageCharge',
    ],
    [
      'with an unknown price',
      aWorkEvent({ pricing: { ...pricing, discount: 5 } }),
      'detail.pricing.discount',
    ],
    [
      'with a charge without an amount',
      aWorkEvent({ pricing: { ...pricing, additionalCharges: [{ description: 'Winch' }] } }),
      'detail.pricing.additionalCharges.0.amount',
    ],
    [
      'with a charge that holds a control character',
      aWorkEvent({
        pricing: { ...pricing, additionalCharges: [{ description: 'Winch\u0008', amount: 1 }] },
      }),
      'detail.pricing.additionalCharges.0.description',
    ],
    [
      'without photos',
      aWorkEvent({ workDetails: { ...workDetails, photos: null } }),
      'detail.workDetails.photos',
    ],
    [
      'without a service',
      aWorkEvent({ workDetails: { ...workDetails, serviceType: '' } }),
      'detail.workDetails.serviceType',
    ],
    ['that is a list of events', JSON.stringify([aWorkEvent()]), ''],
    ['that is no JSON', '{"version":"0"', ''],
  ])('%s', async (_, event, path) => {
    const before = await kept();
    const { errors = [] } = await refused(system.post('/events', event), 400, 'invalid_request');
    expect(errors.map((error) => error.path)).toContain(path);
    expect(await kept()).toBe(before);
  });

  it.each<readonly [string, object, string]>([
    ['of a source that nobody believes', aWorkEvent({}, { source: 'attacker' }), 'source'],
    [
      'for work that costs nothing',
      aWorkEvent({ pricing: { basePrice: 0, mileageCharge: 0 } }),
      'detail.pricing',
    ],
    [
      'for prices beyond what a number holds exactly',
      aWorkEvent({ pricing: { basePrice: Number.MAX_SAFE_INTEGER, mileageCharge: 1 } }),
      'detail.pricing',
    ],
  ])('%s', async (_, event, path) => {
    const { detail } = await refused(system.post('/events', event), 422, 'event_malformed');
    expect(detail).toContain(`\`${path}\``);
  });

  it('never for photos named by the millisecond, nor for what is neither kept nor sent on', async () => {
    const photos = Array.from(
      { length: 100 },
      (_, n) => `https://photos.example/IMG_${1_767_225_600_000 + n}.jpg`,
    );
    const body = aWorkEvent(
      { workDetails: { ...workDetails, photos }, driverId: '4242424242424242', note: '4242424242424242' },
      { resources: ['4242424242424242'], comment: '4242424242424242' },
    );
    expect((await system.post('/events', body)).status).toBe(201);
  });

  it('that holds a card number, or too much', async () => {
    const notes = 'paid with 4242424242424242';
    const { errors } = await refused(
      system.post('/events', aWorkEvent({ workDetails: { ...workDetails, notes } })),
      422,
      'pan_not_accepted',
    );
    expect(errors).toEqual([{ path: 'detail.workDetails.notes', message: 'looks like a card number' }]);
    const photos = Array(2_000).fill(`https://photos.example/${'x'.repeat(200)}`);
    await refused(
      system.post('/events', aWorkEvent({ workDetails: { ...workDetails, photos } })),
      413,
      'body_too_large',
    );
  });
});

describe('an event', () => {
  it('of long ago, with fields of its producer’s own, is taken', async () => {
    const event = aWorkEvent(
      { completedAt: '2021-03-01T11:55:00.123456+02:00', weather: 'rain' },
      { time: '2021-03-01T12:00:00Z', 'replay-name': 'backfill' },
    );
    expect(await told(system.post('/events', event), 201)).toMatchObject({
      created: true,
      payment: { metadata: { workCompletedAt: '2021-03-01T09:55:00.123Z' } },
    });
  });

  it('that comes again, changed or not, is another of the same work, or comes late creates nothing', async () => {
    const event = aWorkEvent();
    const { incidentId, vendorId } = event.detail as { incidentId: string; vendorId: string };
    const { payment } = await told<{ payment: { paymentId: string } }>(system.post('/events', event), 201);
    const again = { created: false, payment: { paymentId: payment.paymentId } };
    expect(await told(system.post('/events', event), 200)).toMatchObject(again);
    expect(await told(system.post('/events', aWorkEvent({ incidentId, vendorId })), 200)).toMatchObject(
      again,
    );
    const changed = { ...event, detail: { ...event.detail, pricing: { basePrice: 9, mileageCharge: 9 } } };
    expect(await told(system.post('/events', changed), 200)).toMatchObject({
      ...again,
      payment: { amountCents: 13_550 },
    });
    await told(dispatcher.post(`/payments/${payment.paymentId}/reject`, { reason: 'Not done' }), 200);
    expect(await told(system.post('/events', event), 200)).toEqual({ created: false });
  });

  it('that comes many times at once creates one payment', async () => {
    const event = aWorkEvent();
    const responses = await Promise.all(Array.from({ length: 10 }, () => system.post('/events', event)));
    expect(responses.map(({ status }) => `${status}`).toSorted()).toEqual([
      ...Array<string>(9).fill('200'),
      '201',
    ]);
  });
});
