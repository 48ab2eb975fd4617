import fc from 'fast-check';
import { type ApprovalRequest, reviewRequests } from './approvals-plan.ts';
import { disputeTurns } from './disputes-plan.ts';
import { type BookkeepingRequest, bookkeepingRequests, exportRequests, sentFiles } from './files-plan.ts';
import type { Action } from './plan.ts';
import { afterMs, hurts, process, sends } from './sends-plan.ts';

const takenAtOnce: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('request'),
  afterMs,
  request: fc.record({
    type: fc.constant('process'),
    merchant: process,
    amount: fc.constantFrom(1_000n, 2_500n),
    method: fc.constantFrom('card', 'test_fee', 'test_timeout_approved'),
    isHeld: fc.constant(false),
  }),
  sends,
});
const accepting = fc.record({ type: fc.constant('accept_dispute'), of: fc.nat(2) });
const jobs: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('round'),
  afterMs,
  round: fc.constant('jobs'),
  process,
  hurts,
});
const disputeTurning: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('dispute'),
  afterMs,
  turn: disputeTurns,
  sends,
});

/** What may happen once a payment is taken. */
const disputing: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: disputeTurning },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('request'), afterMs, request: accepting, sends }) },
  { weight: 4, arbitrary: jobs },
  { weight: 1, arbitrary: takenAtOnce },
);

/** An action, and before which of the others it comes. */
type Placed = Readonly<{ before: number; action: Action }>;

const MOST_PLACE = 9;
const placed = (before: fc.Arbitrary<number>, action: fc.Arbitrary<Action>) => fc.record({ before, action });

/** A payment early on, and disputes with all that they need. */
export const disputes: fc.Arbitrary<readonly Placed[]> = fc
  .tuple(
    placed(fc.nat(3), takenAtOnce),
    fc.array(placed(fc.integer({ min: 2, max: MOST_PLACE }), disputing), {
      minLength: 1,
      maxLength: 9,
      size: 'max',
    }),
  )
  .map(([taken, others]) => [taken, ...others]);

const asking = (request: fc.Arbitrary<BookkeepingRequest>): fc.Arbitrary<Action> =>
  fc.record({ kind: fc.constant('bookkeeping'), afterMs, request, sends });
const bookkeeping: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: asking(bookkeepingRequests) },
  { weight: 5, arbitrary: jobs },
  { weight: 1, arbitrary: takenAtOnce },
  { weight: 2, arbitrary: disputeTurning },
);

/** Two payments early on, a file of them, and what else bookkeepers do. */
export const files: fc.Arbitrary<readonly Placed[]> = fc
  .tuple(
    placed(fc.nat(3), takenAtOnce),
    placed(fc.nat(3), takenAtOnce),
    placed(fc.integer({ min: 4, max: MOST_PLACE }), asking(sentFiles)),
    fc.array(placed(fc.integer({ min: 2, max: MOST_PLACE }), bookkeeping), {
      minLength: 1,
      maxLength: 7,
      size: 'max',
    }),
  )
  .map(([first, second, file, others]) => [first, second, file, ...others]);

const toApprovals = (request: fc.Arbitrary<ApprovalRequest>): fc.Arbitrary<Action> =>
  fc.record({ kind: fc.constant('approval'), afterMs, request, sends });
const payouts: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant('round'),
  afterMs,
  round: fc.constantFrom('payouts', 'approvals relay'),
  process,
  hurts,
});
const reviewing: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: toApprovals(reviewRequests) },
  { weight: 1, arbitrary: payouts },
);

/** Payments to vendors, and what people find of them. */
export const reviews: fc.Arbitrary<readonly Placed[]> = fc.array(placed(fc.nat(MOST_PLACE), reviewing), {
  minLength: 4,
  maxLength: 12,
  size: 'max',
});

const exporting: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: asking(exportRequests) },
  { weight: 5, arbitrary: jobs },
  { weight: 3, arbitrary: takenAtOnce },
);

/** Two payments early on, and files of what was taken by then while more are. */
export const exports: fc.Arbitrary<readonly Placed[]> = fc
  .tuple(
    placed(fc.nat(3), takenAtOnce),
    placed(fc.nat(3), takenAtOnce),
    placed(fc.integer({ min: 2, max: MOST_PLACE }), asking(exportRequests)),
    fc.array(placed(fc.integer({ min: 2, max: MOST_PLACE }), exporting), {
      minLength: 2,
      maxLength: 9,
      size: 'max',
    }),
  )
  .map(([first, second, file, others]) => [first, second, file, ...others]);

/** What one history of so many has. */
export const rarely = (
  oneIn: number,
  actions: fc.Arbitrary<readonly Placed[]>,
): fc.Arbitrary<readonly Placed[]> =>
  fc.oneof(
    { withCrossShrink: true },
    { weight: oneIn - 1, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: actions },
  );

/** So few of the others are played with what is rare, which takes as many steps as they would. */
const MOST_OTHERS = 6;

/** All of them in one row. Those for places beyond the last come after it. */
export function woven(all: readonly Action[], rare: readonly Placed[]): readonly Action[] {
  if (rare.length === 0) return all;
  const others = all.slice(0, MOST_OTHERS);
  const at = (place: number) => rare.filter(({ before }) => before === place).map(({ action }) => action);
  const last = rare.filter(({ before }) => before >= others.length).toSorted((a, b) => a.before - b.before);
  return [...others.flatMap((each, place) => [...at(place), each]), ...last.map(({ action }) => action)];
}
