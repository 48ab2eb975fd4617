import { type CorpusGroup, get, post } from '../corpus-request.ts';
import { long, PAN, uuid } from './bodies.ts';

type Part = Readonly<Record<string, unknown>>;

/** `WorkCompleted` of an incident, with `detail` laid over its own and `rest` over the envelope. */
const work = (incident: number, detail: Part = {}, rest: Part = {}) => ({
  version: '0',
  id: uuid(5_000 + incident),
  'detail-type': 'WorkCompleted',
  source: 'roadcall.incident-service',
  account: '123456789012',
  time: '2045-03-01T12:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail: {
    incidentId: uuid(3_000 + incident),
    vendorId: uuid(101),
    driverId: uuid(800),
    completedAt: '2045-03-01T13:55:00+02:00',
    workDetails: {
      notes: 'Flat tyre',
      photos: ['https://photos.example/1'],
      serviceType: 'Towing',
      duration: 45.5,
    },
    pricing: {
      basePrice: 10_000,
      mileageCharge: 2_050,
      additionalCharges: [{ description: 'Winch', amount: 1_500 }],
    },
    ...detail,
  },
  ...rest,
});
const priced = (pricing: Part) => work(9, { pricing });
const details = (parts: Part) =>
  work(9, { workDetails: { photos: [], serviceType: 'Towing', duration: 1, ...parts } });

const bad = {
  'another version': work(9, {}, { version: '1' }),
  'another type': work(9, {}, { 'detail-type': 'WorkStarted' }),
  'no source': work(9, {}, { source: undefined }),
  'an id that cannot be seen': work(9, {}, { id: ' ' }),
  'a time that does not exist': work(9, { completedAt: '2045-02-30T00:00:00Z' }),
  'no incident': work(9, { incidentId: undefined }),
  'a vendor that is no UUID': work(9, { vendorId: 'acme' }),
  'a price below nothing': priced({ basePrice: -1, mileageCharge: 0 }),
  'half a cent': priced({ basePrice: 0.5, mileageCharge: 0 }),
  'an unknown price': priced({ basePrice: 1, mileageCharge: 0, tip: 5 }),
  'prices of nothing': priced({ basePrice: 0, mileageCharge: 0 }),
  'prices beyond all numbers': priced({ basePrice: Number.MAX_SAFE_INTEGER, mileageCharge: 1 }),
  'a charge without a name': priced({
    basePrice: 1,
    mileageCharge: 0,
    additionalCharges: [{ description: '', amount: 1 }],
  }),
  '99 charges': priced({
    basePrice: 1,
    mileageCharge: 0,
    additionalCharges: Array(99).fill({ description: 'x', amount: 1 }),
  }),
  'a blank service': details({ serviceType: ' ' }),
  'a service of 201 characters': details({ serviceType: long(201) }),
  'photos that are none': details({ photos: [1] }),
  'a card number in the notes': details({ notes: PAN }),
  'a source that is not believed': work(9, {}, { source: 'another.service' }),
  'no JSON': '{"version":',
};

/** Work that is done, as an event bus posts it. */
export const workEvents: CorpusGroup = {
  as: 'system',
  requests: [
    post('work that is done', '/approvals/events', work(1), { keep: { payment: 'payment.paymentId' } }),
    post('the event again', '/approvals/events', work(1)),
    post('another event of the incident', '/approvals/events', work(1, {}, { id: 'other-id' })),
    post('the least that an event has', '/approvals/events', {
      version: '0',
      id: 'e-2',
      'detail-type': 'WorkCompleted',
      source: 'roadcall.incident-service',
      detail: {
        incidentId: uuid(3_002).toUpperCase(),
        vendorId: uuid(102),
        completedAt: '2045-03-01T12:00:00.5Z',
        workDetails: { photos: [], serviceType: 'Lockout', duration: 0 },
        pricing: { basePrice: 5_000, mileageCharge: 0 },
      },
    }),
    post('unknown fields', '/approvals/events', { ...work(3, { weather: 'rain' }), replay: true }),
    ...Object.entries(bad).map(([what, body]) => post(`no event with ${what}`, '/approvals/events', body)),
    post('no event of plain text', '/approvals/events', '{}', { headers: { 'content-type': 'text/plain' } }),
    post('no event without a body', '/approvals/events'),
    post('no event by a parameter', '/approvals/events?a=b', work(9)),
    post('no event by an admin', '/approvals/events', work(9), { as: 'boss' }),
    post('no event without a token', '/approvals/events', work(9), { as: 'anonymous' }),
    get('no reading of events', '/approvals/events'),
    get('the payment', '/approvals/payments/{{payment}}'),
    get('what waits', '/approvals/payments/pending', { as: 'dispatcher' }),
    post(
      'a rejection',
      '/approvals/payments/{{payment}}/reject',
      { reason: 'Not done' },
      { as: 'dispatcher' },
    ),
    post('the event of what was rejected', '/approvals/events', work(1)),
    post('new work of the incident', '/approvals/events', work(1, {}, { id: 'new-id' })),
    get('the log of it', '/approvals/payments/{{payment}}/audit', { as: 'dispatcher' }),
    get('all payments', '/approvals/payments'),
  ],
};
