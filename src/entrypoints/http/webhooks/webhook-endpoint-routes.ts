import type { UseCases } from '../../../application/use-cases.ts';
import { type MerchantId, parseId, type WebhookEndpointId } from '../../../domain/kernel/ids.ts';
import { fromRfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { deliveryRecord } from '../../../domain/webhooks/delivery-record.ts';
import { publishedEndpoint } from '../../../domain/webhooks/webhook-endpoint-record.ts';
import type { TenantHandler } from '../payments/payment-routes.ts';
import { parseBody } from '../server/body-input.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, type HttpContext, originOf, refuse } from '../server/request-context.ts';
import { endpointChange, newEndpoint, newReplay } from './webhook-schemas.ts';

export const postEndpointHandler =
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

export const getEndpointsHandler =
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

export const getEndpointHandler =
  ({ getEndpoint }: Pick<UseCases, 'getEndpoint'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      getEndpoint(target).match(
        (endpoint) => answerJson(200, jsonText(publishedEndpoint(endpoint))),
        (failure) => refuse(c, failure),
      ),
    );

export const patchEndpointHandler =
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

export const deleteEndpointHandler =
  ({ removeEndpoint }: Pick<UseCases, 'removeEndpoint'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      removeEndpoint({ ...target, origin: originOf(c) }).match(
        () => new Response(null, { status: 204 }),
        (failure) => refuse(c, failure),
      ),
    );

export const postSecretRotationHandler =
  ({ rotateEndpointSecret }: Pick<UseCases, 'rotateEndpointSecret'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      rotateEndpointSecret({ ...target, origin: originOf(c) }).match(
        ({ endpoint, secret }) => answerJson(200, jsonText({ ...publishedEndpoint(endpoint), secret })),
        (failure) => refuse(c, failure),
      ),
    );

export const postTestEventHandler =
  ({ sendTestEvent }: Pick<UseCases, 'sendTestEvent'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      sendTestEvent(target).match(
        (delivery) => answerJson(202, jsonText(deliveryRecord(delivery))),
        (failure) => refuse(c, failure),
      ),
    );

export const postFailedReplayHandler =
  ({ replayFailed }: Pick<UseCases, 'replayFailed'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(newReplay, body))
        .andThen(({ since }) => replayFailed({ ...target, since: fromRfc3339(since) }))
        .match(
          ({ replayed, more }) => answerJson(202, jsonText({ replayed, more })),
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
