import {
  idempotencyHeader,
  json,
  paymentIdParameter,
  type Route,
  refusals,
  replayed,
  secured,
} from '../server/openapi.ts';
import { modification, newCapture, newRefund, newVoid } from './modification-schemas.ts';

const outcomes = {
  201: {
    description: 'The processor did it.',
    content: json(modification),
    headers: { 'Idempotency-Replayed': replayed },
  },
  202: {
    description:
      'The processor has not answered yet; the transaction is pending and will be carried through.',
    content: json(modification),
    headers: { 'Idempotency-Replayed': replayed },
  },
  ...refusals(400, 401, 402, 403, 404, 409, 413, 415, 422, 500, 503),
};

export const postCapture = {
  method: 'post',
  path: '/payments/{id}/capture',
  operationId: 'capturePayment',
  summary: 'Take authorized money, in full or in part',
  description: 'The payment has succeeded when all is taken, or with `final`, which releases the rest.',
  tags: ['payments'],
  ...secured,
  request: { body: { required: false, content: json(newCapture) } },
  parameters: [paymentIdParameter, idempotencyHeader],
  responses: outcomes,
} as const satisfies Route;

export const postRefund = {
  method: 'post',
  path: '/payments/{id}/refunds',
  operationId: 'refundPayment',
  summary: 'Give captured money back, in full or in part',
  description: 'The sum of refunds, those under way included, never passes what was captured.',
  tags: ['payments'],
  ...secured,
  request: { body: { required: false, content: json(newRefund) } },
  parameters: [paymentIdParameter, idempotencyHeader],
  responses: outcomes,
} as const satisfies Route;

export const postVoid = {
  method: 'post',
  path: '/payments/{id}/void',
  operationId: 'voidPayment',
  summary: 'Release authorized money',
  description: 'The payment is canceled, or has succeeded when a part was captured before.',
  tags: ['payments'],
  ...secured,
  request: { body: { required: false, content: json(newVoid) } },
  parameters: [paymentIdParameter, idempotencyHeader],
  responses: outcomes,
} as const satisfies Route;
