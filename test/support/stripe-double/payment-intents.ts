import { amountRefused, currencyRefused } from './amounts.ts';
import { authorize, capture, release } from './charging.ts';
import type { Call } from './endpoints.ts';
import { metadataIn, objectIn, textIn } from './form.ts';
import type { Intent } from './objects.ts';
import { answer, missing, type Reply, refuse, refuseEarly } from './replies.ts';
import { testCard } from './test-cards.ts';

/** `POST /v1/payment_intents`: nothing moves before it is confirmed. */
export function createIntent(call: Call): Reply {
  const { books, params, expanded } = call;
  const currency = textIn(params, 'currency');
  const refused =
    currencyRefused(currency) ?? amountRefused(textIn(params, 'amount'), currency ?? '', 'amount');
  if (refused !== undefined) return refused;
  const method = textIn(params, 'payment_method');
  if (method !== undefined && testCard(method) === undefined)
    return missing('PaymentMethod', method, 'payment_method');
  const id = books.newId('pi');
  const intent: Intent = {
    id,
    object: 'payment_intent',
    amount: Number(textIn(params, 'amount')),
    amount_capturable: 0,
    amount_received: 0,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: (textIn(params, 'capture_method') ?? 'automatic_async') as Intent['capture_method'],
    client_secret: `${id}_secret_double`,
    confirmation_method: 'automatic',
    created: books.now(),
    currency: currency ?? '',
    description: textIn(params, 'description') ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    metadata: metadataIn(params),
    next_action: null,
    payment_method: method ?? null,
    payment_method_options: structuredClone(objectIn(params, 'payment_method_options')),
    payment_method_types: [(method === undefined ? undefined : testCard(method)?.type) ?? 'card'],
    status: method === undefined ? 'requires_payment_method' : 'requires_confirmation',
    transfer_group: textIn(params, 'transfer_group') ?? null,
  };
  books.intents.set(id, intent);
  books.emit('payment_intent.created', intent);
  return textIn(params, 'confirm') === 'true' ? confirmIntent({ ...call, id }) : answer(expanded(intent));
}

const unexpected = (intent: Intent, doing: string, expanded: Call['expanded']): Reply =>
  refuse(400, `You cannot ${doing} this PaymentIntent because it has a status of ${intent.status}.`, {
    code: 'payment_intent_unexpected_state',
    payment_intent: expanded(intent),
  });

/** `POST /v1/payment_intents/{intent}/confirm`: here a charge is made, the customer called to act, or neither. */
export function confirmIntent({ books, params, id, expanded }: Call): Reply {
  const intent = books.intents.get(id);
  if (intent === undefined) return missing('payment_intent', id, 'intent');
  const method = textIn(params, 'payment_method') ?? intent.payment_method;
  if (method === null)
    return refuse(400, 'You cannot confirm this PaymentIntent because it’s missing a payment method.', {
      code: 'payment_intent_unexpected_state',
      payment_intent: expanded(intent),
    });
  const card = testCard(method);
  if (card === undefined) return missing('PaymentMethod', method, 'payment_method');
  if (intent.status !== 'requires_confirmation' && intent.status !== 'requires_payment_method')
    return unexpected(intent, 'confirm', expanded);
  intent.payment_method = method;
  if (card.authenticates) {
    intent.status = 'requires_action';
    const url = `https://hooks.stripe.example/3d_secure/${id}`;
    const returnUrl = textIn(params, 'return_url');
    intent.next_action =
      returnUrl === undefined
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
        : { type: 'redirect_to_url', redirect_to_url: { url, return_url: returnUrl } };
    books.emit('payment_intent.requires_action', intent);
    return answer(expanded(intent));
  }
  const error = authorize(books, intent, card);
  return error === undefined
    ? answer(expanded(intent))
    : refuse(402, 'Your card was declined.', { ...error, payment_intent: expanded(intent) });
}

/** `POST /v1/payment_intents/{intent}/capture`: all of what is left and the end of the hold, unless it says otherwise. */
export function captureIntent({ books, params, id, expanded }: Call): Reply {
  const intent = books.intents.get(id);
  if (intent === undefined) return missing('payment_intent', id, 'intent');
  const asked = textIn(params, 'amount_to_capture');
  const refused =
    asked === undefined ? undefined : amountRefused(asked, intent.currency, 'amount_to_capture');
  if (refused !== undefined) return refused;
  if (intent.status !== 'requires_capture') return unexpected(intent, 'capture', expanded);
  const amount = asked === undefined ? intent.amount_capturable : Number(asked);
  if (amount > intent.amount_capturable)
    return refuse(400, 'The amount to capture is greater than the amount that can be captured.', {
      code: 'amount_too_large',
      param: 'amount_to_capture',
    });
  const final = textIn(params, 'final_capture') !== 'false';
  const charge = books.charges.get(intent.latest_charge ?? '');
  const options = objectIn(intent.payment_method_options as typeof params, 'card');
  if (
    !final &&
    (options['request_multicapture'] !== 'if_available' ||
      testCard(charge?.payment_method ?? '')?.multicapture === false)
  )
    return refuse(400, 'Multicapture is not available for this PaymentIntent.', { param: 'final_capture' });
  intent.metadata = metadataIn(params, intent.metadata);
  capture(books, intent, amount, final || amount === intent.amount_capturable);
  return answer(expanded(intent));
}

/** `POST /v1/payment_intents/{intent}/cancel`: releases what was not captured. */
export function cancelIntent({ books, params, id, expanded }: Call): Reply {
  const intent = books.intents.get(id);
  if (intent === undefined) return missing('payment_intent', id, 'intent');
  if (['succeeded', 'canceled', 'processing'].includes(intent.status))
    return unexpected(intent, 'cancel', expanded);
  release(books, intent, textIn(params, 'cancellation_reason') ?? null);
  return answer(expanded(intent));
}

/** `POST /v1/payment_intents/{intent}`: metadata alone, the only part that the double lets anybody change later. */
export function updateIntent({ books, params, id, expanded }: Call): Reply {
  const intent = books.intents.get(id);
  if (intent === undefined) return missing('payment_intent', id, 'intent');
  const beyond = Object.keys(params).filter((name) => name !== 'metadata' && name !== 'expand');
  if (beyond.length > 0)
    return refuseEarly(400, `The double changes no ${beyond.join()}`, { param: beyond.join() });
  intent.metadata = metadataIn(params, intent.metadata);
  return answer(expanded(intent));
}
