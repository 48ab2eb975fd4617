import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import { present } from '../../../domain/kernel/present.ts';
import { parseBody } from '../server/body-input.ts';
import { readJson, readOptionalJson } from '../server/read-json.ts';
import { resource, versioned } from '../server/route.ts';
import { APPROVALS_TAG, approvalsProblems } from './approvals-problems.ts';
import { type ApproverHandler, askedBy, forRoles } from './approver-route.ts';
import { answerPayment, targetOf } from './vendor-payment-answers.ts';
import { approval, nothing, paymentIdParameter, rejection, vendorPayment } from './vendor-payment-schemas.ts';

const postApproval =
  ({ approveVendorPayment }: Pick<ApprovalsUseCases, 'approveVendorPayment'>): ApproverHandler =>
  (c, by) =>
    answerPayment(
      c,
      by,
      readOptionalJson(c.req.raw)
        .andThen((json) => parseBody(approval, json))
        .andThen((body) => targetOf(c).map((target) => ({ body, target })))
        .andThen(({ body: { notes, termsHash }, target }) =>
          approveVendorPayment({
            ...askedBy(c, by),
            ...target,
            ...present({ notes, termsHash }),
          }),
        ),
    );

const postRejection =
  ({ rejectVendorPayment }: Pick<ApprovalsUseCases, 'rejectVendorPayment'>): ApproverHandler =>
  (c, by) =>
    answerPayment(
      c,
      by,
      readJson(c.req.raw)
        .andThen((json) => parseBody(rejection, json))
        .andThen((body) => targetOf(c).map((target) => ({ body, target })))
        .andThen(({ body: { reason }, target }) =>
          rejectVendorPayment({ ...askedBy(c, by), ...target, reason }),
        ),
    );

const postProcessing =
  ({ processVendorPayment }: Pick<ApprovalsUseCases, 'processVendorPayment'>): ApproverHandler =>
  (c, by) =>
    answerPayment(
      c,
      by,
      readOptionalJson(c.req.raw)
        .andThen((json) => parseBody(nothing, json))
        .andThen(() => targetOf(c))
        .andThen((target) => processVendorPayment({ ...askedBy(c, by), ...target })),
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
        'Roles: dispatcher, admin, as the policy asks for the amount. The answer is approved, or pending still while others are awaited.',
      pathParameters,
      body: approval,
      bodyOptional: true,
      ifMatch: 'payment',
      responses: { 200: versioned('The payment as it is now.', vendorPayment) },
      refusals: [404, 409, 428],
    }),
    forRoles('reject', postRejection, {
      method: 'post',
      path: '/approvals/payments/{id}/reject',
      operationId: 'rejectVendorPayment',
      summary: 'Reject a payment, for good',
      description:
        'Roles: dispatcher, admin. Also after it was approved, until it is processed, and after a payout failed. The incident and vendor are free for another payment.',
      pathParameters,
      body: rejection,
      ifMatch: 'payment',
      responses: { 200: versioned('The payment as it is now.', vendorPayment) },
      refusals: [404, 409],
    }),
    forRoles('process', postProcessing, {
      method: 'post',
      path: '/approvals/payments/{id}/process',
      operationId: 'processVendorPayment',
      summary: 'Pay what was approved',
      description:
        'Role: admin. After a failure it may be asked again, and goes out under the same reference: a vendor is paid once.',
      pathParameters,
      body: nothing,
      bodyOptional: true,
      ifMatch: 'payment',
      responses: {
        200: versioned(
          'Completed or failed; processing while nobody knows yet, and then it ends by itself.',
          vendorPayment,
        ),
      },
      refusals: [404, 409],
    }),
  ],
});
