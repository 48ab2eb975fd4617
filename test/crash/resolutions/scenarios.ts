import type { ResolutionOutcome } from '../../../src/domain/payments/attention.ts';
import type { Scenario as AnyScenario } from '../points.ts';

/** Who may say what became of the money; all are different persons. */
export type Person = 'ann' | 'bob' | 'carl';

/** What a person asks for about the one payment in attention. */
export type Request =
  | Readonly<{ type: 'propose'; by: Person; outcome: ResolutionOutcome; replaces: boolean }>
  | Readonly<{ type: 'confirm'; by: Person }>;

/** What the payment is in attention about. */
export type About = 'charge' | 'capture' | 'refund' | 'void';

/**
 * Ends are as `endText` says them. `corrected`: the processor's record says what was asked for once the request was first sent,
 * where it otherwise stays at odds for good.
 */
export type Scenario = AnyScenario<Request> & Readonly<{ about: About; corrected?: true }>;

const proposing = (by: Person, outcome: ResolutionOutcome, replaces = false): Request => ({
  type: 'propose',
  by,
  outcome,
  replaces,
});
const confirming = (by: Person): Request => ({ type: 'confirm', by });

const scenario = (
  about: About,
  name: string,
  before: readonly Request[],
  request: Request,
  ends: readonly string[],
  more: Pick<Scenario, 'rival' | 'corrected'> = {},
): Scenario => ({ name: `${name}, of a ${about}`, about, before, request, ends, ...more });

const TAKEN = proposing('ann', 'succeeded');
const NOT_TAKEN = proposing('ann', 'failed');

/** How each ends that two people say was done, or was not, and how it stands until then. */
const ENDS = {
  charge: { done: 'succeeded, 2500 captured', undone: 'failed', open: 'processing' },
  capture: { done: 'authorized, 400 captured', undone: 'authorized', open: 'authorized' },
  refund: {
    done: 'succeeded, 2500 captured, 400 refunded',
    undone: 'succeeded, 2500 captured',
    open: 'succeeded, 2500 captured',
  },
  void: { done: 'canceled', undone: 'authorized', open: 'authorized' },
} as const;

const ABOUT_EACH = (Object.keys(ENDS) as readonly About[]).flatMap((about) => {
  const { done, undone, open } = ENDS[about];
  return [
    scenario(about, 'a proposal', [], TAKEN, [`${open}, ann proposed succeeded`]),
    scenario(about, 'a confirmation that it was done', [TAKEN], confirming('bob'), [done]),
    scenario(about, 'a confirmation that it was not done', [NOT_TAKEN], confirming('bob'), [undone]),
    scenario(about, 'a confirmation beside the processor’s', [TAKEN], confirming('bob'), [done], {
      corrected: true,
    }),
  ];
});

export const SCENARIOS: readonly Scenario[] = [
  ...ABOUT_EACH,
  scenario('charge', 'a cancellation', [proposing('ann', 'canceled')], confirming('bob'), ['canceled']),
  scenario(
    'charge',
    'a proposal in place of another',
    [NOT_TAKEN],
    proposing('bob', 'succeeded', true),
    ['processing, bob proposed succeeded', 'processing, carl proposed canceled'],
    { rival: proposing('carl', 'canceled', true) },
  ),
  scenario(
    'charge',
    'a proposal beside another',
    [],
    TAKEN,
    ['processing, ann proposed succeeded', 'processing, bob proposed failed'],
    { rival: proposing('bob', 'failed') },
  ),
  scenario('charge', 'a confirmation beside another', [TAKEN], confirming('bob'), [ENDS.charge.done], {
    rival: confirming('carl'),
  }),
  scenario('refund', 'a confirmation beside another', [NOT_TAKEN], confirming('bob'), [ENDS.refund.undone], {
    rival: confirming('carl'),
  }),
  scenario('charge', 'an attempt of who proposed', [TAKEN], confirming('ann'), [
    'processing, ann proposed succeeded, refused to ann',
  ]),
];
