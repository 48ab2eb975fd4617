import { okAsync } from 'neverthrow';
import { readStripeEvent } from '../../../src/adapters/stripe/notifications.ts';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import { world } from '../../application/each-world.ts';
import { terms } from '../../fixtures/changes.ts';
import { notified } from '../notified.ts';
import { processorAt } from './bookkeeping.ts';
import type { StripeDouble } from './server.ts';
import { signedEvent } from './signed-events.ts';

const SECRET = 'whsec_of_the_double';

/** The use cases of payments in the test's world, whose processor is the double. */
export function paymentsOn(double: StripeDouble, timeoutMs?: number) {
  const ports = {
    ...world.ports,
    processor: processorAt(double, timeoutMs),
    paymentMethods: { resolve: (_: unknown, __: unknown, method: string) => okAsync(method) },
  };
  return {
    ports,
    process: processPayment(ports, terms),
    move: modifyPayment(ports, terms),
    recover: recoverPayments(ports, terms),
  };
}

/** What takes events as Stripe posts them: signed at that moment. */
export function eventsTo(ports: Parameters<typeof notified>[0]) {
  const read = readStripeEvent([SECRET], world.ports.clock);
  const { receive, compare } = notified(ports);
  return {
    compare,
    post: (event: Parameters<typeof signedEvent>[0]) => {
      const { body, headers } = signedEvent(event, [SECRET], Math.floor(world.clock.at / 1_000));
      return read({ body: Buffer.from(body), signature: headers['stripe-signature'] })
        .mapErr(({ kind }) => ({ kind, cause: undefined }))
        .asyncAndThen((notification) => receive({ ...notification, requestId: 'req-event' }));
    },
  };
}
