import type { CaptureMethod } from '../../src/domain/payment.ts';
import type { Planned } from './steps.ts';

/** What the processor does not do while it is out. */
export type Outage = Readonly<{
  refuses: 'charges' | 'everything';
  /** Until the first request is over, or until everything that was on the wire has arrived. */
  lasts: 'first request' | 'long';
}>;

export type Scenario = Readonly<{
  name: string;
  paymentMethod: string;
  captureMethod: CaptureMethod;
  outage?: Outage;
}>;

const scenario = (name: string, paymentMethod: string, outage?: Outage): Scenario => ({
  name,
  paymentMethod,
  captureMethod: 'automatic',
  ...(outage === undefined ? {} : { outage }),
});

export const SCENARIOS: readonly Scenario[] = [
  scenario('approved at once', 'card'),
  { ...scenario('held for a later capture', 'card'), captureMethod: 'manual' },
  scenario('declined', 'test_declined'),
  scenario('charged in silence', 'test_timeout_approved'),
  scenario('declined in silence', 'test_timeout_declined'),
  scenario('refused for ever', 'test_unavailable'),
  scenario('refused at first', 'card', { refuses: 'charges', lasts: 'first request' }),
  scenario('refused for long', 'card', { refuses: 'charges', lasts: 'long' }),
  scenario('processor gone for long', 'card', { refuses: 'everything', lasts: 'long' }),
];

/** Who comes first after the fault: the client with the same key, or the recovery worker. */
export const ORDERS = [
  'retry, then recovery',
  'recovery, then retry',
  'retry and recovery at once',
  'retry, then silence until the key is given up',
] as const;
export type Order = (typeof ORDERS)[number];

/** One way things can go wrong: a fault in the first request, and perhaps one in who comes after it. */
export type Point = Readonly<{
  scenario: Scenario;
  order: Order;
  first?: Planned;
  second?: Planned & Readonly<{ who: 'retry' | 'recovery' }>;
}>;

export const pointText = ({ scenario: { name }, order, first, second }: Point): string =>
  [
    name,
    order,
    `first request: ${first === undefined ? 'no fault' : `${first.fault} at step ${first.step}`}`,
    ...(second === undefined ? [] : [`${second.who}: ${second.fault} at step ${second.step}`]),
  ].join(' | ');
