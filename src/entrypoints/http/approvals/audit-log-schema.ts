import { z } from '@hono/zod-openapi';
import { actorType, time } from '../server/schemas.ts';
import { uuid } from './vendor-payment-schemas.ts';

const changes = z.record(z.string(), z.unknown()).openapi({ type: 'object', additionalProperties: true });

/** A payment's whole audit log, oldest entry first. */
export const auditLog = z
  .strictObject({
    entries: z.array(
      z.strictObject({
        id: z.string(),
        paymentId: uuid,
        sequence: z.int().min(1),
        action: z.string(),
        actor: z.strictObject({
          id: z.string(),
          type: actorType,
          roles: z.array(z.string()),
        }),
        ipAddress: z.string().optional(),
        userAgent: z.string().optional(),
        requestId: z.string(),
        before: changes.optional(),
        after: changes,
        written: z
          .strictObject({
            changeId: z.string(),
            eventKey: z.string().optional(),
            events: z.array(z.strictObject({ id: z.string(), hash: z.string() })),
            claim: z.strictObject({ hash: z.string(), expiresAt: time }).optional(),
            refusals: z.literal(0).optional(),
          })
          .optional(),
        timestamp: time,
        previousHash: z.string(),
        hash: z.string(),
        attempts: z.int().min(1).optional().openapi({
          description:
            'Of a refusal: how often this person was refused this within the hour. Refusals change nothing and are a chain of their own, which `sequence` and `previousHash` follow; the hash does not cover this count.',
        }),
      }),
    ),
  })
  .openapi('VendorPaymentAuditLog');
