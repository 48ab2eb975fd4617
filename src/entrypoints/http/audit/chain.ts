import { z } from '@hono/zod-openapi';
import type { ChainRoot } from '../../../application/integrity/check-chain.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseQuery } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { openList } from '../server/schemas.ts';
import { AUDIT_TAG } from './audit.ts';
import { auditQuery, ENTITY_TYPES } from './audit-schemas.ts';

const problems = problemTable<FailureOf<UseCases, 'checkChain'>>({
  ChainNotFound: {
    status: 404,
    code: 'chain_not_found',
    title: 'The merchant has nothing of this type and id',
    detail:
      'Take `entity_type` and `entity_id` of an entry of `GET /audit`. Chains of transactions are checked with their payment.',
  },
});

const CHAINED = ENTITY_TYPES.filter((type): type is ChainRoot => type !== 'transaction');
const FAULTS = [
  'missing',
  'edited',
  'unlinked',
  'cut',
  'differs',
  'orphaned',
  'foreign',
  'sum',
  'absent',
] as const;

/** The query of `GET /audit/chain`, as text. */
const chainQuery = z.strictObject({
  entity_type: z.enum(CHAINED),
  entity_id: auditQuery.shape.entity_id.unwrap(),
});

/** Whether all links are as they were sealed. */
const checkedChain = z
  .strictObject({
    entity_type: openList(CHAINED),
    entity_id: z.string(),
    intact: z.boolean(),
    links: z.int().min(0),
    head: z.string().openapi({ description: 'The hash of the last link.' }),
    fault: z
      .strictObject({
        entity_type: z.string().openapi({ description: 'Of the payment, or of one of its transactions.' }),
        entity_id: z.string(),
        sequence: z.int().optional().openapi({ description: 'The first link that is not as it was sealed.' }),
        kind: openList(FAULTS),
      })
      .nullable(),
  })
  .openapi('CheckedChain');

const getChain =
  ({ checkChain }: Pick<UseCases, 'checkChain'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(chainQuery, new URL(c.req.url).searchParams)
      .map(({ entity_type: entityType, entity_id: entityId }) => ({ merchantId, entityType, entityId }))
      .asyncAndThen((asked) =>
        checkChain(asked).map(({ links, head, fault }) => ({
          entity_type: asked.entityType,
          entity_id: asked.entityId,
          intact: fault === undefined,
          links,
          head,
          fault:
            fault === undefined
              ? null
              : {
                  entity_type: fault.row,
                  entity_id: fault.id,
                  ...(fault.sequence === undefined ? {} : { sequence: fault.sequence }),
                  kind: fault.fault,
                },
        })),
      )
      .match(
        (record) => answerJson(200, jsonText(record)),
        (failure) => problems.refuse(c, failure),
      );

/** One chain, computed anew. */
export const auditChains = resource({
  tag: AUDIT_TAG,
  problems,
  routes: [
    forTenants('audit', getChain, {
      method: 'get',
      path: '/audit/chain',
      operationId: 'checkChain',
      summary: 'Check the chain of one thing',
      description:
        'Computes the hash of each of its links anew, and whether it is stored as its links add up to; of a payment, its transactions and the sums of what they moved too. ' +
        'What all chains are is said by `paywright verify`.',
      query: chainQuery,
      responses: { 200: answer('Whether it is intact.', checkedChain) },
      refusals: [404],
    }),
  ],
});
