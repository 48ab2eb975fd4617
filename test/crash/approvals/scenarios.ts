import type { Approver } from '../../../src/domain/approvals/approver.ts';
import type { VendorId } from '../../../src/domain/approvals/ids.ts';
import { ADMIN, DISPATCHER } from '../../fixtures/approvals.ts';
import type { Scenario as AnyScenario, Outage } from '../points.ts';

/** What is asked for, of the one incident there is. */
export type Request =
  | Readonly<{ type: 'record' }>
  | Readonly<{ type: 'create' }>
  | Readonly<{ type: 'approve'; by: Approver }>
  | Readonly<{ type: 'reject' }>
  | Readonly<{ type: 'process' }>
  | Readonly<{ type: 'review' }>;

/** The amount of every payment in US cents, by whether one or two people must approve it. */
export const CENTS = { one: 12_345n, two: 600_123n } as const;

/** Ends are statuses. `isKeyed`: each request has an idempotency key. Without a `vendorId`, the vendor is one that is paid at once. */
export type Scenario = AnyScenario<Request> &
  Readonly<{ approvers: keyof typeof CENTS; vendorId?: VendorId; isKeyed?: true }>;

const record: Request = { type: 'record' };
const create: Request = { type: 'create' };
const approve: Request = { type: 'approve', by: ADMIN };
const approveToo: Request = { type: 'approve', by: DISPATCHER };
const reject: Request = { type: 'reject' };
const process: Request = { type: 'process' };
/** Finds a fraud. */
const review: Request = { type: 'review' };

const APPROVED = [record, approve];
/** See `simulatedPayouts`. */
const vendor = (number: number): Pick<Scenario, 'vendorId'> => ({
  vendorId: `00000000-0000-4000-8000-00000000000${number}` as VendorId,
});

const AT_FIRST: Outage = { refuses: 'orders', lasts: 'first request' };
const FOR_LONG: Outage = { refuses: 'everything', lasts: 'long' };

const UNKEYED: readonly Scenario[] = [
  { name: 'completed work', approvers: 'one', before: [], request: record, ends: ['pending_approval'] },
  {
    name: 'a payment that is asked for',
    approvers: 'one',
    before: [],
    request: create,
    ends: ['pending_approval'],
  },
  {
    name: 'completed work beside the same payment asked for by hand',
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
    name: 'a payout refused by the bank',
    approvers: 'one',
    ...vendor(1),
    before: APPROVED,
    request: process,
    ends: ['failed'],
  },
  {
    name: 'a payout after a refused one',
    approvers: 'one',
    ...vendor(2),
    before: [...APPROVED, process],
    request: process,
    ends: ['completed'],
  },
  {
    name: 'a payout in silence',
    approvers: 'one',
    ...vendor(3),
    before: APPROVED,
    request: process,
    ends: ['completed'],
  },
  {
    name: 'a payout refused in silence',
    approvers: 'one',
    ...vendor(4),
    before: APPROVED,
    request: process,
    ends: ['failed'],
  },
  {
    name: 'a payout with the bank away at first',
    approvers: 'one',
    before: APPROVED,
    request: process,
    outage: AT_FIRST,
    ends: ['completed'],
  },
  {
    name: 'a payout with the bank away for long',
    approvers: 'one',
    before: APPROVED,
    request: process,
    outage: FOR_LONG,
    ends: ['completed'],
  },
];

/** Under keys, a repeat is given the first answer, whatever the other requests have done since. */
const KEYED = [
  'completed work',
  'the one approval',
  'an approval beside another',
  'a payout',
  'a payout after a refused one',
  'a payout in silence',
];

export const SCENARIOS: readonly Scenario[] = [
  ...UNKEYED,
  {
    name: 'a review, under a key',
    approvers: 'one',
    before: APPROVED,
    request: review,
    ends: ['approved'],
    isKeyed: true,
  },
  {
    name: 'a payout beside a review, under keys',
    approvers: 'one',
    before: APPROVED,
    request: process,
    rival: review,
    ends: ['completed', 'approved'],
    isKeyed: true,
  },
  ...UNKEYED.filter(({ name }) => KEYED.includes(name)).map(
    (scenario): Scenario => ({ ...scenario, name: `${scenario.name}, under a key`, isKeyed: true }),
  ),
];
