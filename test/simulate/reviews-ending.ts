import { isFlagged } from '../../src/domain/approvals/decisions.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import { ADMIN } from '../fixtures/approvals.ts';
import type { ApprovalsWorld } from './approvals-world.ts';
import { SECOND_ADMIN } from './office.ts';

const ADMINS: readonly string[] = [ADMIN.id, SECOND_ADMIN.id];

/** More than any clock of a process is ahead. */
const MOST_AHEAD_MS = 15_000;

type Commit = ApprovalsWorld['commits'][number];

/** What is wrong with what people found of payments to vendors, and with what follows from it. */
export function reviewFaults({ commits, store }: ApprovalsWorld): readonly string[] {
  const ofEach = Map.groupBy(commits, ({ payment }) => payment.id);
  const frauds = [...ofEach.values()].flatMap((all) => alwaysFraud(all) ?? []);
  return store.sorted.flatMap((payment) => [
    ...moveFaults(ofEach.get(payment.id) ?? []),
    ...personFaults(payment),
    ...(isPassedBy(payment, frauds)
      ? [`${payment.id} is not flagged, though its vendor had a fraud before`]
      : []),
  ]);
}

/** While it was found to be a fraud it was neither approved nor begun to be paid. */
function moveFaults(commits: readonly Commit[]): readonly string[] {
  return commits.flatMap(({ payment: next }, index) => {
    const before = commits[index - 1]?.payment;
    if (before?.review?.outcome !== 'fraud') return [];
    const isApproved = next.approvals.length > before.approvals.length;
    const isBegun = next.status === 'processing' && before.status !== 'processing';
    return [
      ...(isApproved ? [`${next.id} was approved, and was found to be a fraud`] : []),
      ...(isBegun ? [`${next.id} was begun to be paid, and was found to be a fraud`] : []),
    ];
  });
}

/** Its reviewer is an admin and did not make it, and what is flagged is paid with an admin among its approvers only. */
function personFaults(payment: VendorPayment): readonly string[] {
  const { id, review, makers, status, approvals } = payment;
  const isRight = review === undefined || (ADMINS.includes(review.by) && !makers.includes(review.by));
  const isSeen = approvals.some(({ by }) => ADMINS.includes(by));
  return [
    ...(isRight ? [] : [`${id} was reviewed by ${review.by}`]),
    ...(status === 'completed' && isFlagged(payment) && !isSeen
      ? [`${id} was flagged, and no admin saw it`]
      : []),
  ];
}

/** The commit by which a payment was first found to be a fraud, where it was found to be nothing else ever. */
function alwaysFraud(commits: readonly Commit[]): Commit | undefined {
  const found = commits.filter(({ payment }) => payment.review !== undefined);
  return found.every(({ payment }) => payment.review?.outcome === 'fraud') ? found[0] : undefined;
}

/** It was asked for after one of its vendor's payments was found to be a fraud, and that blocks the vendor. */
const isPassedBy = (payment: VendorPayment, frauds: readonly Commit[]): boolean =>
  !isFlagged(payment) &&
  frauds.some(
    ({ at, payment: fraud }) =>
      fraud.id !== payment.id &&
      fraud.vendorId === payment.vendorId &&
      at + MOST_AHEAD_MS < payment.createdAt,
  );
