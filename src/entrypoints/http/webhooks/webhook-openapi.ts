import { json, type Route, refusals, secured } from '../server/openapi.ts';
import {
  deliveriesQuery,
  delivery,
  deliveryPage,
  endpoint,
  endpointChange,
  endpointPage,
  endpointWithSecret,
  newEndpoint,
  newReplay,
  replayed,
} from './webhook-schemas.ts';

const parameters = [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] as const;
const tags = ['webhooks'];

const located = {
  Location: { description: 'Where the endpoint is.', schema: { type: 'string' as const } },
};

export const postEndpoint = {
  method: 'post',
  path: '/webhook_endpoints',
  operationId: 'createWebhookEndpoint',
  summary: 'Be told of events',
  description: 'The answer is the only one that shows the secret deliveries are signed with.',
  tags,
  ...secured,
  request: { body: { required: true, content: json(newEndpoint) } },
  responses: {
    201: { description: 'The endpoint.', content: json(endpointWithSecret), headers: located },
    ...refusals(400, 401, 403, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const getEndpoints = {
  method: 'get',
  path: '/webhook_endpoints',
  operationId: 'listWebhookEndpoints',
  summary: 'List webhook endpoints, newest first',
  tags,
  ...secured,
  responses: {
    200: { description: 'All of them.', content: json(endpointPage) },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;

export const getEndpointById = {
  method: 'get',
  path: '/webhook_endpoints/{id}',
  operationId: 'getWebhookEndpoint',
  summary: 'Read a webhook endpoint',
  tags,
  ...secured,
  parameters: [...parameters],
  responses: {
    200: { description: 'The endpoint.', content: json(endpoint) },
    ...refusals(400, 401, 403, 404, 500, 503),
  },
} as const satisfies Route;

export const patchEndpoint = {
  method: 'patch',
  path: '/webhook_endpoints/{id}',
  operationId: 'changeWebhookEndpoint',
  summary: 'Change, pause or resume a webhook endpoint',
  tags,
  ...secured,
  request: { body: { required: true, content: json(endpointChange) } },
  parameters: [...parameters],
  responses: {
    200: { description: 'The endpoint as it is now.', content: json(endpoint) },
    ...refusals(400, 401, 403, 404, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const deleteEndpoint = {
  method: 'delete',
  path: '/webhook_endpoints/{id}',
  operationId: 'removeWebhookEndpoint',
  summary: 'Remove a webhook endpoint',
  description: 'What is still on its way to it is not delivered any more.',
  tags,
  ...secured,
  parameters: [...parameters],
  responses: { 204: { description: 'Removed.' }, ...refusals(400, 401, 403, 404, 409, 500, 503) },
} as const satisfies Route;

export const postSecretRotation = {
  method: 'post',
  path: '/webhook_endpoints/{id}/rotate_secret',
  operationId: 'rotateWebhookSecret',
  summary: 'Get a new secret',
  description: 'For 24 hours deliveries carry signatures of both secrets.',
  tags,
  ...secured,
  parameters: [...parameters],
  responses: {
    200: { description: 'The endpoint with its new secret.', content: json(endpointWithSecret) },
    ...refusals(400, 401, 403, 404, 409, 500, 503),
  },
} as const satisfies Route;

export const postTestEvent = {
  method: 'post',
  path: '/webhook_endpoints/{id}/test',
  operationId: 'sendTestEvent',
  summary: 'Send a test event',
  tags,
  ...secured,
  parameters: [...parameters],
  responses: {
    202: { description: 'On its way.', content: json(delivery) },
    ...refusals(400, 401, 403, 404, 409, 500, 503),
  },
} as const satisfies Route;

export const postFailedReplay = {
  method: 'post',
  path: '/webhook_endpoints/{id}/replay_failed',
  operationId: 'replayFailedDeliveries',
  summary: 'Deliver again all that failed or expired',
  tags,
  ...secured,
  request: { body: { required: true, content: json(newReplay) } },
  parameters: [...parameters],
  responses: {
    202: { description: 'On their way.', content: json(replayed) },
    ...refusals(400, 401, 403, 404, 409, 413, 415, 422, 500, 503),
  },
} as const satisfies Route;

export const getDeliveries = {
  method: 'get',
  path: '/webhook_deliveries',
  operationId: 'listWebhookDeliveries',
  summary: 'List deliveries with their attempts, newest first',
  tags,
  ...secured,
  request: { query: deliveriesQuery },
  responses: {
    200: { description: 'A page.', content: json(deliveryPage) },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;

export const getDeliveryById = {
  method: 'get',
  path: '/webhook_deliveries/{id}',
  operationId: 'getWebhookDelivery',
  summary: 'Read a delivery',
  tags,
  ...secured,
  parameters: [...parameters],
  responses: {
    200: { description: 'The delivery.', content: json(delivery) },
    ...refusals(400, 401, 403, 404, 500, 503),
  },
} as const satisfies Route;

export const postReplay = {
  method: 'post',
  path: '/webhook_deliveries/{id}/replay',
  operationId: 'replayWebhookDelivery',
  summary: 'Deliver again',
  description: 'The same event id and body, however it ended before, with all tries before it.',
  tags,
  ...secured,
  parameters: [...parameters],
  responses: {
    202: { description: 'On its way.', content: json(delivery) },
    ...refusals(400, 401, 403, 404, 409, 500, 503),
  },
} as const satisfies Route;
