import { type CorpusGroup, get, post } from '../corpus-request.ts';
import { card, uuid } from './bodies.ts';

const UNKNOWN = `/outbox/evt_${'0'.repeat(32)}/unpark`;

const towing = {
  incidentId: uuid(3_001),
  vendorId: uuid(101),
  payerType: 'back_office',
  amountCents: 2_500,
  lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: 2_500 }],
};

/** What operators see of the system, as far as it is the same on every machine. */
export const system: CorpusGroup = {
  as: 'root',
  requests: [
    get('nothing is parked', '/outbox/parked'),
    post('a payment', '/payments', card(), { as: 'merchant', key: 'p-1' }),
    get('an event that was parked', '/outbox/parked', {
      before: ['an event is parked'],
      keep: { event: 'items.0.id' },
    }),
    get('what waits, and what is parked', '/system'),
    post('put back on its way', '/outbox/{{event}}/unpark', undefined, { key: 'unpark-0' }),
    post('put back once', '/outbox/{{event}}/unpark', undefined, { key: 'unpark-0' }),
    get('who put it back', '/audit?entity_type=event_release', { as: 'merchant' }),
    get('nothing of approvals is parked', '/outbox/parked?service=approvals&limit=1'),
    get('no list of an unknown service', '/outbox/parked?service=webhooks'),
    get('no list of none', '/outbox/parked?limit=0'),
    get('no list of more than a hundred', '/outbox/parked?limit=101'),
    post('no event of that id is parked', UNKNOWN, undefined, { key: 'unpark-1' }),
    post('no id of an event', '/outbox/evt_1/unpark'),
    get('no system by a query', '/system?service=platform'),
    get('no system for a merchant', '/system', { as: 'merchant' }),
    get('no parked events for a merchant', '/outbox/parked', { as: 'merchant' }),
    post('nothing unparked by a merchant', UNKNOWN, undefined, { as: 'merchant' }),
    get('what waits to be sent, the oldest', '/outbox/unsent?limit=1'),
    get('nothing of approvals waits to be sent', '/outbox/unsent?service=approvals'),
    post('an export, which is a job', '/exports', { kind: 'payments' }, { as: 'merchant', key: 'e-1' }),
    get('the job that is due', '/system/jobs'),
    get('what waits, and a job of it', '/system'),
    get('no jobs by a service', '/system/jobs?service=platform'),
    get('no job of none', '/system/jobs?limit=0'),
    get('no delivery is due', '/system/webhook_deliveries'),
    get('no letter is dead', '/system/dead_letters'),
    get('no jobs for a merchant', '/system/jobs', { as: 'merchant' }),
    get('no deliveries of others for a merchant', '/system/webhook_deliveries', { as: 'merchant' }),
    get('no dead letters for a merchant', '/system/dead_letters', { as: 'merchant' }),
    get('no unsent events for a merchant', '/outbox/unsent', { as: 'merchant' }),
    post('a payment to a vendor', '/approvals/payments', towing, {
      as: 'maker',
      keep: { vendor: 'paymentId' },
    }),
    get('an event of approvals that was parked', '/outbox/parked?service=approvals', {
      before: ['an event of approvals is parked'],
      keep: { approvals: 'items.0.id' },
    }),
    post('put back of approvals', '/outbox/{{approvals}}/unpark', undefined, { key: 'unpark-2' }),
    post('put back of approvals once', '/outbox/{{approvals}}/unpark', undefined, { key: 'unpark-2' }),
    post('put back of approvals before', '/outbox/{{approvals}}/unpark', undefined, { key: 'unpark-3' }),
    get('who put back the event of approvals', '/approvals/payments/{{vendor}}/audit', { as: 'boss' }),
  ],
};
