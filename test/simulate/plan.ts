import fc from 'fast-check';
import { type ApprovalRequest, approvalRequests } from './approvals-plan.ts';
import type { DisputeTurn } from './disputes-plan.ts';
import type { BookkeepingRequest } from './files-plan.ts';
import { OUTAGES, type Outage } from './outside.ts';
import { disputes, exports, files, rarely, reviews, woven } from './rare-plan.ts';
import { afterMs, hurts, type ProcessIndex, process, type Send, sends } from './sends-plan.ts';
import type { Hurt } from './steps.ts';

/**
 * What a client asks for. `of` counts the payments that were asked for before, round and round; the method `stored` is that of a
 * customer whom the client knows by then.
 */
export type PlatformRequest =
  | Readonly<{ type: 'process'; merchant: ProcessIndex; amount: bigint; method: string; isHeld: boolean }>
  | Readonly<{ type: 'capture'; of: number; amount: bigint; isFinal: boolean }>
  | Readonly<{ type: 'refund'; of: number; amount: bigint }>
  | Readonly<{ type: 'void'; of: number }>
  | Readonly<{ type: 'confirm'; of: number }>
  | Readonly<{ type: 'transfer'; merchant: ProcessIndex; amount: bigint }>
  | Readonly<{ type: 'create_customer'; merchant: ProcessIndex; email: number }>
  /** Gives up a dispute; `of` counts those that there are. */
  | Readonly<{ type: 'accept_dispute'; of: number }>
  /** Another payload under the key of an earlier request. */
  | Readonly<{ type: 'reuse'; of: number }>;

/** The work of one worker. */
export const ROUNDS = [
  'recovery',
  'relay',
  'deliveries',
  'expiry',
  'retention',
  'payouts',
  'approvals relay',
  'jobs',
] as const;
export type Round = (typeof ROUNDS)[number];

/** What is drawn for every history: jobs come with what leaves them something to do. */
const ROUNDS_OF_ALL = ROUNDS.filter((round) => round !== 'jobs');

type Happening =
  | Readonly<{ kind: 'request'; request: PlatformRequest; sends: readonly Send[] }>
  | Readonly<{ kind: 'approval'; request: ApprovalRequest; sends: readonly Send[] }>
  | Readonly<{ kind: 'round'; round: Round; process: ProcessIndex; hurts: readonly Hurt[] }>
  | Readonly<{ kind: 'customer'; of: number; approves: boolean }>
  | Readonly<{ kind: 'bookkeeping'; request: BookkeepingRequest; sends: readonly Send[] }>
  | Readonly<{ kind: 'dispute'; turn: DisputeTurn; sends: readonly Send[] }>
  | Readonly<{ kind: 'outage'; of: Outage; lengthMs: number }>
  | Readonly<{ kind: 'death'; process: ProcessIndex }>;

/** `afterMs`: since the action before. */
export type Action = Happening & Readonly<{ afterMs: number }>;

/** All of a history: the same plan is the same history. `seed` draws how long every call takes, and all ids. */
export type Plan = Readonly<{
  seed: number;
  /** How far the clocks of the processes are from the time. */
  skewsMs: readonly [number, number];
  /** Clients ask again for everything in the end; if not, days pass, in which keys are given up and authorizations lapse. */
  clientsReturn: boolean;
  actions: readonly Action[];
}>;

const METHODS = [
  'card',
  'test_timeout_approved',
  'test_declined',
  'test_fee',
  'test_timeout_declined',
  'test_timeout_late_record',
  'test_pending_approved',
  'test_pending_declined',
  'test_opens_first',
  'test_requires_action',
  'test_movement_refused',
  'test_expires',
  'stored',
];

const of = fc.nat(3);
const amount = fc.constantFrom(1_000n, 2_500n, 600n, 5_000n);

const request: fc.Arbitrary<PlatformRequest> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('process'),
      merchant: process,
      amount,
      method: fc.oneof(fc.constant('card'), fc.constantFrom(...METHODS)),
      isHeld: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('capture'), of, amount, isFinal: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('refund'), of, amount }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('void'), of }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('confirm'), of }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('transfer'), merchant: process, amount }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('create_customer'), merchant: process, email: fc.nat(1) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reuse'), of: fc.nat(9) }) },
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('request'), afterMs, request, sends }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('approval'), afterMs, request: approvalRequests, sends }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('round'),
      afterMs,
      round: fc.constantFrom('recovery', 'relay', 'deliveries', 'recovery', ...ROUNDS_OF_ALL),
      process,
      hurts,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('customer'), afterMs, of, approves: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('outage'),
      afterMs,
      of: fc.constantFrom(...OUTAGES),
      lengthMs: fc.constantFrom(40, 5_000, 60_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('death'), afterMs, process }) },
);

const skew = fc.constantFrom(0, 0, 0, 1_500, -1_500, 12_000, -12_000);

/** Of up to 20 actions: few enough that many are played, and enough for each fault of `mutations.ts` to be met among a thousand. */
const actions = fc.array(action, { minLength: 1, maxLength: 20, size: 'max' });

/** What is rare is drawn last, so that all else is what it is without. */
export const plans: fc.Arbitrary<Plan> = fc.noBias(
  fc
    .record({
      seed: fc.nat(2 ** 31 - 1),
      skewsMs: fc.tuple(skew, skew),
      clientsReturn: fc.nat(4).map((drawn) => drawn < 4),
      actions,
      disputes: rarely(12, disputes),
      files: rarely(80, files),
      reviews: rarely(20, reviews),
      exports: rarely(80, exports),
    })
    .map(({ disputes, files, reviews, exports, ...plan }) => ({
      ...plan,
      actions: woven(plan.actions, [...disputes, ...files, ...reviews, ...exports]),
    })),
);
