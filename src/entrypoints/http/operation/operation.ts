import { z } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import type { SchemaOutdated, StorageHealth } from '../../../ports/storage-health.ts';
import type { PlatformMetrics } from '../server/metrics.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson, type HttpEnv } from '../server/request-context.ts';
import { answer, forAnyone, resource, text } from '../server/route.ts';

const problems = problemTable<SchemaOutdated>({
  SchemaOutdated: {
    status: 503,
    code: 'schema_outdated',
    title: 'The storage is not migrated',
    detail: 'The schema of the storage is not the one this version needs.',
    retryAfterS: 5,
  },
});

const liveness = z.strictObject({ status: z.literal('ok') }).openapi('Liveness');
const readiness = z.strictObject({ status: z.literal('ready'), storage: z.string() }).openapi('Readiness');

const getHealthz = (): Handler<HttpEnv> => () => answerJson(200, '{"status":"ok"}');

const getReadyz =
  ({ health }: Readonly<{ health: StorageHealth }>): Handler<HttpEnv> =>
  (c) =>
    health.check().match(
      () => answerJson(200, JSON.stringify({ status: 'ready', storage: health.name })),
      (failure) => problems.refuse(c, failure),
    );

const getMetrics =
  ({ metrics: { registry } }: Readonly<{ metrics: PlatformMetrics }>): Handler<HttpEnv> =>
  async () =>
    new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } });

/** How a process and its storage are. */
export const operation = resource({
  tag: 'operation',
  problems,
  routes: [
    forAnyone(getHealthz, {
      method: 'get',
      path: '/healthz',
      operationId: 'liveness',
      summary: 'Whether the process runs',
      responses: { 200: answer('It does.', liveness) },
    }),
    forAnyone(getReadyz, {
      method: 'get',
      path: '/readyz',
      operationId: 'readiness',
      summary: 'Whether the storage can be reached and is migrated',
      responses: { 200: answer('It is.', readiness) },
      refusals: [503],
    }),
    forAnyone(getMetrics, {
      method: 'get',
      path: '/metrics',
      operationId: 'metrics',
      summary: 'Measurements for Prometheus',
      responses: { 200: { description: 'Text format 0.0.4.', content: text('text/plain') } },
    }),
  ],
});
