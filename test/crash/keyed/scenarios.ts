import type { Scenario as AnyScenario } from '../points.ts';

/** A POST under a key; all but the first of each kind are of what that one made. */
export type Request = Readonly<{
  type:
    | 'customer'
    | 'payment method'
    | 'merchant'
    | 'endpoint'
    | 'rotation'
    | 'test event'
    | 'replay'
    | 'replay of what failed'
    | 'batch';
}>;

/** Ends are as `endText` of the world says them. `answer` is the one that there may be, where it says what was done. */
export type Scenario = AnyScenario<Request> & Readonly<{ answer?: string }>;

const CUSTOMER: Request = { type: 'customer' };
const ENDPOINT: Request = { type: 'endpoint' };

const scenario = (
  name: string,
  before: readonly Request[],
  request: Request,
  end: string,
  more: Pick<Scenario, 'rival' | 'answer'> = {},
): Scenario => ({ name, before, request, ends: [end], ...more });

const METHOD: Request = { type: 'payment method' };
const ROTATION: Request = { type: 'rotation' };

export const SCENARIOS: readonly Scenario[] = [
  scenario('a customer that is stored', [], CUSTOMER, '1 customer'),
  scenario('a payment method that is added', [CUSTOMER], METHOD, '1 customer, 1 payment method'),
  scenario('a payment method beside another', [CUSTOMER], METHOD, '1 customer, 2 payment methods', {
    rival: METHOD,
  }),
  scenario('a merchant that is opened', [], { type: 'merchant' }, '1 merchant'),
  scenario('an endpoint that is made', [], ENDPOINT, '1 endpoint'),
  scenario('a secret that is rotated', [ENDPOINT], ROTATION, '1 endpoint, 1 rotation'),
  scenario('a secret that is rotated beside another', [ENDPOINT], ROTATION, '1 endpoint, 2 rotations', {
    rival: ROTATION,
  }),
  scenario('a test event that is sent', [ENDPOINT], { type: 'test event' }, '1 endpoint, 1 delivery'),
  scenario('a delivery that is replayed', [ENDPOINT], { type: 'replay' }, '1 endpoint, 1 delivery'),
  scenario(
    'a replay of what failed',
    [ENDPOINT],
    { type: 'replay of what failed' },
    '1 endpoint, 4 deliveries',
    { answer: '4 replayed' },
  ),
  scenario('a batch of payments', [], { type: 'batch' }, '2 payments'),
];
