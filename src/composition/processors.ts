import { chosenProcessor } from '../adapters/processor/chosen.ts';
import { simulatedProcessor } from '../adapters/processor/simulator.ts';
import type { SimulatorLedger } from '../adapters/processor/simulator-ledger.ts';
import { stripeClient } from '../adapters/stripe/client.ts';
import { stripeProcessor } from '../adapters/stripe/processor.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { Processor } from '../ports/processor.ts';

/** How Stripe is reached. `apiBase`: where it is, when that is not Stripe's own address. */
export type StripeAccess = Readonly<{ secretKey: string; apiBase?: string }>;

/**
 * Which processor acts for merchants whose config names none. Where the simulator does, Stripe may stand beside it; where Stripe
 * does, no merchant can choose a simulator, which would approve without moving money.
 */
export type ProcessorSettings =
  | Readonly<{ kind: 'simulator'; stripe?: StripeAccess }>
  | Readonly<{ kind: 'stripe'; stripe: StripeAccess }>;

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
  stripeProcessor(() => stripeClient({ ...stripe, timeoutMs }), systemClock);
