import { err, ok, type Result, type ResultAsync } from 'neverthrow';
import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import type { NewLineItem } from '../../../application/approvals/create-vendor-payment.ts';
import type { Page } from '../../../application/kernel/cursor.ts';
import { type Approver, hasRole } from '../../../domain/approvals/approver.ts';
import { auditLogRecord } from '../../../domain/approvals/audit-log.ts';
import {
  type IncidentId,
  type PayerId,
  parseUuid,
  type VendorId,
  type VendorPaymentId,
} from '../../../domain/approvals/ids.ts';
import type { VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import { recordFor } from '../../../domain/approvals/vendor-payment-record.ts';
import type { Origin } from '../../../domain/kernel/actor.ts';
import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { ApproverHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import type { Failure } from '../server/failures.ts';
import { parseQuery } from '../server/list-input.ts';
import { readJson, readOptionalJson } from '../server/read-json.ts';
import { answerJson, type HttpContext, originOf, refuse } from '../server/request-context.ts';
import { pageAsked, reviewQuery, vendorPaymentsQuery } from './vendor-payment-queries.ts';
import {
  approval,
  newVendorPayment,
  nothing,
  rejection,
  vendorPaymentChange,
} from './vendor-payment-schemas.ts';

type Doing<Name extends keyof ApprovalsUseCases> = Pick<ApprovalsUseCases, Name>;

export const postVendorPaymentHandler =
  ({ createVendorPayment }: Doing<'createVendorPayment'>): ApproverHandler =>
  (c, by) =>
    readJson(c.req.raw)
      .andThen((json) => parseBody(newVendorPayment, json))
      .andThen(({ incidentId, vendorId, payerId, payerType, amountCents, lineItems, metadata = {} }) =>
        createVendorPayment({
          ...askedBy(c, by),
          order: {
            incidentId: lowerCase<IncidentId>(incidentId),
            vendorId: lowerCase<VendorId>(vendorId),
            payerType,
            ...(payerId === undefined ? {} : { payerId: lowerCase<PayerId>(payerId) }),
            amountCents: BigInt(amountCents),
            lineItems: lineItems.map(lineFrom),
            metadata: metadata as JsonObject,
          },
        }),
      )
      .match(
        (payment) => answerJson(201, bodyFor(by, payment), { Location: `${c.req.path}/${payment.id}` }),
        (failure) => refuse(c, failure),
      );

export const getVendorPaymentsHandler =
  ({ listVendorPayments }: Doing<'listVendorPayments'>): ApproverHandler =>
  (c, by) =>
    parseQuery(vendorPaymentsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ vendorId, incidentId, status, ...paging }) => {
        const filter = {
          ...(vendorId === undefined ? {} : { vendorId: lowerCase<VendorId>(vendorId) }),
          ...(incidentId === undefined ? {} : { incidentId: lowerCase<IncidentId>(incidentId) }),
          ...present({ status }),
        };
        const page = pageAsked(paging);
        return listVendorPayments({ by, filter, ...page }).map(pageBodyFor(by, page.limit));
      })
      .match(
        (body) => answerJson(200, body),
        (failure) => refuse(c, failure),
      );

/** Of payments that wait for somebody's look; which ones is the use case's to say. */
export const getReviewHandler =
  (list: ApprovalsUseCases['listPending' | 'listFlagged']): ApproverHandler =>
  (c, by) =>
    parseQuery(reviewQuery, new URL(c.req.url).searchParams)
      .asyncAndThen((paging) => {
        const page = pageAsked(paging);
        return list({ by, ...page }).map(pageBodyFor(by, page.limit));
      })
      .match(
        (body) => answerJson(200, body),
        (failure) => refuse(c, failure),
      );

export const getVendorPaymentHandler =
  ({ getVendorPayment }: Doing<'getVendorPayment'>): ApproverHandler =>
  (c, by) =>
    answerPayment(
      c,
      by,
      idOf(c).asyncAndThen((id) => getVendorPayment({ by, id })),
    );

export const getVendorPaymentAuditHandler =
  ({ getAuditLog }: Doing<'getAuditLog'>): ApproverHandler =>
  (c, by) =>
    idOf(c)
      .asyncAndThen((id) => getAuditLog({ by, id }))
      .match(
        (entries) => answerJson(200, jsonText({ entries: entries.map(auditLogRecord) })),
        (failure) => refuse(c, failure),
      );

