import { randomUUID } from 'node:crypto';
import { ResultAsync } from 'neverthrow';
import { countFailedAuthentications } from '../../application/failed-authentications.ts';
import type { Platform } from '../../composition/compose.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Processor } from '../../ports/processor.ts';
import { tokenVerifier } from '../http/authenticate.ts';
import { jsonLogger } from '../http/logger.ts';
import { type PlatformMetrics, platformMetrics } from '../http/metrics.ts';
import { type ListeningServer, serveHttp } from '../http/node-server.ts';
import { watchBacklog } from '../http/outbox-metrics.ts';
import { platformApp } from '../http/platform-app.ts';
import { startFlushing } from '../worker/flush.ts';
import { startRecovery } from '../worker/recovery.ts';
import type { Config } from './config.ts';
import { addDemoMerchants } from './demo-merchants.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { countedRecovery, measuredProcessor, measuredUseCases, watchParts } from './measure.ts';
import { openPlatform } from './open-platform.ts';
import { deliverWebhooksOf } from './start-deliveries.ts';
import { relayEventsOf } from './start-relay.ts';
import { standardError, type Terminal } from './terminal.ts';
import { welcomeText } from './welcome.ts';

/**
 * The whole system in one process until it is stopped: then no new requests, those in flight finish, the worker ends
 * its round, connections and embedded servers close.
 */
export async function serveCommand(config: Config, terminal: Terminal): Promise<ExitCode> {
  const metrics = platformMetrics();
  const aroundProcessor = (processor: Processor) => measuredProcessor(processor, metrics);
  const opened = await openPlatform({ ...config, platform: { ...config.platform, aroundProcessor } });
  if ('says' in opened) {
    terminal.err(`paywright: ${opened.says}\n`);
    return opened.configuration ? EXIT.configuration : EXIT.failed;
  }
  try {
    return await serve(config, opened.platform, metrics, terminal);
  } finally {
    await opened.close();
  }
}

async function serve(
  config: Config,
  platform: Platform,
  metrics: PlatformMetrics,
  { out, err, untilStopped }: Terminal,
): Promise<ExitCode> {
  if (config.stage === 'development') {
    const seeded = await addDemoMerchants(platform.get(TOKENS.ports));
    if (seeded.isErr()) throw new Error('the storage went away while the demo merchants were added');
  }
  const log = jsonLogger({ level: config.logLevel, destination: standardError() });
  const health = platform.get(TOKENS.storageHealth);
  const useCases = measuredUseCases(platform.get(TOKENS.useCases), metrics);
  const failedAuthentications = countFailedAuthentications(platform.get(TOKENS.ports));
  watchParts(platform, metrics);
  watchBacklog(metrics, platform.get(TOKENS.ports));
  const app = platformApp({
    ...useCases,
    noteFailedAuthentication: failedAuthentications.note,
    health,
    authenticate: tokenVerifier(config.jwt),
    metrics,
    log,
    corsOrigins: config.http.corsOrigins,
    newRequestId: () => randomUUID(),
  });
  const listening = await listen(() => serveHttp(app, { ...config.http, log }));
  if (listening.isErr()) {
    err(`paywright: ${listening.error}\n`);
    return EXIT.configuration;
  }
  const server = listening.value;
  const recoverPayments = countedRecovery(useCases.recoverPayments, metrics);
  const worker = startRecovery({ recoverPayments, log });
  const relay = relayEventsOf(platform, log, metrics);
  const deliveries = deliverWebhooksOf(platform, log, metrics);
  const flushing = startFlushing({ flush: failedAuthentications.flush, log });
  out(await welcomeText(config, { url: server.url, storage: health.name }));
  await untilStopped;
  await Promise.all([server.close(), worker.stop(), relay.stop(), deliveries.stop()]);
  // The last of the requests may have been a refused one.
  await flushing.stop();
  return EXIT.ok;
}

/** Addresses that cannot be had are the configuration's fault, and say which setting is meant. */
const listen = (open: () => Promise<ListeningServer>): ResultAsync<ListeningServer, string> =>
  ResultAsync.fromThrowable(open, (fault) => {
    const { code, message } = fault as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' || code === 'EACCES') return `PORT: ${message}`;
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST: ${message}`;
    throw fault;
  })();
