import { ResultAsync } from 'neverthrow';
import type { Logger } from 'pino';
import { metricsText } from '../http/operation/operation.ts';
import type { PlatformMetrics } from '../http/server/metrics.ts';
import { type ListeningServer, serveHttp } from '../http/server/node-server.ts';
import type { Config } from './config.ts';

type FetchApp = Parameters<typeof serveHttp>[0];

/** The API's server, and the one of `/metrics` alone where the configuration names a port for it. */
export function listenTo(
  app: FetchApp,
  { http, metrics: { port } }: Pick<Config, 'http' | 'metrics'>,
  { metrics, log }: Readonly<{ metrics: PlatformMetrics; log: Logger }>,
): ResultAsync<Pick<ListeningServer, 'url' | 'close'>, string> {
  const onCut = (what: string) => metrics.shed.inc({ what });
  const api = opened('PORT', 'HOST', () => serveHttp(app, { ...http, log, onCut }));
  if (port === undefined) return api;
  return api.andThen((server) =>
    opened('PAYWRIGHT_METRICS_PORT', 'PAYWRIGHT_METRICS_PORT', () =>
      serveHttp(metricsApp(metrics), { host: '127.0.0.1', port, log }),
    )
      .map((beside) => ({
        url: server.url,
        close: async () => {
          await Promise.all([server.close(), beside.close()]);
        },
      }))
      .orTee(() => void server.close()),
  );
}

const metricsApp = (metrics: PlatformMetrics): FetchApp => ({
  fetch: (request) =>
    new URL(request.url).pathname === '/metrics' ? metricsText(metrics) : new Response(null, { status: 404 }),
});

/** Addresses that cannot be had are the configuration's fault, and say which setting is meant. */
const opened = (
  portSetting: string,
  hostSetting: string,
  open: () => Promise<ListeningServer>,
): ResultAsync<ListeningServer, string> =>
  ResultAsync.fromThrowable(open, (fault) => {
    const { code, message } = fault as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') return `${portSetting}: ${message}`;
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${hostSetting}: ${message}`;
    throw fault;
  })();
