import type { UseCases } from '../../../application/use-cases.ts';
import { MERCHANT_INACTIVE } from '../merchants/merchants.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import type { Tag } from '../server/route-description.ts';

export const WEBHOOKS_TAG = {
  name: 'webhooks',
  description: 'Endpoints that are sent events, and every delivery with its attempts.',
} as const satisfies Tag;

const URL_REASONS = {
  not_a_url: 'It is not a URL.',
  too_long: 'It is too long.',
  scheme: 'It must begin with https://.',
  userinfo: 'It must not hold a user name or password.',
  fragment: 'It must not have a fragment.',
  port: 'Its port must be 443 or above 1023.',
  address: 'It leads to an address that is not public.',
} as const;

/** Refusals of endpoints, deliveries and replays. */
export const webhookProblems = problemTable<
  FailureOf<
    UseCases,
    | 'createEndpoint'
    | 'listEndpoints'
    | 'getEndpoint'
    | 'changeEndpoint'
    | 'removeEndpoint'
    | 'rotateEndpointSecret'
    | 'sendTestEvent'
    | 'replayFailed'
    | 'listDeliveries'
    | 'getDelivery'
    | 'replayDelivery'
  >
>({
  MerchantInactive: MERCHANT_INACTIVE,
  EndpointNotFound: {
    status: 404,
    code: 'webhook_endpoint_not_found',
    title: 'There is no such webhook endpoint',
    detail: 'No webhook endpoint of this merchant has this id.',
  },
  DeliveryNotFound: {
    status: 404,
    code: 'webhook_delivery_not_found',
    title: 'There is no such delivery',
    detail: 'No delivery of this merchant has this id.',
  },
  EndpointNotEnabled: {
    status: 409,
    code: 'webhook_endpoint_not_enabled',
    title: 'The webhook endpoint is not enabled',
    detail: ({ status }) => `The endpoint is ${status}. Enable it first.`,
  },
  TooManySecrets: {
    status: 409,
    code: 'too_many_webhook_secrets',
    title: 'Too many secrets sign for the webhook endpoint',
    detail: ({ most }) => `At most ${most} secrets sign at once. Each retires 24 hours after its rotation.`,
    retryAfterS: ({ retryAfterMs }) => Math.ceil(retryAfterMs / 1_000),
  },
  WebhookUrlRefused: {
    status: 422,
    code: 'webhook_url_not_accepted',
    title: 'The URL is not accepted',
    detail: ({ reason }) => URL_REASONS[reason],
  },
  TooManyEndpoints: {
    status: 422,
    code: 'too_many_webhook_endpoints',
    title: 'There are too many webhook endpoints',
    detail: ({ most }) => `A merchant has at most ${most}.`,
  },
});
