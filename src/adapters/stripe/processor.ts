import type Stripe from 'stripe';
import { present } from '../../domain/kernel/present.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Processor } from '../../ports/processor.ts';
import { cancelCharge, charge, lookupCharge } from './charges.ts';
import { lookupModification } from './modification-records.ts';
import { move } from './modifications.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Stripe's payment methods, stored for a customer as their tokens. */
const PAYMENT_METHOD = /^pm_[A-Za-z0-9_]{1,250}$/;

/**
 * `open` makes the client, for the first call. Payments on the platform's Stripe account, or on the connected account that a merchant's config names as `account`. Nothing of
 * Stripe's client leaves this folder. Calls under one reference that are under way at once are one call.
 */
export function stripeProcessor(open: () => Stripe, clock: Clock): Processor {
  const charging = oneAtATime<ReturnType<Processor['charge']>>();
  const moving = oneAtATime<ReturnType<Processor['move']>>();
  let opened: Stripe | undefined;
  const stripe = () => (opened ??= open());
  return {
    routeOf: (config) => ({ processor: 'stripe', ...present({ account: config('account') }) }),
    accepts: (paymentMethod) => PAYMENT_METHOD.test(paymentMethod),
    charge: (order) =>
      charging(`${order.reference} ${order.processorId ?? ''}`, () => charge(stripe(), clock)(order)),
    cancel: (query) => cancelCharge(stripe())(query),
    move: (order) => moving(order.reference, () => move(stripe(), clock)(order)),
    lookup: (query) =>
      'charge' in query ? lookupModification(stripe())(query) : lookupCharge(stripe())(query),
  };
}
