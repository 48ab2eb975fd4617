import type { z } from 'zod';
import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import type { NewLineItem, NewVendorPayment } from '../../../application/approvals/create-vendor-payment.ts';
import { auditLogFor } from '../../../domain/approvals/audit-log.ts';
import type { IncidentId, PayerId, parseUuid, VendorId } from '../../../domain/approvals/ids.ts';
import { madeIn } from '../../../domain/approvals/vendor-payment-filter.ts';
import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { parseBody } from '../server/body-input.ts';
import { answerVersion, tagOf } from '../server/entity-tag.ts';
import { parseQuery } from '../server/list-input.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson } from '../server/request-context.ts';
import { answer, created, resource, versioned } from '../server/route.ts';
import { type AnsweringParts, answeredOnce } from './answered-once.ts';
import { APPROVALS_TAG, approvalsProblems } from './approvals-problems.ts';
import { type ApproverHandler, askedBy, forRoles } from './approver-route.ts';
import { auditLog } from './audit-log-schema.ts';
import {
  answerPayment,
  bodyFor,
  idOf,
  pageBodyFor,
  paymentIn,
  targetOf,
  waitingRecord,
} from './vendor-payment-answers.ts';
import { pageAsked, reviewQuery, riskAsked, vendorPaymentsQuery } from './vendor-payment-queries.ts';
import {
  newVendorPayment,
  paymentIdParameter,
  vendorPayment,
  vendorPaymentChange,
  vendorPaymentPage,
} from './vendor-payment-schemas.ts';

const { refuse } = approvalsProblems;

