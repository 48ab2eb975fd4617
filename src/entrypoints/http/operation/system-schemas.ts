import { z } from '@hono/zod-openapi';
import { openList, time, wholeNumber } from '../server/schemas.ts';

/** Whose outbox it is. */
export const SERVICES = ['platform', 'approvals'] as const;

const MOST_LISTED = 100;
export const DEFAULT_LISTED = 20;

/** The query of `GET /outbox/parked`, as text. */
export const parkedQuery = z.strictObject({
  service: z
    .enum(SERVICES, { error: `must be one of ${SERVICES.join(', ')}` })
    .optional()
    .openapi({ default: 'platform' }),
  limit: wholeNumber(MOST_LISTED)
    .refine((text) => text !== '0', 'must be at least 1')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: MOST_LISTED, default: DEFAULT_LISTED }),
});

const count = z.int().min(0);

const backlog = z.strictObject({
  unsent: count.openapi({ description: 'Events that wait to be relayed; counted up to 10 000.' }),
  parked: count.openapi({ description: 'Events that are not tried any more.' }),
  oldest_at: time.optional().openapi({ description: 'Of the oldest that waits; absent when none does.' }),
});

export const systemState = z
  .strictObject({
    version: z.string().openapi({ description: 'Of paywright.' }),
    node: z.string(),
    started_at: time,
    processor_circuit: openList(['closed', 'open', 'half_open']).openapi({
      description: 'Of this process; while it is open no charge is sent.',
    }),
    outboxes: z.strictObject({ platform: backlog, approvals: backlog }).openapi({
      description: 'Of all processes.',
    }),
  })
  .openapi('SystemState', {
    example: {
      version: '0.1.0',
      node: '24.21.0',
      started_at: '2026-03-01T12:00:00.000Z',
      processor_circuit: 'closed',
      outboxes: {
        platform: { unsent: 2, parked: 0, oldest_at: '2026-03-01T12:00:00.000Z' },
        approvals: { unsent: 0, parked: 0 },
      },
    },
  });

export const parkedEvent = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    merchant_id: z.string().optional().openapi({ description: 'Absent for events of approvals.' }),
    payment_id: z.string().optional(),
    created: time,
    tries: count,
    error: z.string().optional().openapi({ description: 'What the sink said to the last of them.' }),
  })
  .openapi('ParkedEvent');

export const parkedList = z
  .strictObject({ items: z.array(parkedEvent), has_more: z.boolean() })
  .openapi('ParkedEvents');
