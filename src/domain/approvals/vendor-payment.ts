import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';
import type { Approval, Terms } from './approval.ts';
import type { FraudVerdict } from './fraud.ts';
import type { FraudReview } from './fraud-review.ts';
import type { IncidentId, PayerId, VendorPaymentId } from './ids.ts';

export const PAYER_TYPES = ['back_office', 'driver_ic'] as const;
export type PayerType = (typeof PAYER_TYPES)[number];

/** `version` counts moves from 1; `auditHash` is the head of the payment's audit chain at that version. */
export type Known = Terms &
  Readonly<{
    id: VendorPaymentId;
    incidentId: IncidentId;
    payerType: PayerType;
    payerId?: PayerId;
    /** The subjects that set what is to be paid: the creator first, then each that changed it. None may approve. */
    makers: readonly [string, ...string[]];
    /** By which the makers are known, in the same order; absent where only their subjects were kept. */
    makerIdentities?: readonly string[];
    /** Counts from 1 how often people were asked anew. */
    revision: number;
    termsHash: string;
    fraud: FraudVerdict;
    review?: FraudReview;
    version: number;
    createdAt: Instant;
    updatedAt: Instant;
    auditHash: string;
  }>;

type Approvals = Readonly<{ approvals: readonly Approval[] }>;
/** Whose approval was the last that was needed, and when it was given. */
type Decided = Approvals & Readonly<{ approvedBy: string; approvedAt: Instant }>;

/** `attempt` counts from 1 how often the payout was begun: once, and again after each failure. */
type Paying = Decided & Readonly<{ attempt: number }>;

export type PendingApproval = Known & Approvals & Readonly<{ status: 'pending_approval' }>;
export type Approved = Known & Decided & Readonly<{ status: 'approved' }>;
/**
 * The intent to pay is on record, and money may have left. The writer of this version works on it until `dueAt`; then
 * any process may take over, by a version of its own: a holder that stalled finds its version gone. `resumptions` counts takeovers.
 */
export type Processing = Known &
  Paying &
  Readonly<{ status: 'processing'; dueAt: Instant; resumptions: number }>;
export type Completed = Known &
  Paying &
  Readonly<{ status: 'completed'; processedAt: Instant; processorReference: string }>;
/** The processor refused it for good, or paid it and it came back or did not reach the vendor's bank; it may be tried again. */
export type Failed = Known &
  Paying &
  Readonly<{ status: 'failed'; processedAt: Instant; processorReference: string; failedReason: string }>;
/** `approvedBy` is there when it had been approved before. */
export type Cancelled = Known &
  Approvals &
  Partial<Decided> &
  Readonly<{ status: 'cancelled'; rejectedBy: string; rejectedAt: Instant; rejectedReason: string }>;

/** A vendor's work that is paid for once people have approved it. */
export type VendorPayment = PendingApproval | Approved | Processing | Completed | Failed | Cancelled;
export type VendorPaymentStatus = VendorPayment['status'];

/** In the order of the life cycle. */
export const VENDOR_PAYMENT_STATUSES = [
  'pending_approval',
  'approved',
  'processing',
  'completed',
  'failed',
  'cancelled',
] as const satisfies readonly VendorPaymentStatus[];

/** Of one incident and vendor at most one payment is live; only a cancelled one makes room for another. */
export const isLive = ({ status }: Pick<VendorPayment, 'status'>): boolean => status !== 'cancelled';

export type VendorPaymentStateConflict = Readonly<{
  kind: 'VendorPaymentStateConflict';
  status: VendorPaymentStatus;
}>;

/** Whether a person found it to be a fraud: then it is neither approved nor paid. */
export const isJudgedFraud = ({ review }: Pick<Known, 'review'>): boolean => review?.outcome === 'fraud';

/** The fields that every state has, without those of the state it is in. */
const knownOf = (payment: VendorPayment): Known => ({
  id: payment.id,
  incidentId: payment.incidentId,
  vendorId: payment.vendorId,
  payerType: payment.payerType,
  ...present({ payerId: payment.payerId }),
  amount: payment.amount,
  lineItems: payment.lineItems,
  metadata: payment.metadata,
  ...present({ dueDate: payment.dueDate }),
  makers: payment.makers,
  ...present({ makerIdentities: payment.makerIdentities }),
  revision: payment.revision,
  termsHash: payment.termsHash,
  fraud: payment.fraud,
  ...present({ review: payment.review }),
  version: payment.version,
  createdAt: payment.createdAt,
  updatedAt: payment.updatedAt,
  auditHash: payment.auditHash,
});

/** The same, as of the next version. */
export const nextOf = (payment: VendorPayment, now: Instant): Known => ({
  ...knownOf(payment),
  version: payment.version + 1,
  updatedAt: now,
});
