import fc from 'fast-check';
import { FAULTS, type Hurt } from './steps.ts';

/** Which of the two processes. */
export type ProcessIndex = 0 | 1;

/** One time that a client sends a request: so long after its first, to which process, and what happens to it there. */
export type Send = Readonly<{
  afterMs: number;
  process: ProcessIndex;
  hurts: readonly Hurt[];
  isAnswerLost: boolean;
}>;

const MOST_STEP = 9;
export const process: fc.Arbitrary<ProcessIndex> = fc.constantFrom(0, 1);
const hurt: fc.Arbitrary<Hurt> = fc.record({
  step: fc.nat(MOST_STEP),
  // Those after which two go on with one thing are drawn as often again.
  fault: fc.oneof(fc.constantFrom(...FAULTS), fc.constantFrom('slow', 'slow reply', 'late')),
});
/** Most go well, as do all that a history can do without to break. */
export const hurts: fc.Arbitrary<readonly Hurt[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: fc.tuple(hurt) },
  { weight: 1, arbitrary: fc.tuple(hurt, hurt) },
);

const sendOf = (afterMs: fc.Arbitrary<number>): fc.Arbitrary<Send> =>
  fc.record({ afterMs, process, hurts, isAnswerLost: fc.nat(4).map((drawn) => drawn === 4) });
const first = sendOf(fc.constant(0));
const again = sendOf(fc.constantFrom(0, 4, 60, 2_000, 31_000, 76_000));
export const sends: fc.Arbitrary<readonly Send[]> = fc.oneof(
  { withCrossShrink: true },
  { weight: 3, arbitrary: fc.tuple(first) },
  { weight: 2, arbitrary: fc.tuple(first, again) },
  { weight: 1, arbitrary: fc.tuple(first, again, again) },
);

/** Between an action and the next. */
export const afterMs = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 2, 20) },
  { weight: 2, arbitrary: fc.constantFrom(300, 2_000, 12_000) },
  { weight: 1, arbitrary: fc.constantFrom(46_000, 400_000) },
);
