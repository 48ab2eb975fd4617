import { json, type Route, refusalsAmong, secured } from '../server/openapi.ts';
import { PROBLEMS } from '../server/problems.ts';
import { APPROVALS_PROBLEMS } from './approvals-problems.ts';
import { reviewQuery, vendorPaymentsQuery } from './vendor-payment-queries.ts';
import {
  approval,
  auditLog,
  newVendorPayment,
  nothing,
  rejection,
  vendorPayment,
  vendorPaymentChange,
  vendorPaymentPage,
} from './vendor-payment-schemas.ts';
import { recorded, workCompleted } from './work-completed-schemas.ts';

/** What approvals have in common with the platform. */
const COMMON = [
  'MalformedRequest',
  'AmountNotPositive',
  'CursorInvalid',
  'Unauthenticated',
  'ChangedMeanwhile',
  'BodyTooLarge',
  'UnsupportedMediaType',
  'PanNotAccepted',
  'Defect',
  'AuthenticationUnavailable',
  'StorageUnavailable',
] as const satisfies readonly (keyof typeof PROBLEMS)[];

const refusals = (...statuses: readonly number[]) =>
  refusalsAmong([...COMMON.map((kind) => PROBLEMS[kind]), ...Object.values(APPROVALS_PROBLEMS)], statuses);

const tags = ['approvals'];

const paymentIdParameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', format: 'uuid' },
  example: '01990000-0000-7000-8000-000000000001',
} as const;

const location = { Location: { description: 'Where the payment is.', schema: { type: 'string' as const } } };
const onePage = { 200: { description: 'A page.', content: json(vendorPaymentPage) } };
const asItIsNow = (description = 'The payment as it is now.') => ({
  200: { description, content: json(vendorPayment) },
});
const READ_REFUSALS = [400, 401, 403, 500, 503] as const;
const MOVE_REFUSALS = [400, 401, 403, 404, 409, 413, 415, 422, 500, 503] as const;

