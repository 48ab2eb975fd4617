import { z } from '@hono/zod-openapi';
import { EVENT_TYPES } from '../../../domain/kernel/events.ts';
import { listPage, moment, paging, time } from '../server/schemas.ts';

const endpointId = z.string().regex(/^we_[0-9a-f]{32}$/, 'must be the id of a webhook endpoint');

const url = z.string().min(1).max(2_048).openapi({
  description: 'HTTPS, on port 443 or above 1023, of a public address; in development also http on loopback.',
  example: 'https://shop.example.com/paywright',
});

const events = z
  .array(z.enum(['*', ...EVENT_TYPES]))
  .min(1)
  .max(EVENT_TYPES.length + 1)
  .refine((names) => new Set(names).size === names.length, 'must not name an event twice')
  .openapi({
    uniqueItems: true,
    description: '`*` is all of them.',
    example: ['payment.succeeded', 'refund.created'],
  });

const description = z.string().max(500);

/** The body of `POST /webhook_endpoints`. */
export const newEndpoint = z
  .strictObject({
    url,
    events: events.optional().openapi({ default: ['*'] }),
    description: description.optional(),
  })
  .openapi('NewWebhookEndpoint', {
    example: { url: 'https://shop.example.com/paywright', events: ['payment.succeeded'] },
  });

/** The body of `PATCH /webhook_endpoints/{id}`. */
export const endpointChange = z
  .strictObject({
    url: url.optional(),
    events: events.optional(),
    description: description.nullable().optional(),
    status: z.enum(['enabled', 'paused']).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .openapi('WebhookEndpointChange', {
    minProperties: 1,
    description:
      'What is not named stays. `paused` stops new deliveries; `enabled` resumes, also after it was disabled.',
    example: { status: 'paused' },
  });

/** The body of `POST /webhook_endpoints/{id}/replay_failed`. */
export const newReplay = z
  .strictObject({
    since: moment.openapi({ description: 'Events made at or after.', example: '2026-03-01T00:00:00Z' }),
    until: moment
      .optional()
      .openapi({ description: 'Events made at or before.', example: '2026-03-02T00:00:00Z' }),
    event_types: z
      .array(z.enum(EVENT_TYPES))
      .min(1)
      .max(EVENT_TYPES.length)
      .optional()
      .openapi({ description: 'Of these only.', example: ['payment.succeeded'] }),
    dry_run: z.boolean().optional().openapi({ default: false, description: 'Counts, and sends nothing.' }),
  })
  .refine(({ since, until }) => until === undefined || since <= until, {
    path: ['since'],
    message: 'must not be after until',
  })
  .openapi('NewReplay', { example: { since: '2026-03-01T00:00:00Z' } });

/** An endpoint as it is published. */
export const endpoint = z
  .strictObject({
    id: endpointId,
    merchant_id: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    description: z.string().optional(),
    status: z.enum(['enabled', 'paused', 'disabled']),
    failing_since: time.optional().openapi({ description: 'Since when no attempt has succeeded.' }),
    previous_secret_expires_at: time.optional().openapi({
      description:
        'Until then the secret before the last rotation signs too, and those before it to the end of their own 24 hours.',
    }),
    version: z.int(),
    created_at: time,
    updated_at: time,
  })
  .openapi('WebhookEndpoint');

export const endpointWithSecret = z
  .strictObject({
    ...endpoint.shape,
    secret: z.string().openapi({ description: 'Shown this once. `whsec_` and base64.' }),
  })
  .openapi('WebhookEndpointWithSecret');

export const endpointPage = z
  .strictObject({
    items: z.array(endpoint),
    next_cursor: z.null(),
    has_more: z.literal(false),
  })
  .openapi('WebhookEndpointPage');

const status = z.enum(['pending', 'delivered', 'failed', 'expired']);

/** The query of `GET /webhook_deliveries`, as text. */
export const deliveriesQuery = z.strictObject({
  endpoint_id: endpointId.optional(),
  status: status.optional(),
  event_type: z.enum([...EVENT_TYPES, 'webhook_endpoint.test']).optional(),
  payment_id: z
    .string()
    .regex(/^pay_[0-9a-f]{32}$/, 'must be the id of a payment')
    .optional()
    .openapi({ description: 'To the endpoints that are still there.' }),
  ...paging,
});

const attempt = z.strictObject({
  at: time,
  response_code: z.int().optional(),
  error: z.string().optional(),
  duration_ms: z.number(),
  response_excerpt: z.string().optional(),
});

/** A delivery as it is published. */
export const delivery = z
  .strictObject({
    id: z.string().regex(/^whd_[0-9a-f]{32}$/),
    merchant_id: z.string(),
    endpoint_id: endpointId,
    event_id: z.string(),
    event_type: z.string(),
    payment_id: z.string().optional(),
    url: z.string(),
    status,
    attempts: z.array(attempt),
    next_retry: time.optional(),
    created_at: time,
    updated_at: time,
    expires_at: time,
  })
  .openapi('WebhookDelivery');

const headers = z.record(z.string(), z.string());

/** The same with what is sent. */
export const readDelivery = z
  .strictObject({
    ...delivery.shape,
    attempts: z.array(
      z.strictObject({
        ...attempt.shape,
        headers: headers.optional().openapi({
          description:
            'Of this attempt, its time and signatures included, whether or not a connection was made. Absent of attempts of a version that kept no signatures.',
        }),
      }),
    ),
    request: z
      .strictObject({
        headers,
        body: z.string().openapi({ description: 'Byte for byte as every attempt sends it.' }),
      })
      .openapi({
        description:
          'What every attempt sends. The headers of each, with its time and signatures, are its own.',
      }),
  })
  .openapi('WebhookDeliveryWithRequest');

export const deliveryPage = listPage(delivery).openapi('WebhookDeliveryPage');

export const replayed = z
  .strictObject({
    replayed: z.int().min(0),
    more: z.boolean().openapi({ description: 'Some are left: ask again, with `until` where it is given.' }),
    until: time.optional(),
  })
  .openapi('FailedReplayed');