export const patchVendorPaymentHandler =
  ({ changeVendorPayment }: Doing<'changeVendorPayment'>): ApproverHandler =>
  (c, by) =>
    answerPayment(
      c,
      by,
      readJson(c.req.raw)
        .andThen((json) => parseBody(vendorPaymentChange, json))
        .andThen((body) => idOf(c).map((id) => ({ body, id })))
        .andThen(({ body: { lineItems, amountCents, metadata }, id }) =>
          changeVendorPayment({
            ...askedBy(c, by),
            id,
            ...(lineItems === undefined ? {} : { lineItems: lineItems.map(lineFrom) }),
            ...(amountCents === undefined ? {} : { amountCents: BigInt(amountCents) }),
            ...present({ metadata: metadata as JsonObject | undefined }),
          }),
        ),
    );

export const postApprovalHandler =
  ({ approveVendorPayment }: Doing<'approveVendorPayment'>): ApproverHandler =>
  (c, by) =>
    answerPayment(
      c,
      by,
      readOptionalJson(c.req.raw)
        .andThen((json) => parseBody(approval, json))
        .andThen((body) => idOf(c).map((id) => ({ body, id })))
        .andThen(({ body: { notes, termsHash }, id }) =>
          approveVendorPayment({
            ...askedBy(c, by),
            id,
            ...present({ notes, termsHash }),
          }),
        ),
    );

export const postRejectionHandler =
  ({ rejectVendorPayment }: Doing<'rejectVendorPayment'>): ApproverHandler =>
  (c, by) =>
    answerPayment(
      c,
      by,
      readJson(c.req.raw)
        .andThen((json) => parseBody(rejection, json))
        .andThen((body) => idOf(c).map((id) => ({ body, id })))
        .andThen(({ body: { reason }, id }) => rejectVendorPayment({ ...askedBy(c, by), id, reason })),
    );

export const postProcessingHandler =
  ({ processVendorPayment }: Doing<'processVendorPayment'>): ApproverHandler =>
  (c, by) =>
    answerPayment(
      c,
      by,
      readOptionalJson(c.req.raw)
        .andThen((json) => parseBody(nothing, json))
        .andThen(() => idOf(c))
        .andThen((id) => processVendorPayment({ ...askedBy(c, by), id })),
    );

/** Who asks and from where, as the audit log keeps it. */
export const askedBy = (c: HttpContext, by: Approver): Readonly<{ by: Approver; origin: Origin }> => ({
  by,
  origin: originOf(c, hasRole(by, ['system']) ? 'system' : hasRole(by, ['admin']) ? 'admin' : 'user'),
});

const bodyFor = (by: Approver, payment: VendorPayment): string => jsonText(recordFor(by, payment));

const answerPayment = (c: HttpContext, by: Approver, asked: ResultAsync<VendorPayment, Failure>) =>
  asked.match(
    (payment) => answerJson(200, bodyFor(by, payment)),
    (failure) => refuse(c, failure),
  );

const pageBodyFor =
  (by: Approver, limit: number) =>
  ({ items, nextCursor }: Page<VendorPayment>): string =>
    jsonText({
      payments: items.map((payment) => recordFor(by, payment)),
      pagination: { limit, count: items.length, nextCursor: nextCursor ?? null },
    });

function idOf(c: HttpContext): Result<VendorPaymentId, Failure> {
  const id = parseUuid<VendorPaymentId>(c.req.param('id') ?? '');
  return id === undefined ? err({ kind: 'VendorPaymentNotFound' }) : ok(id);
}

type NewLine = Omit<NewLineItem, 'unitPriceCents'> & Readonly<{ unitPriceCents: number }>;

const lineFrom = ({ description, quantity, unitPriceCents }: NewLine): NewLineItem => ({
  description,
  quantity,
  unitPriceCents: BigInt(unitPriceCents),
});

/** Of text that the schema knows to be a UUID. */
const lowerCase = <Id extends Parameters<typeof parseUuid>[0]>(text: string): Id => text.toLowerCase() as Id;
