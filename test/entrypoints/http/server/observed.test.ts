import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { clientAddressBehind } from '../../../../src/entrypoints/http/server/client-address.ts';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { platformMetrics } from '../../../../src/entrypoints/http/server/metrics.ts';
import { problemTable } from '../../../../src/entrypoints/http/server/problem-table.ts';
import { type HttpEnv, observed } from '../../../../src/entrypoints/http/server/request-context.ts';

it('a request whose client hung up is no fault of the server in logs and metrics, and one that was turned away is', async () => {
  const lines: string[] = [];
  const metrics = platformMetrics();
  const { refuse } = problemTable({});
  const app = new Hono<HttpEnv>();
  const log = jsonLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  app.use(observed({ log, metrics, clientAddress: clientAddressBehind([]), newRequestId: () => 'req-1' }));
  app.get('/left', (c) => refuse(c, { kind: 'ClientLeft' }));
  app.get('/full', (c) => refuse(c, { kind: 'Overloaded' }));
  for (const path of ['/left', '/full']) await app.request(path);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 'info', status: 499, code: 'client_left' },
    { level: 'error', status: 503, code: 'overloaded' },
  ]);
  const counted = await metrics.registry.getSingleMetricAsString('paywright_http_request_seconds');
  expect(counted).toContain('status="499"');
});
