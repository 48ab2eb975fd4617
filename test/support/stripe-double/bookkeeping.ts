import { stripeClient } from '../../../src/adapters/stripe/client.ts';
import { stripeProcessor } from '../../../src/adapters/stripe/processor.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { Books } from './books.ts';
import { DOUBLE_KEY, type StripeDouble } from './server.ts';

/** The processor of the platform, against a double. */
export const processorAt = (double: StripeDouble, timeoutMs = 5_000) =>
  stripeProcessor(() => stripeClient({ secretKey: DOUBLE_KEY, apiBase: double.url, timeoutMs }), systemClock);

/** Intents of which money was held or taken. */
const paid = (books: Books) =>
  [...books.intents.values()].filter(
    ({ latest_charge }) => latest_charge !== null && books.charges.get(latest_charge)?.paid,
  );

/** References of ours under which the double charged, once for each charge. */
export const charged = (books: Books): readonly string[] =>
  paid(books).map(({ metadata }) => metadata['paywright_payment'] ?? '');

/** What became of an approved charge's money, by our reference, in minor units as Stripe counts them. */
export function bookOf(books: Books, reference: string) {
  const intent = paid(books).find(({ metadata }) => metadata['paywright_payment'] === reference);
  const charge = books.charges.get(intent?.latest_charge ?? '');
  return intent === undefined || charge === undefined
    ? undefined
    : {
        authorized: BigInt(charge.amount),
        captured: BigInt(charge.amount_captured),
        refunded: BigInt(charge.amount_refunded),
        ended: intent.status !== 'requires_capture',
      };
}
