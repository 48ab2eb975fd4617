import { idempotencyHeader, json, type Route, refusals, replayed, secured } from '../server/openapi.ts';
import { newTransfer, transfer } from './transfer-schemas.ts';

export const postTransfer = {
  method: 'post',
  path: '/transfers',
  operationId: 'createTransfer',
  summary: 'Move money to another merchant',
  description:
    'At once and for good, from what is `available` in `GET /balance`, and never more than that. The idempotency key comes ' +
    'in the header or in the body; a repeat gives the first answer again. A refusal for want of funds is kept too: after ' +
    'more money came in, use a new key.',
  tags: ['transfers'],
  ...secured,
  request: { body: { required: true, content: json(newTransfer) } },
  parameters: [{ ...idempotencyHeader, example: 'transfer-1001' }],
  responses: {
    201: {
      description: 'The transfer. Both parties can read it, and both have an entry in their ledger.',
      content: json(transfer),
      headers: {
        'Idempotency-Replayed': replayed,
        Location: { description: 'Where the transfer is.', schema: { type: 'string' } },
      },
    },
    ...refusals(400, 401, 403, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const getTransferById = {
  method: 'get',
  path: '/transfers/{id}',
  operationId: 'getTransfer',
  summary: 'Read a transfer from or to this merchant',
  tags: ['transfers'],
  ...secured,
  parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
  responses: {
    200: { description: 'The transfer.', content: json(transfer) },
    ...refusals(400, 401, 403, 404, 500, 503),
  },
} as const satisfies Route;
