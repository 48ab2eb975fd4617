import type { VendorId } from '../../src/domain/approvals/ids.ts';
import type { Planned } from '../crash/steps.ts';
import { ADMIN, DISPATCHER } from '../fixtures/approvals.ts';
import type { Request, WorldTerms } from './crash-world.ts';

/** One request in one situation, and how the payment may have ended when all is over. */
export type Scenario = WorldTerms &
  Readonly<{
    name: string;
    /** What was asked before, without trouble. */
    before: readonly Request[];
    request: Request;
    /** Asked by somebody else while the request stands where its trouble left it. */
    rival?: Request;
    ends: readonly string[];
  }>;

const record: Request = { type: 'record' };
const create: Request = { type: 'create' };
const approve: Request = { type: 'approve', by: ADMIN };
const approveToo: Request = { type: 'approve', by: DISPATCHER };
const reject: Request = { type: 'reject' };
const process: Request = { type: 'process' };

const APPROVED = [record, approve];
/** See `simulatedPayouts`. */
const vendor = (number: number): Pick<WorldTerms, 'vendorId'> => ({
  vendorId: `00000000-0000-4000-8000-00000000000${number}` as VendorId,
});

export const SCENARIOS: readonly Scenario[] = [
  { name: 'completed work', approvers: 'one', before: [], request: record, ends: ['pending_approval'] },
  {
    name: 'a payment that is asked for',
    approvers: 'one',
    before: [],
    request: create,
    ends: ['pending_approval'],
  },
  {
    name: 'completed work of which somebody knows already',
    approvers: 'one',
    before: [],
    request: record,
    rival: create,
    ends: ['pending_approval'],
  },
  { name: 'the one approval', approvers: 'one', before: [record], request: approve, ends: ['approved'] },
  {
    name: 'the first of two approvals',
    approvers: 'two',
    before: [create],
    request: approve,
    ends: ['pending_approval'],
  },
  {
    name: 'the second of two approvals',
    approvers: 'two',
    before: [create, approveToo],
    request: approve,
    ends: ['approved'],
  },
  {
    name: 'an approval beside another',
    approvers: 'two',
    before: [create],
    request: approve,
    rival: approveToo,
    ends: ['approved'],
  },
  {
    name: 'an approval beside a rejection',
    approvers: 'one',
    before: [record],
    request: approve,
    rival: reject,
    ends: ['cancelled'],
  },
  { name: 'a payout', approvers: 'one', before: APPROVED, request: process, ends: ['completed'] },
  {
    name: 'a payout beside another',
    approvers: 'one',
    before: APPROVED,
    request: process,
    rival: process,
    ends: ['completed'],
  },
  {
    name: 'a payout beside a rejection',
    approvers: 'one',
    before: APPROVED,
    request: process,
    rival: reject,
    ends: ['completed', 'cancelled'],
  },
  {
    name: 'a payout that the bank refuses',
    approvers: 'one',
    ...vendor(1),
    before: APPROVED,
    request: process,
    ends: ['failed'],
  },
  {
    name: 'a payout after the bank refused one',
    approvers: 'one',
    ...vendor(2),
    before: [...APPROVED, process],
    request: process,
    ends: ['completed'],
  },
  {
    name: 'a payout without a word',
    approvers: 'one',
    ...vendor(3),
    before: APPROVED,
    request: process,
    ends: ['completed'],
  },
  {
    name: 'a refusal without a word',
    approvers: 'one',
    ...vendor(4),
    before: APPROVED,
    request: process,
    ends: ['failed'],
  },
];

/** What follows the request. "Late" is what was on the wire when the process died, or stood still. */
export const ORDERS = [
  'retry, then recovery',
  'recovery, then retry',
  'retry and recovery at once',
  'what was late, then retry, then recovery',
] as const;
export type Order = (typeof ORDERS)[number];

export type Point = Readonly<{
  scenario: Scenario;
  order: Order;
  first?: Planned;
  second?: Planned & Readonly<{ who: 'retry' | 'recovery' }>;
}>;

export const pointText = ({ scenario, order, first, second }: Point): string =>
  [
    scenario.name,
    order,
    first === undefined ? 'no fault' : `${first.fault} at step ${first.step}`,
    ...(second === undefined ? [] : [`${second.who}: ${second.fault} at step ${second.step}`]),
  ].join(' | ');
