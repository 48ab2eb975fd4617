import { errAsync, type Result, type ResultAsync } from 'neverthrow';
import type { Answered, Done } from '../../src/application/approvals/answer-once.ts';
import { type ClaimApproval, unclaimed } from '../../src/application/approvals/approval-change.ts';
import { DEFAULT_EVENT_SOURCES } from '../../src/application/approvals/approval-rules.ts';
import type { Approver } from '../../src/domain/approvals/approver.ts';
import type { IncidentId, VendorId, VendorPaymentId } from '../../src/domain/approvals/ids.ts';
import type { ReplyToClient } from '../crash/payments/replies.ts';
import type { Failed } from '../crash/trial.ts';
import { ADMIN, anApprover, asked as askedBy, DISPATCHER, MAKER, SYSTEM } from '../fixtures/approvals.ts';
import { NOON } from '../fixtures/changes.ts';
import type { ApprovalRequest } from './approvals-plan.ts';
import { type Asked, type Correspondence, correspondence } from './correspondence.ts';
import type { ServerProcess } from './server-process.ts';
import type { World } from './world.ts';

type Wire = Readonly<{ request: ApprovalRequest; by: Approver; id?: VendorPaymentId }>;

/** What is said of a payment for good, and when it still moves. */
type Answer = Readonly<{ text: string; isOver: boolean }>;

export const SECOND_ADMIN = anApprover('admin-2', 'admin');

/** One of them makes payments too. */
const APPROVERS: readonly Approver[] = [ADMIN, DISPATCHER, MAKER, SECOND_ADMIN];

/** Failures after which a client comes back; every other is a refusal whose cause may pass. */
const COME_BACK: readonly string[] = ['IdempotencyInFlight', 'StorageUnavailable', 'ChangedMeanwhile'];

/** People and the system, who ask approvals for something. */
export const officeOf = (world: World): Correspondence<ApprovalRequest, Wire> =>
  correspondence<ApprovalRequest, Wire, Answer>(world, {
    nameOf: ({ type }) => type,
    wireOf,
    serve,
    replyOf,
    isKeyed: ({ isKeyed }) => isKeyed,
  });

function wireOf(
  { request }: Asked<ApprovalRequest, Wire>,
  all: readonly Asked<ApprovalRequest, Wire>[],
): Wire | undefined {
  if ('incident' in request) return { request, by: request.type === 'record' ? SYSTEM : MAKER };
  const opened = all.filter((each) => each.request.type === 'record' || each.request.type === 'create');
  const about = opened[request.of % Math.max(1, opened.length)];
  const id = about?.replies
    .map(({ text }) => /^[0-9a-f-]{36}/.exec(text)?.[0])
    .find((found) => found !== undefined);
  const by = APPROVERS[request.by] ?? ADMIN;
  return id === undefined ? undefined : { request, by, id: id as VendorPaymentId };
}

function replyOf(result: Result<Answer, Failed>): ReplyToClient | undefined {
  if (result.isOk()) return { stage: result.value.isOver ? 'final' : 'provisional', text: result.value.text };
  return COME_BACK.includes(result.error.kind) ? undefined : { stage: 'free', text: result.error.kind };
}

/** Of a kind, and numbered. */
const uuid = (kind: number, number: number): string => `00000000-0000-4000-8000-${kind}0000000000${number}`;

/** Those whose payouts the simulated bank refuses, or is silent about, and two that it pays at once. */
const VENDORS = [1, 2, 3, 4, 6, 7];

function serve({ approvals }: ServerProcess, wire: Wire, key: string): ResultAsync<Answer, Failed> {
  const { request, by } = wire;
  const payload = { ...request, ...('cents' in request ? { cents: String(request.cents) } : {}) };
  const work = workOf(approvals, wire);
  const done: ResultAsync<Done | Answered, Failed> = request.isKeyed
    ? approvals.answerOnce<Failed>({ by, operation: operationOf(request), key, payload }, work)
    : work(unclaimed);
  return done.map(({ payment }) => ({
    text: payment === undefined ? 'known' : `${payment.id} ${payment.version} ${payment.status}`,
    isOver: payment?.status !== 'processing',
  }));
}

const operationOf = ({ type }: ApprovalRequest) => (type === 'pay' ? 'process' : type);

function workOf(
  approvals: ServerProcess['approvals'],
  { request, by, id }: Wire,
): (claim: ClaimApproval) => ResultAsync<Done, Failed> {
  const made = (payment: Done['payment'], created: boolean): Done => ({
    created,
    ...(payment && { payment }),
  });
  return (claim) => {
    if ('incident' in request) {
      const { cents } = request;
      const incidentId = uuid(1, request.incident) as IncidentId;
      const vendorId = uuid(0, VENDORS[request.vendor] ?? 7) as VendorId;
      if (request.type === 'record') {
        const work = {
          eventId: uuid(2, request.incident),
          source: DEFAULT_EVENT_SOURCES[0] ?? '',
          incidentId,
          vendorId,
          completedAt: NOON,
          workDetails: { photos: [], serviceType: 'Towing', duration: 45 },
          basePriceCents: cents,
          mileageChargeCents: 0n,
          additionalCharges: [],
        };
        return approvals.recordWorkCompleted({ ...askedBy(by), work }, claim);
      }
      const order = {
        incidentId,
        vendorId,
        payerType: 'back_office',
        amountCents: cents,
        lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: cents }],
        metadata: {},
      } as const;
      return approvals.createVendorPayment({ ...askedBy(by), order }, claim).map((each) => made(each, true));
    }
    if (id === undefined) return errAsync({ kind: 'VendorPaymentNotFound' });
    const move = { ...askedBy(by), id };
    switch (request.type) {
      case 'approve':
        return approvals.approveVendorPayment(move, claim).map((each) => made(each, false));
      case 'reject':
        return approvals
          .rejectVendorPayment({ ...move, reason: 'No' }, claim)
          .map((each) => made(each, false));
      case 'pay':
        return approvals.processVendorPayment(move, claim).map((each) => made(each, false));
      case 'review':
        return approvals
          .reviewVendorPayment({ ...move, outcome: request.outcome }, claim)
          .map((each) => made(each, false));
    }
  };
}
