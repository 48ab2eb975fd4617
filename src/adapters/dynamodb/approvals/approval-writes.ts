import type { AuditLogEntry } from '../../../domain/approvals/audit-log.ts';
import type { FraudStatus } from '../../../domain/approvals/fraud.ts';
import { approverIn, isBarred, knownBy } from '../../../domain/approvals/maker-checker.ts';
import { NO_REFUSALS } from '../../../domain/approvals/refusal.ts';
import { isLive, type VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import { comparedAs } from '../../../domain/kernel/identity.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { ApprovalChange, ApprovalCommitRefused } from '../../../ports/approvals/approval-commits.ts';
import { ABSENT } from '../conditional-writes.ts';
import type { Item } from '../items.ts';
import type { Operation, Put } from '../transactions.ts';
import { TELLING } from '../writes.ts';
import { APPROVAL_EVENTS, linkItem, takenEventItem, vendorPaymentItem } from './approval-items.ts';
import {
  approvalIdentityKey,
  approvalKey,
  incidentPartition,
  listKey,
  liveKey,
  vendorPartition,
} from './keys.ts';
import { refusalHeadItem } from './refusals.ts';
import { claimWrites } from './request-claims.ts';

/** What the condition of an item of a transaction refuses when it fails. `isOwn`: the payment, whose stored item is returned. */
export type ApprovalWrite = Readonly<{
  operation: Operation;
  refusal?: ApprovalCommitRefused['kind'];
  isOwn?: true;
}>;

type PutItem = (item: Item, condition?: Partial<Put>) => Operation;

/** Every write of a change with its guard. No two are of one item. */
export function approvalWritesOf(table: string, change: ApprovalChange): readonly ApprovalWrite[] {
  const { payment, entry, events, eventKey, claim } = change;
  const { next } = payment;
  const put: PutItem = (item, condition) => ({ Put: { TableName: table, Item: item, ...condition } });
  return [
    ...(claim === undefined ? [] : claimWrites(table, claim)),
    { operation: put(vendorPaymentItem(next, change.id), paymentGuard(change)), isOwn: true },
    ...(eventKey === undefined
      ? []
      : [
          {
            operation: put(takenEventItem(eventKey, next.id), ABSENT),
            refusal: 'EventSeen' as const,
          },
        ]),
    ...liveWrites(table, change, put),
    ...approvalWrites(change, put),
    ...placeWrites(table, change, put),
    ...statusWrites(table, change, put),
    { operation: put(linkItem(entry), ABSENT), refusal: 'StaleVersion' },
    ...(entry.written?.refusals === 0 ? [{ operation: put(refusalHeadItem(next.id, NO_REFUSALS)) }] : []),
    ...events.map((event) => ({ operation: put(APPROVAL_EVENTS.itemOf(event)) })),
  ];
}

/** The version, and of an approval that its giver is none of the stored payment's makers or parties. */
function paymentGuard({ payment: { expected }, approval }: ApprovalChange): Partial<Put> {
  if (expected === 0) return { ...ABSENT, ...TELLING };
  const known = approval === undefined ? [] : knownBy(approverIn(approval));
  const isByAnother = known.map((_, n) => `NOT contains(barred, :known${n})`);
  return {
    ConditionExpression: [
      'version = :expected',
      // Of payments that were stored without `barred`.
      ...(approval === undefined ? [] : ['NOT contains(makers, :by)']),
      ...isByAnother,
    ].join(' AND '),
    ExpressionAttributeValues: {
      ':expected': expected,
      ...present({ ':by': approval?.by }),
      ...Object.fromEntries(known.map((each, n) => [`:known${n}`, each])),
    },
    ...TELLING,
  };
}

/** Takes incident and vendor, or lets them go. A payment that begins as cancelled must find them free all the same. */
function liveWrites(
  table: string,
  { payment: { expected, next }, entry }: ApprovalChange,
  put: PutItem,
): readonly ApprovalWrite[] {
  const Key = liveKey(next);
  if (expected === 0) {
    const operation = isLive(next)
      ? put({ ...Key, holder: next.id }, ABSENT)
      : { ConditionCheck: { TableName: table, Key, ConditionExpression: 'attribute_not_exists(pk)' } };
    return [{ operation, refusal: 'DuplicateIncident' }];
  }
  // One that was cancelled before let them go then, and another may have them now.
  if (isLive(next) || !('status' in entry.after)) return [];
  const Delete = {
    TableName: table,
    Key,
    ConditionExpression: 'attribute_not_exists(pk) OR holder = :holder',
    ExpressionAttributeValues: { ':holder': next.id },
  };
  return [{ operation: { Delete } }];
}

/**
 * A person and revision once, by subject and by each identity as people are compared. One by whom this very change makes a maker or party gets a
 * condition that nothing fulfils.
 */
function approvalWrites(
  { payment: { next }, approval }: ApprovalChange,
  put: PutItem,
): readonly ApprovalWrite[] {
  if (approval === undefined) return [];
  const approver = approverIn(approval);
  const item = approvalKey(next.id, approval);
  if (isBarred(next, approver)) return [{ operation: put(item, NEVER), refusal: 'SelfApproval' }];
  const identities = comparedAs(approver.identities).map((identity) =>
    approvalIdentityKey(next.id, approval, identity),
  );
  return [item, ...identities].map((each) => ({ operation: put(each, ABSENT), refusal: 'AlreadyApproved' }));
}

const NEVER: Partial<Put> = { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(pk)' };

/** The lists that a payment is in whatever its status. Most have a low risk, which is found without a list. */
const placeItems = (payment: VendorPayment): readonly Item[] => [
  { pk: vendorPartition(payment.vendorId), sk: payment.id },
  { pk: incidentPartition(payment.incidentId), sk: payment.id },
  ...riskItems(payment),
];

/** That of a risk says what a review found. */
const riskItems = ({ id, fraud, review }: VendorPayment): readonly Item[] =>
  fraud.status === 'low_risk'
    ? []
    : [{ ...listKey(fraud.status, id), ...present({ review: review?.outcome }) }];

/** A change of the terms may give another risk, and take a review away; it leaves the list of the risk that there was. */
function placeWrites(
  table: string,
  { payment: { expected, next }, entry }: ApprovalChange,
  put: PutItem,
): readonly ApprovalWrite[] {
  if (expected === 0) return placeItems(next).map((item) => ({ operation: put(item) }));
  const was = riskBefore(entry);
  const isOfRisk = was !== undefined || 'fraudReview' in { ...entry.before, ...entry.after };
  return [
    ...(was === undefined || was === 'low_risk'
      ? []
      : [{ operation: { Delete: { TableName: table, Key: listKey(was, next.id) } } }]),
    ...(isOfRisk ? riskItems(next).map((item) => ({ operation: put(item) })) : []),
  ];
}

/** The risk that a change put an end to. */
const riskBefore = ({ before }: AuditLogEntry): FraudStatus | undefined =>
  before?.['fraudStatus'] as FraudStatus | undefined;

/** The list that a payment is in by its status; a completed one is in none. */
function statusItems({ id, status, fraud }: VendorPayment): readonly Item[] {
  if (status === 'completed') return [];
  return status === 'cancelled'
    ? [listKey('cancelled', id)]
    : [{ ...listKey('open', id), status, fraud_status: fraud.status }];
}

/** Nothing goes back to pending, so one that stays there is left alone, but for its risk. */
function statusWrites(
  table: string,
  { payment: { expected, next }, entry }: ApprovalChange,
  put: PutItem,
): readonly ApprovalWrite[] {
  const { id, status } = next;
  if (status === 'pending_approval' && expected > 0 && riskBefore(entry) === undefined) return [];
  return [
    ...(status === 'completed' || status === 'cancelled'
      ? [{ operation: { Delete: { TableName: table, Key: listKey('open', id) } } }]
      : []),
    ...statusItems(next).map((item) => ({ operation: put(item) })),
  ];
}

/** The items of a payment that guards and lists ask for, which its newest version alone decides. */
export const besideItems = (payment: VendorPayment): readonly Item[] => [
  ...(isLive(payment) ? [{ ...liveKey(payment), holder: payment.id }] : []),
  ...placeItems(payment),
  ...statusItems(payment),
];
