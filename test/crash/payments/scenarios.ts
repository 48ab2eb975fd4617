import type { ModificationRequest } from '../../../src/domain/payments/modification.ts';
import type { CaptureMethod } from '../../../src/domain/payments/payment.ts';
import type { Scenario as AnyScenario, Outage } from '../points.ts';

/**
 * What a client asks for. Modifications are of the one payment there is, transfers go to the other merchant. `expire` is the void of
 * an authorization about to lapse, which a round of paywright asks for. `customer` is what the customer does for whom the payment
 * waits, before the client has it confirmed.
 */
export type Request =
  | Readonly<{ type: 'process'; paymentMethod: string; captureMethod: CaptureMethod }>
  | ModificationRequest
  | Readonly<{ type: 'expire' }>
  | Readonly<{ type: 'customer'; choice: 'approve' | 'decline' }>
  | Readonly<{ type: 'confirm' }>
  | Readonly<{ type: 'transfer'; amount: bigint }>;

/** Of every payment, in US cents. */
export const TAKEN = 2_500n;

/** Ends are as `endText` says them. */
export type Scenario = AnyScenario<Request> & Readonly<{ refundsNeedBalance?: true }>;

const AT_FIRST: Outage = { refuses: 'orders', lasts: 'first request' };
const FOR_LONG: Outage = { refuses: 'orders', lasts: 'long' };
const GONE: Outage = { refuses: 'everything', lasts: 'long' };

const taking = (paymentMethod: string): Request => ({
  type: 'process',
  paymentMethod,
  captureMethod: 'automatic',
});
const holding = (paymentMethod: string): Request => ({
  type: 'process',
  paymentMethod,
  captureMethod: 'manual',
});
const capture = (amount: bigint): Request => ({ type: 'capture', amount, final: false });
const lastCapture = (amount: bigint): Request => ({ type: 'capture', amount, final: true });
const refund = (amount: bigint): Request => ({ type: 'refund', amount });
const voiding: Request = { type: 'void' };
const expiring: Request = { type: 'expire' };
const confirm: Request = { type: 'confirm' };
const transfer = (amount: bigint): Request => ({ type: 'transfer', amount });

const scenario = (
  name: string,
  before: readonly Request[],
  request: Request,
  ends: readonly string[],
  more: Pick<Scenario, 'rival' | 'outage' | 'writesNothing' | 'refundsNeedBalance'> = {},
): Scenario => ({ name, before, request, ends, ...more });

const TOOK = 'succeeded, 2500 captured';
const CARD_TAKEN = [taking('card')];
const CARD_HELD = [holding('card')];
const WAITING = [taking('test_requires_action')];
const acted = (choice: 'approve' | 'decline'): Request => ({ type: 'customer', choice });

