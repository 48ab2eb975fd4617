import { json, type Route, refusals, secured } from '../server/openapi.ts';
import { merchant, merchantChange, merchantPage, merchantsQuery, newMerchant } from './merchant-schemas.ts';

const merchantIdParameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  example: 'merchant-123',
} as const;

export const postMerchant = {
  method: 'post',
  path: '/merchants',
  operationId: 'createMerchant',
  summary: 'Open a merchant',
  description: 'Needs the permission `admin`. An id is given once and for good.',
  tags: ['merchants'],
  ...secured,
  request: { body: { required: true, content: json(newMerchant) } },
  responses: {
    201: {
      description: 'The merchant.',
      content: json(merchant),
      headers: { Location: { description: 'Where the merchant is.', schema: { type: 'string' } } },
    },
    ...refusals(400, 401, 403, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const getMerchants = {
  method: 'get',
  path: '/merchants',
  operationId: 'listMerchants',
  summary: 'List merchants by id',
  description: 'Needs the permission `admin`.',
  tags: ['merchants'],
  ...secured,
  request: { query: merchantsQuery },
  responses: {
    200: { description: 'A page.', content: json(merchantPage) },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;

export const getMerchantById = {
  method: 'get',
  path: '/merchants/{id}',
  operationId: 'getMerchant',
  summary: 'Read a merchant',
  description: 'Needs the permission `admin`.',
  tags: ['merchants'],
  ...secured,
  parameters: [merchantIdParameter],
  responses: {
    200: { description: 'The merchant.', content: json(merchant) },
    ...refusals(400, 401, 403, 404, 500, 503),
  },
} as const satisfies Route;

export const patchMerchant = {
  method: 'patch',
  path: '/merchants/{id}',
  operationId: 'changeMerchant',
  summary: 'Change, suspend or resume a merchant',
  description: 'Needs the permission `admin`. A suspension binds every payment that begins after the answer.',
  tags: ['merchants'],
  ...secured,
  request: { body: { required: true, content: json(merchantChange) } },
  parameters: [merchantIdParameter],
  responses: {
    200: { description: 'The merchant as it is now.', content: json(merchant) },
    ...refusals(400, 401, 403, 404, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const getOwnMerchant = {
  method: 'get',
  path: '/merchant',
  operationId: 'getOwnMerchant',
  summary: 'Read the merchant that the token names',
  description: 'Needs no permission; a suspended merchant reads itself too.',
  tags: ['merchants'],
  ...secured,
  responses: {
    200: { description: 'The merchant.', content: json(merchant) },
    ...refusals(400, 401, 404, 500, 503),
  },
} as const satisfies Route;