const postVendorPayment =
  (parts: Pick<ApprovalsUseCases, 'createVendorPayment'> & AnsweringParts): ApproverHandler =>
  (c, by) =>
    readJson(c.req.raw)
      .andThen((json) => parseBody(newVendorPayment, json))
      .andThen((body) =>
        answeredOnce(c, parts, {
          by,
          operation: 'create',
          payload: body as JsonObject,
          work: (claim) =>
            parts
              .createVendorPayment({ ...askedBy(c, by), order: orderFrom(body) }, claim)
              .map((payment) => ({ created: true, payment })),
          respond(done) {
            const payment = paymentIn(done);
            const { id, version } = payment;
            return answerJson(201, bodyFor(by, payment), {
              Location: `${c.req.path}/${id}`,
              ...tagOf(version),
            });
          },
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

const orderFrom = ({
  incidentId,
  vendorId,
  payerId,
  payerType,
  amountCents,
  lineItems,
  dueDate,
  metadata = {},
}: z.output<typeof newVendorPayment>): NewVendorPayment => ({
  incidentId: lowerCase<IncidentId>(incidentId),
  vendorId: lowerCase<VendorId>(vendorId),
  payerType,
  ...(payerId === undefined ? {} : { payerId: lowerCase<PayerId>(payerId) }),
  amountCents: BigInt(amountCents),
  lineItems: lineItems.map(lineFrom),
  ...present({ dueDate }),
  metadata: metadata as JsonObject,
});

const getVendorPayments =
  ({ listVendorPayments }: Pick<ApprovalsUseCases, 'listVendorPayments'>): ApproverHandler =>
  (c, by) =>
    parseQuery(vendorPaymentsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ vendorId, incidentId, status, from, to, ...rest }) => {
        const filter = {
          ...(vendorId === undefined ? {} : { vendorId: lowerCase<VendorId>(vendorId) }),
          ...(incidentId === undefined ? {} : { incidentId: lowerCase<IncidentId>(incidentId) }),
          ...present({ status }),
          ...madeIn(present({ from, to })),
        };
        const page = pageAsked(rest);
        const risk = riskAsked(rest);
        return listVendorPayments({ by, filter, ...present({ risk }), ...page }).map(
          pageBodyFor(by, page.limit),
        );
      })
      .match(
        (body) => answerJson(200, body),
        (failure) => refuse(c, failure),
      );

/** Of payments that wait for people; the use case says which. */
const review =
  (name: 'listPending' | 'listFlagged' | 'listUnreviewed') =>
  (
    useCases: Pick<ApprovalsUseCases, 'listPending' | 'listFlagged' | 'listUnreviewed' | 'awaitedApprovals'>,
  ): ApproverHandler =>
  (c, by) =>
    parseQuery(reviewQuery, new URL(c.req.url).searchParams)
      .asyncAndThen((paging) => {
        const page = pageAsked(paging);
        return useCases[name]({ by, ...page }).andThen((found) =>
          useCases
            .awaitedApprovals(by, found.items)
            .map((awaited) => pageBodyFor(by, page.limit, awaited)(found)),
        );
      })
      .match(
        (body) => answerJson(200, body),
        (failure) => refuse(c, failure),
      );

const getVendorPayment =
  ({
    getVendorPayment,
    awaitedApprovals,
  }: Pick<ApprovalsUseCases, 'getVendorPayment' | 'awaitedApprovals'>): ApproverHandler =>
  (c, by) =>
    idOf(c)
      .asyncAndThen((id) => getVendorPayment({ by, id }))
      .andThen((payment) =>
        awaitedApprovals(by, [payment]).map((awaited) => ({
          version: payment.version,
          body: jsonText(waitingRecord(by, payment, awaited)),
        })),
      )
      .match(
        (current) => answerVersion(c, current),
        (failure) => refuse(c, failure),
      );

const getVendorPaymentAudit =
  ({ getAuditLog }: Pick<ApprovalsUseCases, 'getAuditLog'>): ApproverHandler =>
  (c, by) =>
    idOf(c)
      .asyncAndThen((id) => getAuditLog({ ...askedBy(c, by), id }))
      .match(
        (entries) => answerJson(200, jsonText({ entries: entries.map((entry) => auditLogFor(by, entry)) })),
        (failure) => refuse(c, failure),
      );

const patchVendorPayment =
  ({ changeVendorPayment }: Pick<ApprovalsUseCases, 'changeVendorPayment'>): ApproverHandler =>
  (c, by) =>
    answerPayment(
      c,
      by,
      readJson(c.req.raw)
        .andThen((json) => parseBody(vendorPaymentChange, json))
        .andThen((body) => targetOf(c).map((target) => ({ body, target })))
        .andThen(({ body: { lineItems, amountCents, dueDate, metadata }, target }) =>
          changeVendorPayment({
            ...askedBy(c, by),
            ...target,
            ...(lineItems === undefined ? {} : { lineItems: lineItems.map(lineFrom) }),
            ...(amountCents === undefined ? {} : { amountCents: BigInt(amountCents) }),
            ...present({ dueDate, metadata: metadata as JsonObject | undefined }),
          }),
        ),
    );

type NewLine = Omit<NewLineItem, 'unitPriceCents'> & Readonly<{ unitPriceCents: number }>;

const lineFrom = ({ description, quantity, unitPriceCents }: NewLine): NewLineItem => ({
  description,
  quantity,
  unitPriceCents: BigInt(unitPriceCents),
});

/** Of text that the schema knows to be a UUID. */
const lowerCase = <Id extends Parameters<typeof parseUuid>[0]>(text: string): Id => text.toLowerCase() as Id;

const pathParameters = { id: paymentIdParameter };

/** Payments to vendors, but for what people decide of them. */
export const vendorPayments = resource({
  tag: APPROVALS_TAG,
  problems: approvalsProblems,
  routes: [
    forRoles('create', postVendorPayment, {
      method: 'post',
      path: '/approvals/payments',
      operationId: 'createVendorPayment',
      summary: 'Ask people to approve a payment to a vendor',
      description:
        'Roles: dispatcher, admin, system. Who asks never approves it. Of one incident and vendor one payment is live: a second request is told `duplicate_incident`, but a repeat under the same idempotency key is given the payment.',
      body: newVendorPayment,
      responses: {
        201: { ...created('payment', vendorPayment), description: 'The payment, scored.' },
      },
      refusals: [409],
    }),
    forRoles('see', getVendorPayments, {
      method: 'get',
      path: '/approvals/payments',
      operationId: 'listVendorPayments',
      summary: 'List payments to vendors, newest first',
      description:
        'Roles: dispatcher, admin, system; a vendor is given its own. With the risk, outcome and status of a row of `GET /approvals/reports/fraud`, and its days, it lists the payments that the row counts.',
      query: vendorPaymentsQuery,
      responses: { 200: answer('A page.', vendorPaymentPage) },
    }),
    forRoles('list', review('listPending'), {
      method: 'get',
      path: '/approvals/payments/pending',
      operationId: 'listPendingVendorPayments',
      summary: 'List payments that wait for approval, oldest first',
      description: 'Roles: dispatcher, admin.',
      query: reviewQuery,
      responses: { 200: answer('A page.', vendorPaymentPage) },
    }),
    forRoles('list', review('listFlagged'), {
      method: 'get',
      path: '/approvals/payments/flagged',
      operationId: 'listFlaggedVendorPayments',
      summary: 'List payments that were flagged or have no score, newest first',
      description: 'Roles: dispatcher, admin. Whatever became of them.',
      query: reviewQuery,
      responses: { 200: answer('A page.', vendorPaymentPage) },
    }),
    forRoles('list', review('listUnreviewed'), {
      method: 'get',
      path: '/approvals/payments/unreviewed',
      operationId: 'listUnreviewedVendorPayments',
      summary: 'List flagged payments that await a review, oldest first',
      description:
        'Roles: dispatcher, admin. Whatever became of them; an admin says what each is by `review`.',
      query: reviewQuery,
      responses: { 200: answer('A page.', vendorPaymentPage) },
    }),
    forRoles('see', getVendorPayment, {
      method: 'get',
      path: '/approvals/payments/{id}',
      operationId: 'getVendorPayment',
      summary: 'Read a payment to a vendor',
      description: "Roles: dispatcher, admin, system; a vendor reads its own, and others' are not there.",
      pathParameters,
      responses: {
        200: versioned('The payment.', vendorPayment),
      },
      refusals: [404],
    }),
    forRoles('change', patchVendorPayment, {
      method: 'patch',
      path: '/approvals/payments/{id}',
      operationId: 'changeVendorPayment',
      summary: 'Change the lines, metadata or due date of a payment that waits for approval',
      description:
        'Roles: dispatcher, admin, but not who is paid. Approvals given are void, and so is a review that found it legitimate; who changes a payment does not approve it. ' +
        'It is scored for fraud anew, and the graver score stands.',
      pathParameters,
      body: vendorPaymentChange,
      ifMatch: 'payment',
      responses: { 200: versioned('The payment as it is now.', vendorPayment) },
      refusals: [404, 409],
    }),
    forRoles('audit', getVendorPaymentAudit, {
      method: 'get',
      path: '/approvals/payments/{id}/audit',
      operationId: 'getVendorPaymentAudit',
      summary: 'Read what happened to a payment, oldest first',
      description:
        'Roles: dispatcher, admin, but not who is paid. Each entry holds the hash of the one before of its kind, what happened and who was refused what. Address and browser, which are hashed too, are ' +
        'shown to admins, and to the subject that acted.',
      pathParameters,
      responses: {
        200: answer('The whole log.', auditLog),
      },
      refusals: [404],
    }),
  ],
});
