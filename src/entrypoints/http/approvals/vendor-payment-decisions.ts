import type { ResultAsync } from 'neverthrow';
import type { ClaimApproval } from '../../../application/approvals/approval-change.ts';
import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import type { VendorPaymentTarget } from '../../../application/approvals/update-vendor-payment.ts';
import type { Approver } from '../../../domain/approvals/approver.ts';
import type { VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import type { JsonObject } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { parseBody, readNothing } from '../server/body-input.ts';
import { readJson, readOptionalJson } from '../server/read-json.ts';
import type { HttpContext } from '../server/request-context.ts';
import { resource, versioned } from '../server/route.ts';
import { nothing } from '../server/schemas.ts';
import { type AnsweringParts, answeredOnce } from './answered-once.ts';
import { APPROVALS_TAG, approvalsProblems } from './approvals-problems.ts';
import { type ApproverHandler, askedBy, forRoles } from './approver-route.ts';
import { paymentAnswer, seenTargetOf, targetOf } from './vendor-payment-answers.ts';
import { approval, paymentIdParameter, rejection, review, vendorPayment } from './vendor-payment-schemas.ts';

const { refuse } = approvalsProblems;

type Decision = Readonly<{
  by: Approver;
  operation: 'approve' | 'reject' | 'process' | 'review';
  /** All that the request says beside which payment it is about. */
  payload: JsonObject;
}>;

/** Decides once under an idempotency key, and answers with the payment as the decision left it. */
const decided = <Failure extends Readonly<{ kind: string }>>(
  c: HttpContext,
  parts: AnsweringParts,
  { by, operation, payload }: Decision,
  decide: (target: VendorPaymentTarget, claim: ClaimApproval) => ResultAsync<VendorPayment, Failure>,
) =>
  (operation === 'process' ? targetOf : seenTargetOf)(c).asyncAndThen((target) =>
    answeredOnce(c, parts, {
      by,
      operation,
      payload: { ...payload, payment_id: target.id },
      work: (claim) => decide(target, claim).map((payment) => ({ created: false, payment })),
      respond: (done) => paymentAnswer(c, by, done),
    }),
  );

const postApproval =
  (parts: Pick<ApprovalsUseCases, 'approveVendorPayment'> & AnsweringParts): ApproverHandler =>
  (c, by) =>
    readOptionalJson(c.req.raw)
      .andThen((json) => parseBody(approval, json))
      .andThen((body) =>
        decided(c, parts, { by, operation: 'approve', payload: body }, (target, claim) =>
          parts.approveVendorPayment({ ...askedBy(c, by), ...target, ...present(body) }, claim),
        ),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

const postRejection =
  (parts: Pick<ApprovalsUseCases, 'rejectVendorPayment'> & AnsweringParts): ApproverHandler =>
  (c, by) =>
    readJson(c.req.raw)
      .andThen((json) => parseBody(rejection, json))
      .andThen((body) =>
        decided(c, parts, { by, operation: 'reject', payload: body }, (target, claim) =>
          parts.rejectVendorPayment({ ...askedBy(c, by), ...target, ...body }, claim),
        ),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

const postProcessing =
  (parts: Pick<ApprovalsUseCases, 'processVendorPayment'> & AnsweringParts): ApproverHandler =>
  (c, by) =>
    readNothing(c.req.raw)
      .andThen(() =>
        decided(c, parts, { by, operation: 'process', payload: {} }, (target, claim) =>
          parts.processVendorPayment({ ...askedBy(c, by), ...target }, claim),
        ),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

const postReview =
  (parts: Pick<ApprovalsUseCases, 'reviewVendorPayment'> & AnsweringParts): ApproverHandler =>
  (c, by) =>
    readJson(c.req.raw)
      .andThen((json) => parseBody(review, json))
      .andThen(({ outcome, ...body }) =>
        decided(c, parts, { by, operation: 'review', payload: { outcome, ...body } }, (target, claim) =>
          parts.reviewVendorPayment({ ...askedBy(c, by), ...target, outcome, ...present(body) }, claim),
        ),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

const pathParameters = { id: paymentIdParameter };

/** What people decide of a payment to a vendor. */
export const vendorPaymentDecisions = resource({
  tag: APPROVALS_TAG,
  problems: approvalsProblems,
  routes: [
    forRoles('approve', postApproval, {
      method: 'post',
      path: '/approvals/payments/{id}/approve',
      operationId: 'approveVendorPayment',
      summary: 'Approve a payment',
      description:
        'Roles: dispatcher, admin, as the policy asks for the amount, but neither who made or changed the payment nor who is paid. The answer is approved, or pending still while others are awaited.',
      pathParameters,
      body: approval,
      bodyOptional: true,
      ifMatch: 'payment',
      ifMatchIsOne: true,
      responses: { 200: versioned('The payment as it is now.', vendorPayment) },
      refusals: [404, 409, 428],
    }),
    forRoles('reject', postRejection, {
      method: 'post',
      path: '/approvals/payments/{id}/reject',
      operationId: 'rejectVendorPayment',
      summary: 'Reject a payment, for good',
      description:
        'Roles: dispatcher, admin, but not who is paid. Also after it was approved, until it is processed, and after a payout failed, unless the vendor has its money all the same (`payout_stands`). The incident and vendor are free for another payment.',
      pathParameters,
      body: rejection,
      ifMatch: 'payment',
      ifMatchIsOne: true,
      responses: { 200: versioned('The payment as it is now.', vendorPayment) },
      refusals: [404, 409],
    }),
    forRoles('process', postProcessing, {
      method: 'post',
      path: '/approvals/payments/{id}/process',
      operationId: 'processVendorPayment',
      summary: 'Pay what was approved',
      description:
        'Role: admin, but not who is paid. After a failure it may be asked again under another key, and goes out under the same reference: a vendor is paid once. A repeat under the same key is given the payment as the payout left it, and while that is not known as it stands.',
      pathParameters,
      body: nothing,
      bodyOptional: true,
      ifMatch: 'payment',
      responses: {
        200: versioned(
          'Completed or failed; processing while the processor has not answered, and then it ends by itself.',
          vendorPayment,
        ),
      },
      refusals: [404, 409],
    }),
    forRoles('review', postReview, {
      method: 'post',
      path: '/approvals/payments/{id}/review',
      operationId: 'reviewVendorPayment',
      summary: 'Say whether a payment is a fraud',
      description:
        'Role: admin, but neither who made or changed the payment nor who is paid. A payment that was found to be a fraud is neither approved nor processed until a later review finds otherwise; it can be rejected. What reviews found counts when the vendor’s next payments are scored. Not while the payment is being paid.',
      pathParameters,
      body: review,
      ifMatch: 'payment',
      ifMatchIsOne: true,
      responses: { 200: versioned('The payment as it is now.', vendorPayment) },
      refusals: [404, 409],
    }),
  ],
});
