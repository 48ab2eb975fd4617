import { err, ok, type Result, type ResultAsync } from 'neverthrow';
import type { Done } from '../../../application/approvals/answer-once.ts';
import type {
  VendorPaymentNotFound,
  VendorPaymentTarget,
} from '../../../application/approvals/update-vendor-payment.ts';
import type { Page } from '../../../application/kernel/cursor.ts';
import type { Approver } from '../../../domain/approvals/approver.ts';
import { parseUuid, type VendorPaymentId } from '../../../domain/approvals/ids.ts';
import type { Awaited } from '../../../domain/approvals/policy.ts';
import { recordFor } from '../../../domain/approvals/published-record.ts';
import type { VendorPayment } from '../../../domain/approvals/vendor-payment.ts';
import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { answerVersion, expectedIn, seenIn } from '../server/entity-tag.ts';
import type { HttpContext } from '../server/request-context.ts';
import type { MalformedRequest } from '../server/request-problems.ts';
import { approvalsProblems } from './approvals-problems.ts';

const { refuse } = approvalsProblems;

type Refused = Parameters<typeof refuse>[1];

/** A payment as this approver may see it, as JSON text. */
export const bodyFor = (by: Approver, payment: VendorPayment): string => jsonText(recordFor(by, payment));

/** The payment of what was done to one. */
export function paymentIn({ payment }: Done): VendorPayment {
  if (payment === undefined) throw new Error('what is done to a payment leaves one');
  return payment;
}

const currentAnswer = (c: HttpContext, by: Approver, payment: VendorPayment): Response =>
  answerVersion(c, { version: payment.version, body: bodyFor(by, payment) });

/** The payment as this approver may see it, as what was done has left it. */
export const paymentAnswer = (c: HttpContext, by: Approver, done: Done): Response =>
  currentAnswer(c, by, paymentIn(done));

/** The payment as it is now, or why it is not. */
export const answerPayment = (c: HttpContext, by: Approver, asked: ResultAsync<VendorPayment, Refused>) =>
  asked.match(
    (payment) => currentAnswer(c, by, payment),
    (failure) => refuse(c, failure),
  );

/** The same, with whose approvals it waits for. */
export const waitingRecord = (by: Approver, payment: VendorPayment, awaited: Awaiting): JsonObject => ({
  ...recordFor(by, payment),
  ...present({ awaited: awaited.get(payment.id) }),
});

type Awaiting = ReadonlyMap<VendorPayment['id'], Awaited>;

const NONE: Awaiting = new Map();

/** A page of payments as this approver may see them, as JSON text. */
export const pageBodyFor =
  (by: Approver, limit: number, awaited = NONE) =>
  ({ items, nextCursor }: Page<VendorPayment>): string =>
    jsonText({
      payments: items.map((payment) => waitingRecord(by, payment, awaited)),
      pagination: { limit, count: items.length, nextCursor: nextCursor ?? null },
    });

/** The payment that the path names, and which of its versions a change of it is for. */
export const targetOf = (
  c: HttpContext,
): Result<VendorPaymentTarget, Pick<VendorPaymentNotFound, 'kind'> | MalformedRequest> =>
  expectedIn(c).andThen((expecting) => idOf(c).map((id) => ({ id, ...expecting })));

/** The same of a decision, which is about what was seen: one version and no other. */
export const seenTargetOf: typeof targetOf = (c) =>
  seenIn(c).andThen((expecting) => idOf(c).map((id) => ({ id, ...expecting })));

/** The payment that the path names. */
export function idOf(c: HttpContext): Result<VendorPaymentId, Pick<VendorPaymentNotFound, 'kind'>> {
  const id = parseUuid<VendorPaymentId>(c.req.param('id') ?? '');
  return id === undefined ? err({ kind: 'VendorPaymentNotFound' }) : ok(id);
}
