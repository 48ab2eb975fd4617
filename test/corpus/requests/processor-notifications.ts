import { signedEvent } from '../../support/stripe-double/signed-events.ts';
import { type CorpusGroup, get, post, request } from '../corpus-request.ts';

/** What signs the events of Stripe that the corpus holds. */
export const CORPUS_SECRET = 'whsec_of_the_corpus';

const PATH = '/processors/stripe/webhook';

/** Signed after every clock of the corpus, so that no signature grows old. */
const LATER = Date.UTC(2100, 0, 1) / 1_000;

const anEvent = (id: string) => ({
  id,
  object: 'event' as const,
  api_version: '2026-08-26.dahlia',
  created: 1_600_000_000,
  data: { object: { object: 'payment_intent', metadata: { order: 'A-1' } } },
  livemode: false as const,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type: 'payment_intent.succeeded',
});

const sent = (id: string, secret = CORPUS_SECRET, at = LATER) => {
  const { body, headers } = signedEvent(anEvent(id), [secret], at);
  return [body, { headers }] as const;
};

/** What processors send, without a token. */
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
  ],
};
