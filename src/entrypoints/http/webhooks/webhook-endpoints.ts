import type { UseCases } from '../../../application/use-cases.ts';
import { type MerchantId, parseId, type WebhookEndpointId } from '../../../domain/kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { deliveryRecord } from '../../../domain/webhooks/delivery-record.ts';
import { publishedEndpoint } from '../../../domain/webhooks/webhook-endpoint-record.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, type HttpContext, originOf } from '../server/request-context.ts';
import { answer, created, resource } from '../server/route.ts';
import { WEBHOOKS_TAG, webhookProblems } from './webhook-problems.ts';
import {
  delivery,
  endpoint,
  endpointChange,
  endpointPage,
  endpointWithSecret,
  newEndpoint,
  newReplay,
  replayed,
} from './webhook-schemas.ts';

const { refuse } = webhookProblems;

const postEndpoint =
  ({ createEndpoint }: Pick<UseCases, 'createEndpoint'>): TenantHandler =>
  (c, merchantId) =>
    readJson(c.req.raw)
      .andThen((body) => parseBody(newEndpoint, body))
      .andThen(({ url, events = ['*'], description }) =>
        createEndpoint({
          merchantId,
          url,
          events,
          ...present({ description }),
          origin: originOf(c),
        }),
      )
      .match(
        ({ endpoint, secret }) =>
          answerJson(201, jsonText({ ...publishedEndpoint(endpoint), secret }), {
            Location: `/webhook_endpoints/${endpoint.id}`,
          }),
        (failure) => refuse(c, failure),
      );

const getEndpoints =
  ({ listEndpoints }: Pick<UseCases, 'listEndpoints'>): TenantHandler =>
  (c, merchantId) =>
    listEndpoints(merchantId).match(
      (items) =>
        answerJson(
          200,
          jsonText({ items: items.map(publishedEndpoint), next_cursor: null, has_more: false }),
        ),
      (failure) => refuse(c, failure),
    );

const getEndpointById =
  ({ getEndpoint }: Pick<UseCases, 'getEndpoint'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      getEndpoint(target).match(
        (endpoint) => answerJson(200, jsonText(publishedEndpoint(endpoint))),
        (failure) => refuse(c, failure),
      ),
    );

const patchEndpoint =
  ({ changeEndpoint }: Pick<UseCases, 'changeEndpoint'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(endpointChange, body))
        .andThen(({ url, events, description, status }) =>
          changeEndpoint({
            ...target,
            ...present({ url, events, description, status }),
            origin: originOf(c),
          }),
        )
        .match(
          (endpoint) => answerJson(200, jsonText(publishedEndpoint(endpoint))),
          (failure) => refuse(c, failure),
        ),
    );

const deleteEndpoint =
  ({ removeEndpoint }: Pick<UseCases, 'removeEndpoint'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      removeEndpoint({ ...target, origin: originOf(c) }).match(
        () => new Response(null, { status: 204 }),
        (failure) => refuse(c, failure),
      ),
    );

const postSecretRotation =
  ({ rotateEndpointSecret }: Pick<UseCases, 'rotateEndpointSecret'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      rotateEndpointSecret({ ...target, origin: originOf(c) }).match(
        ({ endpoint, secret }) => answerJson(200, jsonText({ ...publishedEndpoint(endpoint), secret })),
        (failure) => refuse(c, failure),
      ),
    );

const postTestEvent =
  ({ sendTestEvent }: Pick<UseCases, 'sendTestEvent'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      sendTestEvent(target).match(
        (delivery) => answerJson(202, jsonText(deliveryRecord(delivery))),
        (failure) => refuse(c, failure),
      ),
    );

const postFailedReplay =
  ({ replayFailed }: Pick<UseCases, 'replayFailed'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(newReplay, body))
        .andThen(({ since, until, event_types: eventTypes, dry_run: dryRun = false }) =>
          replayFailed({
            ...target,
            since: fromRfc3339(since),
            ...present({ until: until === undefined ? undefined : fromRfc3339(until), eventTypes }),
            dryRun,
          }).map((done) => ({ ...done, status: dryRun ? 200 : 202 })),
        )
        .match(
          ({ status, replayed, more, until }) =>
            answerJson(
              status,
              jsonText({
                replayed,
                more,
                ...present({ until: until === undefined ? undefined : rfc3339(until) }),
              }),
            ),
          (failure) => refuse(c, failure),
        ),
    );

