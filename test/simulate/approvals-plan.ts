import fc from 'fast-check';
import type { ReviewOutcome } from '../../src/domain/approvals/fraud-review.ts';

/** What people and the system ask approvals for. `of` counts the payments that were asked for before, `by` the approvers. */
export type ApprovalRequest = Readonly<{ isKeyed: boolean }> &
  (
    | Readonly<{ type: 'record' | 'create'; incident: number; vendor: number; cents: bigint }>
    | Readonly<{ type: 'approve' | 'reject' | 'pay'; of: number; by: number }>
    | Readonly<{ type: 'review'; of: number; by: number; outcome: ReviewOutcome }>
  );

const isKeyed = fc.boolean();
const of = fc.nat(2);
const by = fc.nat(3);

/** Of the larger amount two must approve. */
const opening = fc.record({
  type: fc.constantFrom('record' as const, 'create' as const),
  isKeyed,
  incident: fc.nat(2),
  vendor: fc.nat(5),
  cents: fc.constantFrom(12_345n, 600_123n),
});
const deciding = fc.record({
  type: fc.oneof(
    fc.constantFrom('approve' as const, 'pay' as const),
    fc.constantFrom('approve', 'reject', 'pay' as const),
  ),
  isKeyed,
  of,
  by,
});

export const approvalRequests: fc.Arbitrary<ApprovalRequest> = fc.oneof(
  { weight: 2, arbitrary: opening },
  { weight: 5, arbitrary: deciding },
);

/** What is found of payments, for few vendors, so that a finding counts when others of the same are scored. */
export const reviewRequests: fc.Arbitrary<ApprovalRequest> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('review'),
      isKeyed,
      of,
      by,
      outcome: fc.constantFrom('fraud', 'fraud', 'legitimate' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom('record' as const, 'create' as const),
      isKeyed,
      incident: fc.nat(2),
      vendor: fc.constantFrom(0, 5),
      cents: fc.constant(12_345n),
    }),
  },
  { weight: 5, arbitrary: deciding },
);
