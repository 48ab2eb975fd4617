import { z } from '@hono/zod-openapi';
import type { UseCases } from '../../../application/use-cases.ts';
import { type Claim, OPERATIONS } from '../../../domain/kernel/claim.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { type Json, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { idempotencyKey, openList } from '../server/schemas.ts';
import { PAYMENTS_TAG } from './payment-problems.ts';

const problems = problemTable<FailureOf<UseCases, 'readKey'>>({
  KeyNotFound: {
    status: 404,
    code: 'idempotency_key_not_found',
    title: 'The idempotency key has not been used',
    detail:
      'Nothing was done under this key, or what was kept of it has expired: a request under it is a new one.',
  },
});
const { refuse } = problems;

/** What a key was used on, and how that stands. */
const keyUse = z.strictObject({
  operation: openList(OPERATIONS, 'What the key was sent with: '),
  state: z.enum(['in_flight', 'awaiting_outcome', 'retryable', 'completed']).openapi({
    description:
      '`in_flight`: a request works on it. `awaiting_outcome`: the processor has not said yet how it ends; it is asked again. ' +
      '`retryable`: nothing was done, and the same request may try again until `expires_at`. `completed`: it has ended.',
  }),
  payment_id: z.string().optional(),
  transaction_id: z.string().optional(),
  transfer_id: z.string().optional(),
  created_at: z.string().openapi({ format: 'date-time' }),
  expires_at: z.string().optional().openapi({
    format: 'date-time',
    description:
      'Until when a repeat is given the kept response. A key that has moved money stays taken after that.',
  }),
});

export const keyUses = z
  .strictObject({ key: z.string(), uses: z.array(keyUse).min(1) })
  .openapi('IdempotencyKey');

const STATES = {
  calling: 'in_flight',
  unknown: 'awaiting_outcome',
  retryable: 'retryable',
  completed: 'completed',
} as const satisfies Record<Claim['state'], string>;

function useOf(claim: Claim): Json {
  const expiresAt = claim.state === 'retryable' ? claim.dueAt : claim.kept?.expiresAt;
  return {
    operation: claim.operation,
    state: STATES[claim.state],
    ...present({
      payment_id: claim.paymentId,
      transaction_id: claim.transactionId,
      transfer_id: claim.state === 'completed' ? claim.transferId : undefined,
    }),
    created_at: rfc3339(claim.createdAt),
    ...present({ expires_at: expiresAt === undefined ? undefined : rfc3339(expiresAt) }),
  };
}

const getKey =
  ({ readKey }: Pick<UseCases, 'readKey'>): TenantHandler =>
  async (c, merchantId) => {
    const key = idempotencyKey.safeParse(c.req.param('key') ?? '');
    if (!key.success) return refuse(c, { kind: 'KeyNotFound' });
    return readKey(merchantId, key.data).match(
      (claims) => answerJson(200, jsonText({ key: key.data, uses: claims.map(useOf) })),
      (failure) => refuse(c, failure),
    );
  };

/** What became of a key, without repeating its request. */
export const idempotencyKeys = resource({
  tag: PAYMENTS_TAG,
  problems,
  routes: [
    forTenants('payments', getKey, {
      method: 'get',
      path: '/idempotency_keys/{key}',
      operationId: 'getIdempotencyKey',
      summary: 'Read what became of an idempotency key',
      description:
        'For a client that lost an answer and does not want to repeat the request. The same key on another operation is another ' +
        'key, so there may be several uses, the oldest first. Characters that a path cannot hold are percent-encoded; the keys `.` and `..` cannot be asked for.',
      responses: { 200: answer('The key’s uses.', keyUses) },
      refusals: [404],
    }),
  ],
});
