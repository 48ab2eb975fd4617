import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import { present } from '../../../domain/kernel/present.ts';
import type { KeysHealth } from '../../../ports/keys-health.ts';
import type { SecretHealth } from '../../../ports/secrets.ts';
import type { SchemaDiverged, SchemaOutdated, StorageHealth } from '../../../ports/storage-health.ts';
import type { Standing } from '../server/in-flight.ts';
import type { PlatformMetrics } from '../server/metrics.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson, type HttpEnv } from '../server/request-context.ts';
import { answer, forAnyone, resource } from '../server/route.ts';
import { text } from '../server/route-description.ts';
import { NO_ROUTE, refuseRoute } from '../server/service-app.ts';

type OperationFailure = SchemaOutdated | SchemaDiverged | Readonly<{ kind: 'ScraperUnknown' }>;

const problems = problemTable<OperationFailure>({
  SchemaOutdated: {
    status: 503,
    code: 'schema_outdated',
    title: 'The storage is not migrated',
    detail: 'The schema of the storage is older than this version needs.',
    retryAfterS: 5,
  },
  SchemaDiverged: {
    status: 503,
    code: 'schema_diverged',
    title: 'The storage was migrated by other files',
    detail: 'A migration of the storage had other contents than the one of this version.',
    retryAfterS: 5,
  },
  ScraperUnknown: {
    status: 401,
    code: 'unauthenticated',
    title: 'The token is not the scraper’s',
    detail:
      'Measurements are read with the token of PAYWRIGHT_METRICS_TOKEN; without one in development alone, under an address of this machine such as `localhost`.',
  },
});

const liveness = z.strictObject({ status: z.literal('ok') }).openapi('Liveness');
const readiness = z
  .strictObject({
    status: z.literal('ready'),
    storage: z.string(),
    keys: z.string().optional().openapi({
      description:
        'How the keys in KMS are: `usable`, or why they are not (`denied`, `disabled`, `pending_deletion`, `missing`, `throttled`, `unavailable`). What needs no key is served all the same.',
    }),
    token_secret: z.string().optional().openapi({
      description:
        'How the secret of bearer tokens in Secrets Manager is: `usable`, or why it is not (`denied`, `missing`, `pending_deletion`, `undecryptable`, `malformed`, `weak`, `throttled`, `unavailable`). Tokens are then judged by what was known, for an hour at the most.',
    }),
  })
  .openapi('Readiness');

const getHealthz = (): Handler<HttpEnv> => () => answerJson(200, '{"status":"ok"}');

type Watched = Readonly<{
  health: StorageHealth;
  keysHealth?: KeysHealth;
  secretHealth?: SecretHealth;
  standing?: Standing;
}>;

const getReadyz =
  ({ health, keysHealth, secretHealth, standing }: Watched): Handler<HttpEnv> =>
  async (c) => {
    if (standing?.now() === 'fenced') return problems.refuse(c, { kind: 'RegionFenced' });
    const storage = await health.check();
    if (storage.isErr()) return problems.refuse(c, storage.error);
    const [keys, token_secret] = await Promise.all([wordOf(keysHealth), wordOf(secretHealth)]);
    const body = { status: 'ready', storage: health.name, ...present({ keys, token_secret }) };
    return answerJson(200, JSON.stringify(body));
  };

const wordOf = async (kept: KeysHealth | SecretHealth | undefined): Promise<string | undefined> =>
  kept?.check().match(
    () => 'usable',
    ({ reason }) => reason,
  );

/**
 * Who may read `/metrics` beside the API: every client, as on a development machine's own loopback, if it asks under a name
 * of that, which no page does whose name was led here; clients with the token; or none, because it has a listener of
 * its own or is off.
 */
export type MetricsAccess =
  | Readonly<{ kind: 'open' }>
  | Readonly<{ kind: 'token'; token: string }>
  | Readonly<{ kind: 'elsewhere' }>;

/** The measurements in Prometheus' text format, without a token. */
export const metricsText = async ({ registry }: PlatformMetrics): Promise<Response> =>
  new Response(await registry.metrics(), { headers: { 'Content-Type': registry.contentType } });

/** The measurements beside the API, for those whom `access` lets read them. */
export type ReadableMetrics = Readonly<{ access: MetricsAccess; read: () => Promise<Response> }>;

const getMetrics =
  ({ readable }: Readonly<{ readable?: ReadableMetrics }>): Handler<HttpEnv> =>
  (c) => {
    if (readable === undefined || readable.access.kind === 'elsewhere') return refuseRoute(c);
    const { access, read } = readable;
    const isAllowed =
      access.kind === 'open'
        ? LOOPBACK.test(new URL(c.req.url).hostname)
        : isBearer(c.req.header('authorization'), access.token);
    if (!isAllowed) return problems.refuse(c, { kind: 'ScraperUnknown' }, { 'WWW-Authenticate': 'Bearer' });
    return read();
  };

/** As URLs have them, which write every spelling of an address in one way. */
const LOOPBACK = /(?:^|\.)localhost\.?$|^127\.\d+\.\d+\.\d+$|^\[::1\]$/;

/** Compared by hash, so that the time it takes says nothing of the token. */
const isBearer = (header = '', token: string): boolean =>
  timingSafeEqual(sha256(header), sha256(`Bearer ${token}`));

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** How a process and its storage are. */
export const operation = resource({
  tag: { name: 'operation', description: 'For what runs and watches the process.' },
  problems: { rows: { ...problems.rows, ...NO_ROUTE } },
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
      summary:
        'Whether the storage can be reached and is migrated, and the region of the process is not fenced',
      responses: { 200: answer('It is.', readiness) },
      refusals: [503],
    }),
    forAnyone(getMetrics, {
      method: 'get',
      path: '/metrics',
      operationId: 'metrics',
      summary: 'Measurements for Prometheus',
      description:
        'Open on the loopback of a development machine alone. Elsewhere it takes the bearer token of PAYWRIGHT_METRICS_TOKEN, or is served on a port of its own (PAYWRIGHT_METRICS_PORT), or not at all.',
      responses: { 200: { description: 'Text format 0.0.4.', content: text('text/plain') } },
      tokenOptional: true,
      refusals: [401, 404],
    }),
  ],
});
