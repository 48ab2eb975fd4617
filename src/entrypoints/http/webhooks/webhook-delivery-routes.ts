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
import type { TenantHandler } from '../payments/payment-routes.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import { answerJson, type HttpContext, refuse } from '../server/request-context.ts';
import { deliveriesQuery } from './webhook-schemas.ts';

export const getDeliveriesHandler =
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
        ({ items, nextCursor }) =>
          answerJson(
            200,
            jsonText({
              items: items.map(deliveryRecord),
              next_cursor: nextCursor ?? null,
              has_more: nextCursor !== undefined,
            }),
          ),
        (failure) => refuse(c, failure),
      );

export const getDeliveryHandler =
  ({ getDelivery }: Pick<UseCases, 'getDelivery'>): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      getDelivery(target).match(
        (delivery) => answerJson(200, jsonText(deliveryRecord(delivery))),
        (failure) => refuse(c, failure),
      ),
    );

export const postReplayHandler =
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
