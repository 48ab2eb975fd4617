import { chosenProcessor } from '../adapters/processor/chosen.ts';
import { simulatedProcessor } from '../adapters/processor/simulator.ts';
import { besideSimulated, type SimulatedDisputes } from '../adapters/processor/simulator-disputes.ts';
import type { SimulatorLedger } from '../adapters/processor/simulator-ledger.ts';
import { stripeDisputes } from '../adapters/stripe/disputes.ts';
import { readStripeEvent } from '../adapters/stripe/notifications.ts';
import { stripeProcessor } from '../adapters/stripe/processor.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { Processor } from '../ports/processor.ts';
import type { ProcessorDisputes } from '../ports/processor-disputes.ts';
import type { ReadNotification } from '../ports/processor-notifications.ts';
import { type StripeAccess, stripeClientOf } from './stripe-access.ts';

/**
 * Which processor acts for merchants whose config names none. Where the simulator does, Stripe may stand beside it; where Stripe
 * does, no merchant can choose a simulator, which would approve without moving money.
 */
export type ProcessorSettings =
  | Readonly<{ kind: 'simulator'; stripe?: StripeAccess }>
  | Readonly<{ kind: 'stripe'; stripe: StripeAccess }>;

/** A key of Stripe's under which nothing moves; both kinds say so in their names. */
const TEST_KEY = /^(?:sk|rk)_test_/;

/** Whether a charge or payout of any merchant or vendor may move money: by a processor that is not the simulator, under a key that is not for tests. */
export const movesMoney = (...accounts: readonly (StripeAccess | undefined)[]): boolean =>
  accounts.some((account) => account !== undefined && !TEST_KEY.test(account.secretKey));

/** The simulator, alone or with Stripe for merchants whose config says `kind: stripe`. */
export function simulatorFirst(
  ledger: SimulatorLedger,
  stripe: StripeAccess | undefined,
  timeoutMs: number,
): Processor {
  const simulator = simulatedProcessor(ledger, systemClock);
  return stripe === undefined
    ? chosenProcessor({ simulator }, 'simulator')
    : chosenProcessor({ simulator, stripe: onStripe(stripe, timeoutMs) }, 'simulator');
}

/** Stripe for everybody. */
export const stripeAlone = (stripe: StripeAccess, timeoutMs: number): Processor =>
  chosenProcessor({ stripe: onStripe(stripe, timeoutMs) }, 'stripe');

const onStripe = (stripe: StripeAccess, timeoutMs: number): Processor =>
  stripeProcessor(() => stripeClientOf(stripe, timeoutMs), systemClock);

/** The simulator's disputes, where it acts for any merchant. */
export type Simulated = Readonly<{ disputes?: SimulatedDisputes }>;

/** The simulator's disputes, and Stripe's where its events say that there are any. */
export function disputesOf(
  { stripe }: ProcessorSettings,
  { disputes }: Simulated,
  timeoutMs: number,
): ProcessorDisputes | undefined {
  const stripes =
    stripe?.webhookSecrets === undefined
      ? undefined
      : stripeDisputes(() => stripeClientOf(stripe, timeoutMs));
  return disputes === undefined ? stripes : besideSimulated(disputes, stripes);
}

/** What reads the notifications of each processor that may send some. */
export type NotificationReaders = Readonly<{ stripe?: ReadNotification }>;

export const notificationReaders = ({ stripe }: ProcessorSettings): NotificationReaders =>
  stripe?.webhookSecrets === undefined ? {} : { stripe: readStripeEvent(stripe.webhookSecrets, systemClock) };
