import { z } from '@hono/zod-openapi';
import { AGGREGATE_KINDS } from '../../../domain/kernel/aggregate-kind.ts';
import type { AuditedEntity } from '../../../domain/kernel/audit-entry.ts';
import { actorType, listPage, openList, paging, period, time } from '../server/schemas.ts';

/** What a merchant has chains of. Jobs are under a tenant of their own. */
export const ENTITY_TYPES: readonly AuditedEntity[] = [
  'payment',
  'transaction',
  ...AGGREGATE_KINDS.filter((kind) => kind !== 'job'),
];

const entityType = z.enum(ENTITY_TYPES);

/** The query of `GET /audit`, as text. */
export const auditQuery = z.strictObject({
  entity_type: entityType.optional(),
  entity_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be an id')
    .optional()
    .openapi({ example: 'pay_01990000000070008000000000000001' }),
  ...period,
  ...paging,
});

/** The query of `GET /audit/report`, as text. */
export const auditReportQuery = z.strictObject({
  ...period,
  format: z.enum(['json', 'csv']).optional().openapi({ default: 'json' }),
});

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const fields = z.record(z.string(), z.unknown());

const auditEntry = z
  .strictObject({
    id: z.string().regex(/^aud_[0-9a-f]{32}$/),
    entity_type: openList(ENTITY_TYPES),
    entity_id: z.string(),
    merchant_id: z.string(),
    sequence: z.int().min(1).openapi({ description: "The entity's version after the change." }),
    action: z.string().openapi({ example: 'payment.succeeded' }),
    actor: z.strictObject({ id: z.string(), type: actorType }),
    ip_address: z.string().optional(),
    user_agent: z.string().optional(),
    before: fields.optional().openapi({ description: 'What changed, as it was.' }),
    after: fields.optional().openapi({ description: 'What changed, as it is; of a first link, everything.' }),
    metadata: fields.optional(),
    timestamp: time,
    previous_hash: hash,
    hash,
    withheld: z
      .array(z.string())
      .optional()
      .openapi({
        description:
          'What was hashed and is not shown to this reader: the hash cannot be computed again from this entry.',
        example: ['actor.id', 'ip_address'],
      }),
  })
  .openapi('AuditEntry');

export const auditPage = listPage(auditEntry).openapi('AuditPage');

const count = z.int().min(0);

export const auditReport = z
  .strictObject({
    total_events: count,
    events_by_type: z.record(z.string(), count).openapi({ description: 'Links by action.' }),
    user_activity: z.record(z.string(), count).openapi({ description: 'Links by who acted.' }),
    anomalies: z
      .array(
        z.strictObject({
          type: z.enum([
            'excessive_failed_auth',
            'high_value_transaction',
            'data_export',
            'high_velocity',
            'repeated_failures',
          ]),
          description: z.string(),
          severity: z.enum(['low', 'medium', 'high']),
          timestamp: time,
          entity_id: z.string().optional(),
        }),
      )
      .openapi({ description: 'Newest first.' }),
    anomalies_omitted: count.optional().openapi({ description: 'Older ones beyond the first 1000.' }),
  })
  .openapi('AuditReport');
