import { z } from '@hono/zod-openapi';
import type { UseCases } from '../../../application/use-cases.ts';
import { EVENT_TYPES } from '../../../domain/kernel/events.ts';
import { present } from '../../../domain/kernel/present.ts';
import { eventRecord } from '../../../domain/webhooks/delivery.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerPage } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { listPage, paging, period, time } from '../server/schemas.ts';
import { WEBHOOKS_TAG } from './webhook-problems.ts';

const problems = problemTable<FailureOf<UseCases, 'listEvents'>>({});

/** The query of `GET /events`, as text. */
const eventsQuery = z.strictObject({
  event_type: z.enum(EVENT_TYPES).optional(),
  entity_id: z
    .string()
    .regex(/^[a-z]{2,3}_[0-9a-f]{32}$/, 'must be the id of a payment, a transfer or a webhook endpoint')
    .optional()
    .openapi({
      description:
        'What the event is about: a payment, its refunds included, a transfer or a webhook endpoint.',
      example: 'pay_01990000000070008000000000000001',
    }),
  ...period,
  ...paging,
});

/** An event as it is published, here and in every delivery. */
const event = z
  .strictObject({
    id: z.string().regex(/^evt_[0-9a-f]{32}$/),
    event_type: z.string().openapi({ example: 'payment.succeeded' }),
    created: time,
    data: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'The record of what it is about, as it was then.' }),
  })
  .openapi('Event');

export const eventPage = listPage(event).openapi('EventPage');

const getEvents =
  ({ listEvents }: Pick<UseCases, 'listEvents'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(eventsQuery, new URL(c.req.url).searchParams)
      .andThen((query) =>
        periodOf(query).map((range) => {
          const { event_type: type, entity_id: entityId } = query;
          const filter = { ...present({ types: type && [type], entityId }), ...range };
          return { merchantId, filter, ...pageOf(query) };
        }),
      )
      .asyncAndThen(listEvents)
      .match(
        (page) => answerPage(page, eventRecord),
        (failure) => problems.refuse(c, failure),
      );

export const events = resource({
  tag: WEBHOOKS_TAG,
  problems,
  routes: [
    forTenants('webhooks', getEvents, {
      method: 'get',
      path: '/events',
      operationId: 'listEvents',
      summary: 'List events of the last 30 days, newest first',
      description:
        'Every event, whether or not an endpoint subscribes to it. One that was made just now may be missing for moments.',
      query: eventsQuery,
      responses: { 200: answer('A page.', eventPage) },
    }),
  ],
});