type Target = Readonly<{ merchantId: MerchantId; id: WebhookEndpointId }>;

/** What cannot be the id of an endpoint at all is nobody's. */
async function withTarget(
  c: HttpContext,
  merchantId: MerchantId,
  handle: (target: Target) => Promise<Response>,
): Promise<Response> {
  const id = parseId('we', c.req.param('id') ?? '');
  return id === undefined ? refuse(c, { kind: 'EndpointNotFound' }) : handle({ merchantId, id });
}

export const webhookEndpoints = resource({
  tag: WEBHOOKS_TAG,
  problems: webhookProblems,
  routes: [
    forTenants('webhooks', postEndpoint, {
      method: 'post',
      path: '/webhook_endpoints',
      operationId: 'createWebhookEndpoint',
      summary: 'Be told of events',
      description: 'The answer is the only one that shows the secret deliveries are signed with.',
      body: newEndpoint,
      responses: {
        201: created('endpoint', endpointWithSecret),
      },
      refusals: [409],
    }),
    forTenants('webhooks', getEndpoints, {
      method: 'get',
      path: '/webhook_endpoints',
      operationId: 'listWebhookEndpoints',
      summary: 'List webhook endpoints, newest first',
      responses: {
        200: answer('All of them.', endpointPage),
      },
    }),
    forTenants('webhooks', getEndpointById, {
      method: 'get',
      path: '/webhook_endpoints/{id}',
      operationId: 'getWebhookEndpoint',
      summary: 'Read a webhook endpoint',
      responses: {
        200: answer('The endpoint.', endpoint),
      },
      refusals: [404],
    }),
    forTenants('webhooks', patchEndpoint, {
      method: 'patch',
      path: '/webhook_endpoints/{id}',
      operationId: 'changeWebhookEndpoint',
      summary: 'Change, pause or resume a webhook endpoint',
      body: endpointChange,
      responses: {
        200: answer('The endpoint as it is now.', endpoint),
      },
      refusals: [404, 409],
    }),
    forTenants('webhooks', deleteEndpoint, {
      method: 'delete',
      path: '/webhook_endpoints/{id}',
      operationId: 'removeWebhookEndpoint',
      summary: 'Remove a webhook endpoint',
      description: 'What is still on its way to it is not delivered any more.',
      responses: { 204: { description: 'Removed.' } },
      refusals: [404, 409],
    }),
    forTenants('webhooks', postSecretRotation, {
      method: 'post',
      path: '/webhook_endpoints/{id}/rotate_secret',
      operationId: 'rotateWebhookSecret',
      summary: 'Get a new secret',
      description:
        'The secrets before it sign too, each for 24 hours after its rotation: every signature is in `webhook-signature`, ' +
        'that of the newest secret in `X-Webhook-Signature` and those of the others in `X-Webhook-Signature-Previous`, ' +
        'with commas between. At most five secrets sign at once.',
      responses: {
        200: answer('The endpoint with its new secret.', endpointWithSecret),
      },
      refusals: [404, 409],
    }),
    forTenants('webhooks', postTestEvent, {
      method: 'post',
      path: '/webhook_endpoints/{id}/test',
      operationId: 'sendTestEvent',
      summary: 'Send a test event',
      responses: {
        202: answer('On its way.', delivery),
      },
      refusals: [404, 409],
    }),
    forTenants('webhooks', postFailedReplay, {
      method: 'post',
      path: '/webhook_endpoints/{id}/replay_failed',
      operationId: 'replayFailedDeliveries',
      summary: 'Deliver what failed, expired or was missed',
      description:
        'Deliveries that failed or expired are made again. Events of the last 30 days that the endpoint subscribes to and has ' +
        'no delivery of, such as those of a pause, are delivered for the first time, from the creation of the endpoint on.',
      body: newReplay,
      responses: {
        200: answer('With `dry_run`: how many there are.', replayed),
        202: answer('On their way.', replayed),
      },
      refusals: [404, 409],
    }),
  ],
});