export const SCENARIOS: readonly Scenario[] = [
  scenario('a payment approved at once', [], taking('card'), [TOOK]),
  scenario('a payment of which a fee is kept', [], taking('test_fee'), [TOOK]),
  scenario('a payment held for a later capture', [], holding('card'), ['authorized']),
  scenario('a payment declined', [], taking('test_declined'), ['failed']),
  scenario('a payment charged in silence', [], taking('test_timeout_approved'), [TOOK]),
  scenario('a payment declined in silence', [], taking('test_timeout_declined'), ['failed']),
  scenario('a payment charged in silence whose record shows late', [], taking('test_timeout_late_record'), [
    TOOK,
  ]),
  scenario('a payment that settles later', [], taking('test_pending_approved'), [TOOK]),
  scenario('a payment that is declined later', [], taking('test_pending_declined'), ['failed']),
  scenario('a payment opened first', [], taking('test_opens_first'), [TOOK]),
  scenario('a payment opened first and refused for long', [], taking('test_opens_first'), [TOOK, 'failed'], {
    outage: FOR_LONG,
  }),
  scenario('a payment refused for ever', [], taking('test_unavailable'), ['failed', 'processing']),
  scenario('a payment refused at first', [], taking('card'), [TOOK, 'failed'], { outage: AT_FIRST }),
  scenario('a payment refused for long', [], taking('card'), [TOOK, 'failed'], { outage: FOR_LONG }),
  scenario('a payment with the processor gone', [], taking('card'), [TOOK, 'failed'], { outage: GONE }),

  scenario('a payment whose customer never acts', [], taking('test_requires_action'), ['canceled']),
  scenario('a confirmation of what the customer approved', [...WAITING, acted('approve')], confirm, [TOOK]),
  scenario('a confirmation of what the customer declined', [...WAITING, acted('decline')], confirm, [
    'failed',
  ]),
  scenario(
    'a confirmation of a hold that the customer approved',
    [holding('test_requires_action'), acted('approve')],
    confirm,
    ['authorized'],
  ),
  scenario('a confirmation against a void', [...WAITING, acted('approve')], confirm, [TOOK], {
    rival: voiding,
  }),
  scenario('a void while the customer has not acted', WAITING, voiding, ['canceled']),
  scenario('a void when the customer has approved', [...WAITING, acted('approve')], voiding, [TOOK]),
  scenario('a void while the customer has not acted, refused for long', WAITING, voiding, ['canceled'], {
    outage: FOR_LONG,
  }),

  scenario('a capture of a part', CARD_HELD, capture(1_000n), ['authorized, 1000 captured']),
  scenario('a capture of the rest', [...CARD_HELD, capture(1_000n)], capture(1_500n), [TOOK]),
  scenario('a final capture of a part, less a fee', [holding('test_fee')], lastCapture(1_000n), [
    'succeeded, 1000 captured',
  ]),
  scenario('a capture of too much', CARD_HELD, capture(2_501n), ['authorized']),
  scenario('a capture refused by the processor', [holding('test_movement_refused')], lastCapture(1_000n), [
    'authorized',
  ]),
  scenario('a capture in silence', [holding('test_timeout_approved')], lastCapture(1_000n), [
    'succeeded, 1000 captured',
  ]),
  scenario('a capture with the processor gone', CARD_HELD, capture(1_000n), ['authorized, 1000 captured'], {
    outage: GONE,
  }),
  scenario('a capture against another', CARD_HELD, capture(1_500n), ['authorized, 1500 captured'], {
    rival: capture(1_500n),
  }),

  scenario('a refund of a part', CARD_TAKEN, refund(1_000n), [`${TOOK}, 1000 refunded`]),
  scenario('a refund of the rest', [...CARD_TAKEN, refund(1_000n)], { type: 'refund' }, [
    `${TOOK}, 2500 refunded`,
  ]),
  scenario('a refund refused by the processor', [taking('test_movement_refused')], refund(1_000n), [TOOK]),
  scenario('a refund in silence', [taking('test_timeout_approved')], refund(1_000n), [
    `${TOOK}, 1000 refunded`,
  ]),
  scenario('a refund refused for long', CARD_TAKEN, refund(1_000n), [`${TOOK}, 1000 refunded`], {
    outage: FOR_LONG,
  }),
  scenario('a refund against another', CARD_TAKEN, refund(1_500n), [`${TOOK}, 1500 refunded`], {
    rival: refund(1_500n),
  }),

  scenario('a refund while the rest is held', [...CARD_HELD, capture(1_500n)], refund(1_000n), [
    'authorized, 1500 captured, 1000 refunded',
  ]),
  scenario(
    'a refund against the capture of the rest',
    [...CARD_HELD, capture(1_500n)],
    refund(1_000n),
    [`${TOOK}, 1000 refunded`],
    { rival: lastCapture(1_000n) },
  ),
  scenario(
    'a refund in silence against a void of the rest',
    [holding('test_timeout_approved'), capture(1_500n)],
    refund(1_000n),
    ['succeeded, 1500 captured, 1000 refunded'],
    { rival: voiding },
  ),

  scenario('a refund that needs the balance', CARD_TAKEN, refund(1_000n), [`${TOOK}, 1000 refunded`], {
    refundsNeedBalance: true,
  }),
  scenario(
    'a refund that needs the balance against a transfer',
    CARD_TAKEN,
    refund(1_500n),
    [`${TOOK}, 1500 refunded`, `${TOOK}, 1500 sent`],
    { refundsNeedBalance: true, rival: transfer(1_500n) },
  ),

  scenario('a void', CARD_HELD, voiding, ['canceled']),
  scenario('a void of what a capture left', [...CARD_HELD, capture(1_000n)], voiding, [
    'succeeded, 1000 captured',
  ]),
  scenario('a void refused by the processor', [holding('test_movement_refused')], voiding, ['authorized']),
  scenario('a void in silence', [holding('test_timeout_approved')], voiding, ['canceled']),
  scenario('a void refused at first', CARD_HELD, voiding, ['canceled'], { outage: AT_FIRST }),
  scenario('a void against a capture', CARD_HELD, voiding, ['canceled', TOOK], {
    rival: { type: 'capture', final: false },
  }),

  scenario('an authorization that expires', [holding('test_expires')], expiring, ['canceled']),
  scenario('an authorization that expires in silence', [holding('test_timeout_approved')], expiring, [
    'canceled',
  ]),
  scenario(
    'an authorization that expires against a capture of a part',
    [holding('test_expires')],
    expiring,
    ['canceled', 'succeeded, 1000 captured'],
    { rival: lastCapture(1_000n) },
  ),

  scenario('a transfer', CARD_TAKEN, transfer(1_000n), [`${TOOK}, 1000 sent`]),
  scenario('a transfer of what another left', [...CARD_TAKEN, transfer(1_000n)], transfer(1_500n), [
    `${TOOK}, 2500 sent`,
  ]),
  scenario('a transfer of too much', CARD_TAKEN, transfer(2_501n), [TOOK], { writesNothing: true }),
  scenario('a transfer against another', CARD_TAKEN, transfer(1_500n), [`${TOOK}, 1500 sent`], {
    rival: transfer(1_500n),
  }),
];