export const postVendorPayment = {
  method: 'post',
  path: '/approvals/payments',
  operationId: 'createVendorPayment',
  summary: 'Ask people to approve a payment to a vendor',
  description:
    'Roles: dispatcher, admin, system. Who asks never approves it. Safe to repeat: of one incident and vendor one payment is live, and the second request is told `duplicate_incident`.',
  tags,
  ...secured,
  request: { body: { required: true, content: json(newVendorPayment) } },
  responses: {
    201: { description: 'The payment, scored.', content: json(vendorPayment), headers: location },
    ...refusals(400, 401, 403, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const getVendorPayments = {
  method: 'get',
  path: '/approvals/payments',
  operationId: 'listVendorPayments',
  summary: 'List payments to vendors, newest first',
  description: 'Roles: dispatcher, admin, system; a vendor is given its own.',
  tags,
  ...secured,
  request: { query: vendorPaymentsQuery },
  responses: { ...onePage, ...refusals(...READ_REFUSALS) },
} as const satisfies Route;

export const getPending = {
  method: 'get',
  path: '/approvals/payments/pending',
  operationId: 'listPendingVendorPayments',
  summary: 'List payments that wait for approval, oldest first',
  description: 'Roles: dispatcher, admin.',
  tags,
  ...secured,
  request: { query: reviewQuery },
  responses: { ...onePage, ...refusals(...READ_REFUSALS) },
} as const satisfies Route;

export const getFlagged = {
  method: 'get',
  path: '/approvals/payments/flagged',
  operationId: 'listFlaggedVendorPayments',
  summary: 'List payments that were flagged or that nobody could score, newest first',
  description: 'Roles: dispatcher, admin. Whatever became of them.',
  tags,
  ...secured,
  request: { query: reviewQuery },
  responses: { ...onePage, ...refusals(...READ_REFUSALS) },
} as const satisfies Route;

export const getVendorPaymentById = {
  method: 'get',
  path: '/approvals/payments/{id}',
  operationId: 'getVendorPayment',
  summary: 'Read a payment to a vendor',
  description: "Roles: dispatcher, admin, system; a vendor reads its own, and others' are not there.",
  tags,
  ...secured,
  parameters: [paymentIdParameter],
  responses: {
    200: { description: 'The payment.', content: json(vendorPayment) },
    ...refusals(400, 401, 403, 404, 500, 503),
  },
} as const satisfies Route;

export const patchVendorPayment = {
  method: 'patch',
  path: '/approvals/payments/{id}',
  operationId: 'changeVendorPayment',
  summary: 'Change the lines or metadata of a payment that waits for approval',
  description:
    'Roles: dispatcher, admin. Approvals given are void, and whoever changes a payment does not approve it.',
  tags,
  ...secured,
  parameters: [paymentIdParameter],
  request: { body: { required: true, content: json(vendorPaymentChange) } },
  responses: { ...asItIsNow(), ...refusals(...MOVE_REFUSALS) },
} as const satisfies Route;

export const getVendorPaymentAudit = {
  method: 'get',
  path: '/approvals/payments/{id}/audit',
  operationId: 'getVendorPaymentAudit',
  summary: 'Read what happened to a payment, oldest first',
  description: 'Roles: dispatcher, admin. Each entry holds the hash of the one before.',
  tags,
  ...secured,
  parameters: [paymentIdParameter],
  responses: {
    200: { description: 'The whole log.', content: json(auditLog) },
    ...refusals(400, 401, 403, 404, 500, 503),
  },
} as const satisfies Route;

export const postApproval = {
  method: 'post',
  path: '/approvals/payments/{id}/approve',
  operationId: 'approveVendorPayment',
  summary: 'Approve a payment',
  description:
    'Roles: dispatcher, admin, as the policy asks for the amount. The answer is approved, or pending still while others are awaited.',
  tags,
  ...secured,
  parameters: [paymentIdParameter],
  request: { body: { required: false, content: json(approval) } },
  responses: { ...asItIsNow(), ...refusals(...MOVE_REFUSALS) },
} as const satisfies Route;

export const postRejection = {
  method: 'post',
  path: '/approvals/payments/{id}/reject',
  operationId: 'rejectVendorPayment',
  summary: 'Reject a payment, for good',
  description: 'Roles: dispatcher, admin. Also after it was approved, until it is processed.',
  tags,
  ...secured,
  parameters: [paymentIdParameter],
  request: { body: { required: true, content: json(rejection) } },
  responses: { ...asItIsNow(), ...refusals(...MOVE_REFUSALS) },
} as const satisfies Route;

export const postProcessing = {
  method: 'post',
  path: '/approvals/payments/{id}/process',
  operationId: 'processVendorPayment',
  summary: 'Pay what was approved',
  description:
    'Role: admin. After a failure it may be asked again, and goes out under the same reference: a vendor is paid once.',
  tags,
  ...secured,
  parameters: [paymentIdParameter],
  request: { body: { required: false, content: json(nothing) } },
  responses: {
    ...asItIsNow('Completed or failed; processing while nobody knows yet, and then it ends by itself.'),
    ...refusals(...MOVE_REFUSALS),
  },
} as const satisfies Route;

export const postEvent = {
  method: 'post',
  path: '/approvals/events',
  operationId: 'recordWorkCompleted',
  summary: 'Tell that a vendor has completed its work',
  description:
    'Role: system. One event in the envelope of EventBridge, from a source that the installation believes. Safe to repeat, in any order.',
  tags,
  ...secured,
  request: { body: { required: true, content: json(workCompleted) } },
  responses: {
    200: { description: 'The payment was there.', content: json(recorded) },
    201: { description: 'The payment was created.', content: json(recorded), headers: location },
    ...refusals(400, 401, 403, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

/** Every route of approvals, as it is served beside the platform. */
export const APPROVALS_ROUTES = [
  postVendorPayment,
  getVendorPayments,
  getPending,
  getFlagged,
  getVendorPaymentById,
  patchVendorPayment,
  getVendorPaymentAudit,
  postApproval,
  postRejection,
  postProcessing,
  postEvent,
] as const satisfies readonly Route[];
