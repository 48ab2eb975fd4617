import { z } from '@hono/zod-openapi';
import { JOB_WORKS } from '../../../domain/files/job.ts';
import { openList, time, wholeNumber } from '../server/schemas.ts';

/** Whose outbox it is. */
export const SERVICES = ['platform', 'approvals'] as const;

const MOST_LISTED = 100;
export const DEFAULT_LISTED = 20;

/** The query of each list of rows, as text. */
export const rowsQuery = z.strictObject({
  limit: wholeNumber(MOST_LISTED)
    .refine((text) => text !== '0', 'must be at least 1')
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: MOST_LISTED, default: DEFAULT_LISTED }),
});

/** The query of a list of events, as text. */
export const eventsQuery = z.strictObject({
  service: z.enum(SERVICES).optional().openapi({ default: 'platform' }),
  ...rowsQuery.shape,
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
    approval_queue: z
      .strictObject({
        waiting: count.openapi({ description: 'Messages that approvers’ tools have not received.' }),
        hidden: count.openapi({ description: 'Messages that were received and not removed yet.' }),
        dead: count.openapi({ description: 'Messages that were received three times and never removed.' }),
      })
      .optional()
      .openapi({
        description:
          'Messages to approvers; counted up to 1 000 all together where the storage stands in for a queue, and roughly by SQS. Absent while the queue does not answer.',
      }),
    jobs: z
      .strictObject({
        due: count.openapi({ description: 'Jobs that wait for a worker.' }),
        running: count.openapi({ description: 'Jobs that a worker is on.' }),
        later: count.openapi({ description: 'Jobs that were put off to a time, as those of schedules are.' }),
        oldest_due_at: time
          .optional()
          .openapi({ description: 'Since when the first of the due ones waits.' }),
      })
      .openapi({
        description: 'Jobs of files that have not ended; counted up to 1 000 all together.',
      }),
    webhook_deliveries: z
      .strictObject({
        due: count,
        oldest_due_at: time.optional().openapi({ description: 'Since when the first of them waits.' }),
      })
      .openapi({ description: 'Deliveries that are due, of all merchants; counted up to 1 000.' }),
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
      approval_queue: { waiting: 1, hidden: 0, dead: 0 },
      jobs: { due: 1, running: 0, later: 2, oldest_due_at: '2026-03-01T12:00:00.000Z' },
      webhook_deliveries: { due: 0 },
    },
  });

const event = z.strictObject({
  id: z.string(),
  type: z.string(),
  merchant_id: z.string().optional().openapi({ description: 'Absent for events of approvals.' }),
  payment_id: z.string().optional(),
  created: time,
});

export const parkedEvent = event
  .extend({
    tries: count,
    error: z.string().optional().openapi({ description: 'What the sink said to the last of them.' }),
  })
  .openapi('ParkedEvent');

const openJob = z
  .strictObject({
    id: z.string(),
    work: openList(JOB_WORKS),
    state: z.enum(['due', 'running', 'later']),
    merchant_id: z.string().optional().openapi({ description: 'Absent where it is of no one merchant.' }),
    subject: z.string().openapi({ description: 'What it makes: the id of an export, for one.' }),
    due_at: time.openapi({ description: 'From when on a worker may take it.' }),
    attempts: count.openapi({ description: 'Tries in a row that came to nothing.' }),
    last_error: z.string().optional().openapi({ description: 'Why the last of them did.' }),
    done: count.openapi({ description: 'Rows so far.' }),
    total: count.optional(),
    created: time,
  })
  .openapi('OpenJob');

const dueDelivery = z
  .strictObject({
    id: z.string(),
    merchant_id: z.string(),
    endpoint_id: z.string(),
    event_id: z.string(),
    event_type: z.string(),
    due_at: time,
    tries: count,
    created: time,
  })
  .openapi('DueDelivery');

const deadLetter = z
  .strictObject({
    payment_id: z.string(),
    incident_id: z.string(),
    vendor_id: z.string(),
    amount_cents: count,
    priority: openList(['high', 'normal']),
    created: time.openapi({ description: 'When the payment was made.' }),
  })
  .openapi('DeadLetter');

const listOf = <Row extends z.ZodType>(row: Row) =>
  z.strictObject({ items: z.array(row), has_more: z.boolean() });

/** The first rows of each number, and whether there are more. */
export const rowLists = {
  unsent: listOf(event.openapi('UnsentEvent')).openapi('UnsentEvents'),
  parked: listOf(parkedEvent).openapi('ParkedEvents'),
  jobs: listOf(openJob).openapi('OpenJobs'),
  deliveries: listOf(dueDelivery).openapi('DueDeliveries'),
  deadLetters: listOf(deadLetter).openapi('DeadLetters'),
};
