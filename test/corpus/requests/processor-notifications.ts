import { signedEvent } from '../../support/stripe-double/signed-events.ts';
import { type CorpusGroup, get, post, request } from '../corpus-request.ts';

/** What signs the events of Stripe that the corpus holds. */
export const CORPUS_SECRET = 'whsec_of_the_corpus';

const PATH = '/processors/stripe/webhook';

/** Signed after every clock of the corpus, so that no signature grows old. */
const LATER = Date.UTC(2100, 0, 1) / 1_000;

const anEvent = (id: string, object: object = { object: 'payment_intent', metadata: { order: 'A-1' } }) => ({
  id,
  object: 'event' as const,
  api_version: '2026-08-26.dahlia',
  created: 1_600_000_000,
  data: { object: object as Readonly<Record<string, unknown>> },
  livemode: false as const,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type: 'payment_intent.succeeded',
});

const sent = (id: string, secret = CORPUS_SECRET, at = LATER) => {
  const { body, headers } = signedEvent(anEvent(id), [secret], at);
  return [body, { headers }] as const;
};

/** Of the newest payment, which the corpus's processor says is disputed. */
const aDispute = (id: string, dispute: string) => {
  const { body, headers } = signedEvent(
    anEvent(id, { object: 'dispute', id: dispute }),
    [CORPUS_SECRET],
    LATER,
  );
  return [body, { headers }] as const;
};
const ACCEPT = '/disputes/{{dispute}}/accept';
const accepting = { as: 'merchant', key: 'accept-1' } as const;
const done = { as: 'merchant', before: ['jobs are done'] } as const;

/** What processors send, without a token, and what becomes of it. */
export const processorNotifications: CorpusGroup = {
  as: 'anonymous',
  requests: [
    post('an event about nothing of ours', PATH, ...sent('evt_1')),
    post('an event of another sender', PATH, ...sent('evt_1', 'whsec_of_others')),
    post('an event that was signed years ago', PATH, ...sent('evt_1', CORPUS_SECRET, 1_600_000_000)),
    post('an event without a name', PATH, ...sent('')),
    post('an event without a signature', PATH, {}),
    get('no events are listed', PATH),
    request('OPTIONS', 'the methods of the endpoint', PATH),
    ...['notification_forged', 'notification_stale', 'notification_malformed'].map((code) =>
      get(`the page about ${code}`, `/docs/problems/${code}`),
    ),
    post(
      'a payment',
      '/payments',
      { amount: 1_250, currency: 'USD', payment_method: 'card' },
      { as: 'merchant', key: 'disputed' },
    ),
    get('no disputes', '/disputes', { as: 'merchant' }),
    post('an event about a dispute', PATH, ...aDispute('evt_2', 'du_1')),
    post('the same event about a dispute', PATH, ...aDispute('evt_2', 'du_1')),
    post('an event about a dispute of others', PATH, ...aDispute('evt_3', 'du_of_others')),
    get('the disputes', '/disputes', {
      ...done,
      keep: { dispute: 'items.0.id', payment: 'items.0.payment_id' },
    }),
    get('the dispute', '/disputes/{{dispute}}', { as: 'merchant' }),
    get('the dispute as another merchant', '/disputes/{{dispute}}', { as: 'other' }),
    post('the dispute accepted by the powerless', ACCEPT, {}, { as: 'powerless', key: 'accept-1' }),
    post('the dispute accepted by another merchant', ACCEPT, {}, { as: 'other', key: 'accept-1' }),
    post('the dispute accepted without a key', ACCEPT, {}, { as: 'merchant' }),
    post(
      'the dispute accepted as it never was',
      ACCEPT,
      {},
      { ...accepting, headers: { 'if-match': '"9"' } },
    ),
    post('the dispute accepted', ACCEPT, {}, accepting),
    post('the dispute accepted again', ACCEPT, {}, accepting),
    post('the dispute accepted under another key', ACCEPT, {}, { ...accepting, key: 'accept-2' }),
    post('no such dispute accepted', '/disputes/x/accept', {}, accepting),
    get('the page about dispute_not_acceptable', '/docs/problems/dispute_not_acceptable'),
    post('an event about the dispute’s end', PATH, ...aDispute('evt_4', 'du_1')),
    get('the dispute as it ended', '/disputes/{{dispute}}', done),
    get('disputes of the payment that are accepted', '/disputes?status=accepted&payment_id={{payment}}', {
      as: 'merchant',
    }),
    get('disputes that are won', '/disputes?status=won', { as: 'merchant' }),
    get('disputes of no such status', '/disputes?status=open', { as: 'merchant' }),
    get('disputes of no payment', '/disputes?payment_id=x', { as: 'merchant' }),
    get('no such dispute', '/disputes/x', { as: 'merchant' }),
    get('disputes for the powerless', '/disputes', { as: 'powerless' }),
    get('the events of a dispute', '/events', { as: 'merchant', before: ['events are relayed'] }),
    get('the page about dispute_not_found', '/docs/problems/dispute_not_found'),
  ],
};
