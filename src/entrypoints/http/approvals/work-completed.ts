import { z } from '@hono/zod-openapi';
import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import type { Recorded } from '../../../application/approvals/record-work-completed.ts';
import type { Approver } from '../../../domain/approvals/approver.ts';
import type { IncidentId, VendorId } from '../../../domain/approvals/ids.ts';
import { MOST_LINE_ITEMS } from '../../../domain/approvals/line-item.ts';
import { recordFor } from '../../../domain/approvals/published-record.ts';
import type { WorkCompleted } from '../../../domain/approvals/work-completed.ts';
import { fromRfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { parseBody } from '../server/body-input.ts';
import { type JsonBody, readJson } from '../server/read-json.ts';
import { answerJson, type HttpContext } from '../server/request-context.ts';
import { answer, location, resource } from '../server/route.ts';
import { moment } from '../server/schemas.ts';
import { type AnsweringParts, answeredOnce } from './answered-once.ts';
import { APPROVALS_TAG, approvalsProblems } from './approvals-problems.ts';
import { type ApproverHandler, askedBy, forRoles } from './approver-route.ts';
import {
  description,
  MUST_READ_AS_WRITTEN,
  readsAsWritten,
  textOf,
  uuid,
  vendorPayment,
} from './vendor-payment-schemas.ts';

const { refuse } = approvalsProblems;

const price = z.int().min(0).openapi({ format: 'int64', maximum: Number.MAX_SAFE_INTEGER });

/** Strict where all else is not: a price that we do not know must never be left out of what is paid. */
const pricing = z.strictObject({
  basePrice: price,
  mileageCharge: price,
  additionalCharges: z
    .array(z.strictObject({ description, amount: price }))
    .max(MOST_LINE_ITEMS - 2)
    .optional(),
});

const workDetails = z.object({
  notes: z.string().max(10_000).optional(),
  photos: z.array(z.string().min(1).max(2_048)).max(100),
  serviceType: textOf(200).refine(readsAsWritten, MUST_READ_AS_WRITTEN),
  duration: z.number().min(0).max(1e9),
});

const visible = (most: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${most}}$`), `must be 1 to ${most} visible ASCII characters`);

/**
 * `WorkCompleted` in EventBridge's envelope. Fields that we do not know are passed over, as producers add some, but
 * among prices.
 */
const workCompleted = z
  .object({
    version: z.literal('0', { error: 'must be "0", the version of the envelope' }),
    id: visible(128),
    'detail-type': z.literal('WorkCompleted', { error: 'must be WorkCompleted' }),
    source: visible(256),
    account: z.string().optional(),
    time: moment.optional(),
    region: z.string().optional(),
    resources: z.array(z.string()).optional(),
    detail: z.object({
      incidentId: uuid,
      vendorId: uuid,
      driverId: z.string().max(255).optional(),
      completedAt: moment,
      workDetails,
      pricing,
    }),
  })
  .openapi('WorkCompleted', {
    example: {
      version: '0',
      id: '5c0b1f6e-7d0f-4f0e-9f43-0c1d2e3f4a5b',
      'detail-type': 'WorkCompleted',
      source: 'roadcall.incident-service',
      time: '2026-03-01T12:00:00Z',
      detail: {
        incidentId: '9f430c1d-5c0b-4f0e-8e64-7d0f2f6e4a5b',
        vendorId: '2b1f7c9a-8e64-4d0b-a1f2-3c4d5e6f7a8b',
        driverId: '4a5b7d0f-5c0b-4f0e-9f43-0c1d2e3f2f6e',
        completedAt: '2026-03-01T11:55:00Z',
        workDetails: { notes: 'Flat tyre', photos: [], serviceType: 'Towing', duration: 45 },
        pricing: {
          basePrice: 10_000,
          mileageCharge: 2_050,
          additionalCharges: [{ description: 'Winch', amount: 1_500 }],
        },
      },
    },
  });

/** What is kept of an envelope, or sent on: nothing else of it is searched for card numbers. */
const keptWork = workCompleted.transform(
  ({ id, source, detail: { incidentId, vendorId, completedAt, workDetails, pricing } }) => ({
    id,
    source,
    detail: { incidentId, vendorId, completedAt, workDetails, pricing },
  }),
);

/** What an event says that comes as JSON, over HTTP or from the bus. */
export const parseWorkCompleted = (json: JsonBody) => parseBody(keptWork, json).map(workFrom);

/** What a parsed envelope says. */
function workFrom({ id, source, detail }: z.output<typeof keptWork>): WorkCompleted {
  const { notes, photos, serviceType, duration } = detail.workDetails;
  const { basePrice, mileageCharge, additionalCharges = [] } = detail.pricing;
  return {
    eventId: id,
    source,
    incidentId: detail.incidentId.toLowerCase() as IncidentId,
    vendorId: detail.vendorId.toLowerCase() as VendorId,
    completedAt: fromRfc3339(detail.completedAt),
    workDetails: { ...present({ notes }), photos, serviceType, duration },
    basePriceCents: BigInt(basePrice),
    mileageChargeCents: BigInt(mileageCharge),
    additionalCharges: additionalCharges.map(({ description, amount }) => ({
      description,
      amountCents: BigInt(amount),
    })),
  };
}

/** What became of an event. */
const recorded = z
  .strictObject({
    created: z
      .boolean()
      .openapi({ description: 'False when the incident and vendor, or the event, were known.' }),
    payment: vendorPayment.optional().openapi({
      description: 'The live payment; absent when the one that the event caused has been rejected since.',
    }),
  })
  .openapi('WorkRecorded');

const postEvent =
  (parts: Pick<ApprovalsUseCases, 'recordWorkCompleted'> & AnsweringParts): ApproverHandler =>
  (c, by) =>
    readJson(c.req.raw)
      .andThen((json) => parseBody(keptWork, json))
      .andThen((envelope) =>
        answeredOnce(c, parts, {
          by,
          operation: 'record',
          payload: envelope,
          work: (claim) => parts.recordWorkCompleted({ ...askedBy(c, by), work: workFrom(envelope) }, claim),
          respond: (done) => answerRecorded(c, by, done),
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

function answerRecorded(c: HttpContext, by: Approver, { created, payment }: Recorded): Response {
  const body = { created, ...(payment === undefined ? {} : { payment: recordFor(by, payment) }) };
  const location = c.req.path.replace(/events$/, `payments/${payment?.id ?? ''}`);
  return answerJson(created ? 201 : 200, jsonText(body), created ? { Location: location } : {});
}

/** Events of other services, as EventBridge hands them over. */
export const workCompletedEvents = resource({
  tag: APPROVALS_TAG,
  problems: approvalsProblems,
  routes: [
    forRoles('record', postEvent, {
      method: 'post',
      path: '/approvals/events',
      operationId: 'recordWorkCompleted',
      summary: 'Record that a vendor has completed its work',
      description:
        'Role: system. One event in the envelope of EventBridge, from a source that the installation believes. Safe to repeat, in any order.',
      body: workCompleted,
      responses: {
        200: answer('The payment was there.', recorded),
        201: { ...answer('The payment was created.', recorded), headers: { Location: location('payment') } },
      },
    }),
  ],
});
