import { ResultAsync } from 'neverthrow';
import type Stripe from 'stripe';
import { present } from '../../domain/kernel/present.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Processor } from '../../ports/processor.ts';
import { charge, lookupCharge } from './charges.ts';
import { lookupModification, move } from './modifications.ts';

/** Stripe's payment methods, stored for a customer as their tokens. */
const PAYMENT_METHOD = /^pm_[A-Za-z0-9_]{1,250}$/;

/**
 * `open` makes the client, for the first call. Payments on the platform's Stripe account, or on the connected account that a merchant's config names as `account`. Nothing of
 * Stripe's client leaves this folder. Calls of this process under one reference that are under way at once are one call:
 * Stripe would refuse all but the first for as long as its key is in use.
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
    move: (order) => moving(order.reference, () => move(stripe(), clock)(order)),
    lookup: (query) =>
      'charge' in query ? lookupModification(stripe())(query) : lookupCharge(stripe())(query),
  };
}

function oneAtATime<Call extends ResultAsync<unknown, unknown>>() {
  const underWay = new Map<string, Call>();
  return (name: string, call: () => Call): Call => {
    const running = underWay.get(name);
    if (running !== undefined) return running;
    const begun = call();
    underWay.set(name, begun);
    const over = () => void underWay.delete(name);
    void begun.then(over, over);
    return begun;
  };
}
