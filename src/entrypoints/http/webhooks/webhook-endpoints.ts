import type { UseCases } from '../../../application/use-cases.ts';
import type { EndpointWithSecret } from '../../../application/webhooks/create-endpoint.ts';
import { type MerchantId, parseId, type WebhookEndpointId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { OpenEndpoint } from '../../../domain/webhooks/webhook-endpoint.ts';
import { publishedEndpoint } from '../../../domain/webhooks/webhook-endpoint-record.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody, readNothing } from '../server/body-input.ts';
import { answerVersion, expectedIn } from '../server/entity-tag.ts';
import { type CommittingParts, committedOnce } from '../server/keyed-post.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, type HttpContext, originOf } from '../server/request-context.ts';
import { answer, created, resource, versioned } from '../server/route.ts';
import { nothing } from '../server/schemas.ts';
import { WEBHOOKS_TAG, webhookProblems } from './webhook-problems.ts';
import {
  endpoint,
  endpointChange,
  endpointPage,
  endpointWithSecret,
  newEndpoint,
} from './webhook-schemas.ts';

const { refuse } = webhookProblems;

const postEndpoint =
  (parts: Pick<UseCases, 'createEndpoint'> & CommittingParts): TenantHandler =>
  (c, merchantId) =>
    readJson(c.req.raw)
      .andThen((body) => parseBody(newEndpoint, body))
      .andThen((body) =>
        committedOnce(c, parts, {
          merchantId,
          operation: 'create_endpoint',
          payload: body,
          respond: (made: EndpointWithSecret) => ({
            status: 201,
            location: `/webhook_endpoints/${made.endpoint.id}`,
            version: made.endpoint.version,
            body: withSecret(made),
          }),
          sealedFor: ({ endpoint }) => endpoint,
          work(claimWith) {
            const { url, events = ['*'], description } = body;
            const order = { merchantId, url, events, ...present({ description }), origin: originOf(c) };
            return parts.createEndpoint(order, claimWith);
          },
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

const withSecret = ({ endpoint, secret }: EndpointWithSecret): string =>
  jsonText({ ...publishedEndpoint(endpoint), secret });

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
    withEndpoint(c, merchantId, (target) =>
      getEndpoint(target).match(
        (endpoint) => answerEndpoint(c, endpoint),
        (failure) => refuse(c, failure),
      ),
    );

const answerEndpoint = (c: HttpContext, endpoint: OpenEndpoint): Response =>
  answerVersion(c, { version: endpoint.version, body: jsonText(publishedEndpoint(endpoint)) });

const patchEndpoint =
  ({ changeEndpoint }: Pick<UseCases, 'changeEndpoint'>): TenantHandler =>
  (c, merchantId) =>
    withEndpoint(c, merchantId, (target) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(endpointChange, body))
        .andThen((body) => expectedIn(c).map((expecting) => ({ body, expecting })))
        .andThen(({ body: { url, events, description, status }, expecting }) =>
          changeEndpoint({
            ...target,
            ...expecting,
            ...present({ url, events, description, status }),
            origin: originOf(c),
          }),
        )
        .match(
          (endpoint) => answerEndpoint(c, endpoint),
          (failure) => refuse(c, failure),
        ),
    );

const deleteEndpoint =
  ({ removeEndpoint }: Pick<UseCases, 'removeEndpoint'>): TenantHandler =>
  (c, merchantId) =>
    withEndpoint(c, merchantId, (target) =>
      expectedIn(c)
        .asyncAndThen((expecting) => removeEndpoint({ ...target, ...expecting, origin: originOf(c) }))
        .match(
          () => new Response(null, { status: 204 }),
          (failure) => refuse(c, failure),
        ),
    );

const postSecretRotation =
  (parts: Pick<UseCases, 'rotateEndpointSecret'> & CommittingParts): TenantHandler =>
  (c, merchantId) =>
    withEndpoint(c, merchantId, (target) =>
      readNothing(c.req.raw)
        .andThen(() => expectedIn(c))
        .andThen((expecting) =>
          committedOnce(c, parts, {
            merchantId,
            operation: 'rotate_secret',
            payload: { endpoint_id: target.id },
            respond: (made: EndpointWithSecret) => ({
              status: 200,
              version: made.endpoint.version,
              body: withSecret(made),
            }),
            sealedFor: ({ endpoint }) => endpoint,
            work: (claimWith) =>
              parts.rotateEndpointSecret({ ...target, ...expecting, origin: originOf(c) }, claimWith),
          }),
        )
        .match(
          (response) => response,
          (failure) => refuse(c, failure),
        ),
    );

type Target = Readonly<{ merchantId: MerchantId; id: WebhookEndpointId }>;

/** What cannot be the id of an endpoint is answered as an id that no endpoint has. */
export async function withEndpoint(
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
      summary: 'Subscribe to events',
      description: 'The answer is the only one that shows the secret deliveries are signed with.',
      body: newEndpoint,
      responses: {
        201: created('endpoint', endpointWithSecret),
      },
      refusals: [410],
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
        200: versioned('The endpoint.', endpoint),
      },
      refusals: [404],
    }),
    forTenants('webhooks', patchEndpoint, {
      method: 'patch',
      path: '/webhook_endpoints/{id}',
      operationId: 'changeWebhookEndpoint',
      summary: 'Change, pause or resume a webhook endpoint',
      body: endpointChange,
      ifMatch: 'endpoint',
      responses: {
        200: versioned('The endpoint as it is now.', endpoint),
      },
      refusals: [404, 409],
    }),
    forTenants('webhooks', deleteEndpoint, {
      method: 'delete',
      path: '/webhook_endpoints/{id}',
      operationId: 'removeWebhookEndpoint',
      summary: 'Remove a webhook endpoint',
      description: 'What is still on its way to it is not delivered any more.',
      ifMatch: 'endpoint',
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
      body: nothing,
      bodyOptional: true,
      ifMatch: 'endpoint',
      responses: {
        200: versioned('The endpoint with its new secret.', endpointWithSecret),
      },
      refusals: [404, 410],
    }),
  ],
});
