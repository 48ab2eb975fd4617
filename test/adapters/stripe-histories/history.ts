import fc from 'fast-check';
import type { ModificationRequest } from '../../../src/domain/payments/modification.ts';
import type { CaptureMethod } from '../../../src/domain/payments/payment.ts';
import { EVERY_FAULT, type Fault } from '../../support/stripe-double/faults.ts';

/** What a charge asks of Stripe, and each modification. */
export const ENDPOINTS = {
  open: 'POST /v1/payment_intents',
  confirm: 'POST /v1/payment_intents/{intent}/confirm',
  capture: 'POST /v1/payment_intents/{intent}/capture',
  refund: 'POST /v1/refunds',
  void: 'POST /v1/payment_intents/{intent}/cancel',
} as const;

const FAULTS: readonly Fault[] = [
  ...EVERY_FAULT,
  { kind: 'late' },
  { kind: 'wrong', body: (right) => ({ ...right, status: 'canceled' }) },
  { kind: 'wrong', body: (right) => ({ ...right, currency: 'eur' }) },
];

type Body = Readonly<Record<string, unknown>>;
type Lie = Readonly<{ endpoint: string; body(right: Body): Body }>;

const INTENT = 'GET /v1/payment_intents/{intent}';
const REFUNDS = 'GET /v1/refunds';

const oneLess = (units: unknown): number => Number(units) - 1;
const eachOf = (list: Body, changed: (each: Body) => Body): Body => ({
  ...list,
  data: (list['data'] as readonly Body[]).map(changed),
});
const marked = (mark: unknown): unknown =>
  typeof mark === 'string'
    ? mark.replace(/^(capture|void) (\d+)/, (_, did, units) => `${did} ${oneLess(units)}`)
    : mark;

/** What Stripe's record may say that is not so, of a charge, of captures and voids, or of refunds. */
export const LIES = {
  'another amount': { endpoint: INTENT, body: (right) => ({ ...right, amount: oneLess(right['amount']) }) },
  'another currency': { endpoint: INTENT, body: (right) => ({ ...right, currency: 'eur' }) },
  'another state': { endpoint: INTENT, body: (right) => ({ ...right, status: 'canceled' }) },
  'another amount taken or released': {
    endpoint: INTENT,
    body: (right) => ({
      ...right,
      metadata: Object.fromEntries(
        Object.entries(right['metadata'] as Body).map(([name, mark]) => [name, marked(mark)]),
      ),
    }),
  },
  'another amount given back': {
    endpoint: REFUNDS,
    body: (right) => eachOf(right, (each) => ({ ...each, amount: oneLess(each['amount']) })),
  },
  'another currency given back': {
    endpoint: REFUNDS,
    body: (right) => eachOf(right, (each) => ({ ...each, currency: 'eur' })),
  },
} as const satisfies Record<string, Lie>;

export type Step = Readonly<{
  asked: ModificationRequest;
  fault: Fault | undefined;
  /** The same request comes again under its key. */
  again: boolean;
  /** An event about the payment comes after it, true or not. */
  notified: boolean;
}>;

/** One payment on Stripe and what goes wrong about it. */
export type History = Readonly<{
  captureMethod: CaptureMethod;
  paymentMethod: string;
  opened: Fault | undefined;
  confirmed: Fault | undefined;
  again: boolean;
  steps: readonly Step[];
  /** `fromStep`: before which step Stripe's record begins to lie; `forGood`: until the end, not until its keys are forgotten. */
  lie: Readonly<{ of: keyof typeof LIES; fromStep: number; forGood: boolean }> | undefined;
}>;

/** Half of the requests go well. */
const fault = fc.option(fc.constantFrom(...FAULTS), { nil: undefined, freq: 2 });

export const aHistory: fc.Arbitrary<History> = fc.record({
  captureMethod: fc.constantFrom('automatic', 'manual'),
  paymentMethod: fc.oneof(
    { arbitrary: fc.constant('pm_card_visa'), weight: 6 },
    { arbitrary: fc.constantFrom('pm_card_visa_chargeDeclined', 'pm_card_refundFail'), weight: 1 },
  ),
  opened: fault,
  confirmed: fault,
  again: fc.boolean(),
  steps: fc.array(
    fc.record({
      asked: fc.constantFrom<ModificationRequest>(
        { type: 'capture', amount: 30n, final: false },
        { type: 'capture', amount: 20n, final: true },
        { type: 'refund', amount: 15n },
        { type: 'void' },
      ),
      fault,
      again: fc.boolean(),
      notified: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
  lie: fc.option(
    fc.record({
      of: fc.constantFrom(...(Object.keys(LIES) as (keyof typeof LIES)[])),
      fromStep: fc.nat({ max: 2 }),
      forGood: fc.oneof(
        { arbitrary: fc.constant(true), weight: 3 },
        { arbitrary: fc.constant(false), weight: 1 },
      ),
    }),
    { nil: undefined, freq: 4 },
  ),
});

const CARD = { captureMethod: 'manual', paymentMethod: 'pm_card_visa', again: false } as const;

/** Histories that once ended in silence, or with other books than Stripe's. */
export const ENDED_WRONGLY: readonly History[] = [
  {
    ...CARD,
    opened: undefined,
    confirmed: undefined,
    steps: [
      { asked: { type: 'void' }, fault: { kind: 'error', when: 'before' }, again: false, notified: false },
    ],
    lie: { of: 'another state', fromStep: 1, forGood: false },
  },
  {
    ...CARD,
    opened: undefined,
    confirmed: { kind: 'lock_timeout' },
    steps: [],
    lie: { of: 'another state', fromStep: 0, forGood: true },
  },
];
