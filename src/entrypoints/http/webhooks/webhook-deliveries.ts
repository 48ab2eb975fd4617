import type { UseCases } from '../../../application/use-cases.ts';
import {
  type DeliveryId,
  type MerchantId,
  parseId,
  type WebhookEndpointId,
} from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { deliveryRecord } from '../../../domain/webhooks/delivery-record.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import { answerJson, answerPage, type HttpContext } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { WEBHOOKS_TAG, webhookProblems } from './webhook-problems.ts';
import { deliveriesQuery, delivery, deliveryPage } from './webhook-schemas.ts';

const { refuse } = webhookProblems;

const getDeliveries =
  ({ listDeliveries }: Pick<UseCases, 'listDeliveries'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(deliveriesQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ endpoint_id, status, event_type, ...page }) =>
        listDeliveries({
          merchantId,
          filter: {
            // The schema let only ids of endpoints through.
            ...present({
              endpointId: endpoint_id as WebhookEndpointId | undefined,
              status,
              eventType: event_type,
            }),
          },
          ...pageOf(page),
        }),
      )
      .match(
        (page) => answerPage(page, deliveryRecord),
        (failure) => refuse(c, failure),
      );

const getDeliveryById =
  ({ getDelivery }: Pick<UseCases, 'getDelivery'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      getDelivery(target).match(
        (delivery) => answerJson(200, jsonText(deliveryRecord(delivery))),
        (failure) => refuse(c, failure),
      ),
    );

const postReplay =
  ({ replayDelivery }: Pick<UseCases, 'replayDelivery'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      replayDelivery(target).match(
        (delivery) => answerJson(202, jsonText(deliveryRecord(delivery))),
        (failure) => refuse(c, failure),
      ),
    );

type Target = Readonly<{ merchantId: MerchantId; id: DeliveryId }>;

/** What cannot be the id of a delivery at all is nobody's. */
async function withTarget(
  c: HttpContext,
  merchantId: MerchantId,
  handle: (target: Target) => Promise<Response>,
): Promise<Response> {
  const id = parseId('whd', c.req.param('id') ?? '');
  return id === undefined ? refuse(c, { kind: 'DeliveryNotFound' }) : handle({ merchantId, id });
}

export const webhookDeliveries = resource({
  tag: WEBHOOKS_TAG,
  problems: webhookProblems,
  routes: [
    forTenants('webhooks', getDeliveries, {
      method: 'get',
      path: '/webhook_deliveries',
      operationId: 'listWebhookDeliveries',
      summary: 'List deliveries with their attempts, newest first',
      query: deliveriesQuery,
      responses: {
        200: answer('A page.', deliveryPage),
      },
    }),
    forTenants('webhooks', getDeliveryById, {
      method: 'get',
      path: '/webhook_deliveries/{id}',
      operationId: 'getWebhookDelivery',
      summary: 'Read a delivery',
      responses: {
        200: answer('The delivery.', delivery),
      },
      refusals: [404],
    }),
    forTenants('webhooks', postReplay, {
      method: 'post',
      path: '/webhook_deliveries/{id}/replay',
      operationId: 'replayWebhookDelivery',
      summary: 'Deliver again',
      description: 'The same event id and body, however it ended before, with all tries before it.',
      responses: {
        202: answer('On its way.', delivery),
      },
      refusals: [404, 409],
    }),
  ],
});
