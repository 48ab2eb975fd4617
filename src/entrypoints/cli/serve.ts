import { randomUUID } from 'node:crypto';
import type { Platform } from '../../composition/compose.ts';
import { TOKENS } from '../../composition/tokens.ts';
import { tokenVerifier } from '../http/authenticate.ts';
import { jsonLogger } from '../http/logger.ts';
import { platformMetrics } from '../http/metrics.ts';
import { serveHttp } from '../http/node-server.ts';
import { platformApp } from '../http/platform-app.ts';
import { startRecovery } from '../worker/recovery.ts';
import type { Config } from './config.ts';
import { addDemoMerchants } from './demo-merchants.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { openPlatform } from './open-platform.ts';
import type { Terminal } from './terminal.ts';
import { welcomeText } from './welcome.ts';

/**
 * The whole system in one process until it is stopped: then no new requests, those in flight finish, the worker ends
 * its round, connections and embedded servers close.
 */
export async function serveCommand(config: Config, { out, err, untilStopped }: Terminal): Promise<ExitCode> {
  const opened = await openPlatform(config);
  if ('says' in opened) {
    err(`paywright: ${opened.says}\n`);
    return opened.configuration ? EXIT.configuration : EXIT.failed;
  }
  const { platform, close } = opened;
  const log = jsonLogger({ level: config.logLevel });
  try {
    if (config.stage === 'development') {
      const seeded = await addDemoMerchants(platform.get(TOKENS.merchants));
      if (seeded.isErr()) throw new Error('the store went away');
    }
    const server = await serveHttp(appOf(platform, config, log), { ...config.http, log });
    const worker = startRecovery({ recoverPayments: platform.get(TOKENS.recoverPayments), log });
    const storage = platform.get(TOKENS.storageHealth).name;
    out(await welcomeText(config, { url: server.url, storage }));
    await untilStopped;
    await Promise.all([server.close(), worker.stop()]);
  } finally {
    await close();
  }
  return EXIT.ok;
}

const appOf = (platform: Platform, config: Config, log: ReturnType<typeof jsonLogger>) =>
  platformApp({
    processPayment: platform.get(TOKENS.processPayment),
    processBatch: platform.get(TOKENS.processBatch),
    getPayment: platform.get(TOKENS.getPayment),
    listPayments: platform.get(TOKENS.listPayments),
    health: platform.get(TOKENS.storageHealth),
    authenticate: tokenVerifier(config.jwt),
    metrics: platformMetrics(),
    log,
    corsOrigins: config.http.corsOrigins,
    newRequestId: () => randomUUID(),
  });
