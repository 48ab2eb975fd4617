import fc from 'fast-check';
import { FAULTS, type Planned } from './faulty-process.ts';

/** What the outside service refuses before any effect. */
export type Outage = Readonly<{
  refuses: 'orders' | 'everything';
  /** Until the first request is over, or until everything that was on the wire has arrived. */
  lasts: 'first request' | 'long';
}>;

/** One operation in one situation: how it opens, what is asked, and what must hold at the end. */
export type Scenario<Request> = Readonly<{
  name: string;
  /** What was asked before, and ended without trouble. */
  before: readonly Request[];
  request: Request;
  /** Asked by another client while the request stands where its trouble left it. */
  rival?: Request;
  outage?: Outage;
  /** The request is refused without a trace, so that no process can die after an effect of it. */
  writesNothing?: boolean;
  /** Every way in which it may have ended, in the words of the world that plays it. */
  ends: readonly string[];
}>;

/** What follows the request. "Late" is what was on the wire when the process died, or stood still. */
export const ORDERS = [
  'retry, then recovery',
  'recovery, then retry',
  'retry and recovery at once',
  'retry, then silence until the key is given up',
  'retry, then what was late, then recovery',
  'what was late, then retry, then recovery',
] as const;
export type Order = (typeof ORDERS)[number];

/** Who comes after the request: its client once more, or a worker. */
export type Follower = 'retry' | 'recovery';

/** One way things can go wrong: a fault in the first request, and perhaps one in what follows it. */
export type Point<S> = Readonly<{
  scenario: S;
  order: Order;
  first?: Planned;
  second?: Planned & Readonly<{ who: Follower }>;
}>;

export const pointText = ({ scenario, order, first, second }: Point<Scenario<unknown>>): string =>
  [
    scenario.name,
    order,
    `first request: ${first === undefined ? 'no fault' : `${first.fault} at step ${first.step}`}`,
    ...(second === undefined ? [] : [`${second.who}: ${second.fault} at step ${second.step}`]),
  ].join(' | ');

/** Every fault at every one of so many steps. */
export const everyFault = (steps: number): readonly Planned[] =>
  Array.from({ length: steps }, (_, step) => FAULTS.map((fault) => ({ step, fault }))).flat();

/** True for a fault of which everything that follows is what follows another one, as long as reading changes nothing. */
const hasTwin = ({ step, fault }: Planned, steps: readonly string[], effects: readonly string[]): boolean =>
  !effects.includes(steps[step] ?? '') && fault !== 'reply lost' && fault !== 'delay';

/**
 * The faults that differ in what follows: every one at a step with an effect, two at a step that only reads. To die at
 * a read is to die before the effect behind it, or after the last one; a read that arrives late changes nothing, so it is one
 * whose reply was lost; and a read that arrives twice is no fault.
 */
export const distinctFaults = (steps: readonly string[], effects: readonly string[]): readonly Planned[] =>
  everyFault(steps.length).filter((planned) => !hasTwin(planned, steps, effects));

/** The distinct faults, and beside them one in `oneIn` of the others, so that a read which changes something is met; `turn` says which. */
export function distinctFaultsAndSome(
  steps: readonly string[],
  effects: readonly string[],
  { oneIn, turn }: Readonly<{ oneIn: number; turn: number }>,
): readonly Planned[] {
  let twins = turn;
  return everyFault(steps.length).filter(
    (planned) => !hasTwin(planned, steps, effects) || twins++ % oneIn === 0,
  );
}

const aFault = (lastStep: number) => ({
  step: fc.nat({ max: lastStep }),
  fault: fc.constantFrom(...FAULTS),
});

/** Two faults in any scenario, of a first request of `stepsOf` it, and any order; steps of the second that are not reached do no harm. */
export const aPair = <S>(
  scenarios: readonly S[],
  orders: readonly Order[],
  stepsOf: (scenario: S) => number,
): fc.Arbitrary<Point<S>> =>
  fc
    .record({
      scenario: fc.constantFrom(...scenarios),
      order: fc.constantFrom(...orders),
      first: fc.record(aFault(59)),
      second: fc.record({ ...aFault(7), who: fc.constantFrom<Follower>('retry', 'recovery') }),
    })
    .map(({ first, ...rest }) => ({
      ...rest,
      first: { ...first, step: first.step % stepsOf(rest.scenario) },
    }));
