import type { Call, Endpoint } from './endpoints.ts';
import { textIn } from './form.ts';
import { type Reply, refuse, refuseEarly } from './replies.ts';
import { type CardOutcome, testCard } from './test-cards.ts';
import { SILENT_DESTINATIONS } from './transfers.ts';

const MOVES = /\/(?:confirm|capture|cancel)$|^\/v1\/refunds$/;

/** The test card that a request is about: that of its intent's charge, of its intent, or of the intent that it makes. */
function cardBehind({ books, params, id }: Call): CardOutcome | undefined {
  const intent = books.intents.get(id === '' ? (textIn(params, 'payment_intent') ?? '') : id);
  const charged = books.charges.get(intent?.latest_charge ?? '')?.payment_method;
  return testCard(charged ?? intent?.payment_method ?? textIn(params, 'payment_method') ?? '');
}

/** What a request comes to where its card, and not what it asks, decides; undefined to go on as ever. */
export function refusedByCard({ method, path }: Endpoint, call: Call): Reply | undefined {
  if (method !== 'POST') return undefined;
  const card = cardBehind(call);
  if (card?.unavailable)
    return refuseEarly(
      503,
      'Stripe is unavailable.',
      { type: 'api_error' },
      { 'Stripe-Should-Retry': 'true' },
    );
  if (card?.immovable && MOVES.test(path) && !path.endsWith('/confirm'))
    return refuse(400, 'This charge cannot be changed.', { code: 'payment_intent_unexpected_state' });
  return undefined;
}

/** Whether the card or the account behind a request that moves money has its answer lost. It is asked before the request is run. */
export const silenced = ({ method, path }: Endpoint, call: Call): boolean =>
  method === 'POST' &&
  (path === '/v1/transfers'
    ? SILENT_DESTINATIONS.includes(textIn(call.params, 'destination') ?? '')
    : MOVES.test(path) && cardBehind(call)?.silent === true);
