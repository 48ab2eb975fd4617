import type { z } from 'zod';
import type { UseCases } from '../../../application/use-cases.ts';
import type { FailedReplayed, ReplayFailedRequest } from '../../../application/webhooks/replay-failed.ts';
import {
  type DeliveryId,
  type MerchantId,
  type PaymentId,
  parseId,
  type WebhookEndpointId,
} from '../../../domain/kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../../../domain/kernel/instant.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Delivery } from '../../../domain/webhooks/delivery.ts';
import { deliveryRecord, readDeliveryRecord } from '../../../domain/webhooks/delivery-record.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody, readNothing } from '../server/body-input.ts';
import { type WorkingParts, workedOnce } from '../server/keyed-post.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, answerPage, type HttpContext } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { nothing } from '../server/schemas.ts';
import { withEndpoint } from './webhook-endpoints.ts';
import { WEBHOOKS_TAG, webhookProblems } from './webhook-problems.ts';
import {
  deliveriesQuery,
  delivery,
  deliveryPage,
  newReplay,
  readDelivery,
  replayed,
} from './webhook-schemas.ts';

const { refuse } = webhookProblems;

const getDeliveries =
  ({ listDeliveries }: Pick<UseCases, 'listDeliveries'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(deliveriesQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ endpoint_id, status, event_type, payment_id, ...page }) =>
        listDeliveries({
          merchantId,
          filter: {
            // The schema let only ids of endpoints and payments through.
            ...present({
              endpointId: endpoint_id as WebhookEndpointId | undefined,
              status,
              eventType: event_type,
              paymentId: payment_id as PaymentId | undefined,
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
        (delivery) => answerJson(200, jsonText(readDeliveryRecord(delivery))),
        (failure) => refuse(c, failure),
      ),
    );

const postReplay =
  (parts: Pick<UseCases, 'replayDelivery'> & WorkingParts): TenantHandler =>
  (c, merchantId) =>
    withTarget(c, merchantId, (target) =>
      readNothing(c.req.raw)
        .andThen(() =>
          workedOnce(c, parts, {
            merchantId,
            operation: 'replay_delivery',
            payload: { delivery_id: target.id },
            respond: (delivery: Delivery) => ({ status: 202, body: jsonText(deliveryRecord(delivery)) }),
            work: (begun) => parts.replayDelivery(target, begun),
          }),
        )
        .match(
          (response) => response,
          (failure) => refuse(c, failure),
        ),
    );

const postTestEvent =
  (parts: Pick<UseCases, 'sendTestEvent'> & WorkingParts): TenantHandler =>
  (c, merchantId) =>
    withEndpoint(c, merchantId, (target) =>
      readNothing(c.req.raw)
        .andThen(() =>
          workedOnce(c, parts, {
            merchantId,
            operation: 'send_test_event',
            payload: { endpoint_id: target.id },
            respond: (delivery: Delivery) => ({ status: 202, body: jsonText(deliveryRecord(delivery)) }),
            work: (begun) => parts.sendTestEvent(target, begun),
          }),
        )
        .match(
          (response) => response,
          (failure) => refuse(c, failure),
        ),
    );

const postFailedReplay =
  (parts: Pick<UseCases, 'replayFailed'> & WorkingParts): TenantHandler =>
  (c, merchantId) =>
    withEndpoint(c, merchantId, (target) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(newReplay, body))
        .andThen((body) =>
          workedOnce(c, parts, {
            merchantId,
            operation: 'replay_failed',
            payload: { ...body, endpoint_id: target.id },
            respond: ({ replayed, more, until }: FailedReplayed) => ({
              status: body.dry_run === true ? 200 : 202,
              body: jsonText({ replayed, more, until: until === undefined ? undefined : rfc3339(until) }),
            }),
            work: (begun) => parts.replayFailed({ ...target, ...replayIn(body), ...present({ begun }) }),
          }),
        )
        .match(
          (response) => response,
          (failure) => refuse(c, failure),
        ),
    );

const replayIn = ({
  since,
  until,
  event_types: eventTypes,
  dry_run: dryRun = false,
}: z.output<typeof newReplay>): Omit<ReplayFailedRequest, 'merchantId' | 'id'> => ({
  since: fromRfc3339(since),
  ...present({ until: until === undefined ? undefined : fromRfc3339(until), eventTypes }),
  dryRun,
});

type Target = Readonly<{ merchantId: MerchantId; id: DeliveryId }>;

/** What cannot be the id of a delivery is answered as an id that no delivery has. */
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
    forTenants('webhooks', postTestEvent, {
      method: 'post',
      path: '/webhook_endpoints/{id}/test',
      operationId: 'sendTestEvent',
      summary: 'Send a test event',
      body: nothing,
      bodyOptional: true,
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
      summary: 'Read a delivery, with what was sent',
      responses: {
        200: answer('The delivery.', readDelivery),
      },
      refusals: [404],
    }),
    forTenants('webhooks', postReplay, {
      method: 'post',
      path: '/webhook_deliveries/{id}/replay',
      operationId: 'replayWebhookDelivery',
      summary: 'Deliver again',
      description: 'The same event id and body, however it ended before, with all tries before it.',
      body: nothing,
      bodyOptional: true,
      responses: {
        202: answer('On its way.', delivery),
      },
      refusals: [404, 409],
    }),
  ],
});
