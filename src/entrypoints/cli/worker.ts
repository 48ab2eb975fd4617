import { TOKENS } from '../../composition/tokens.ts';
import { jsonLogger } from '../http/logger.ts';
import { startRecovery } from '../worker/recovery.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { openPlatform } from './open-platform.ts';
import { deliverWebhooksOf } from './start-deliveries.ts';
import { relayEventsOf } from './start-relay.ts';
import { standardError, type Terminal } from './terminal.ts';

/** Runs recovery, relays events and delivers webhooks, and nothing else, until it is stopped. */
export async function workerCommand(config: Config, { out, err, untilStopped }: Terminal): Promise<ExitCode> {
  const opened = await openPlatform(config);
  if ('says' in opened) {
    err(`paywright: ${opened.says}\n`);
    return opened.configuration ? EXIT.configuration : EXIT.failed;
  }
  const { platform, close } = opened;
  const log = jsonLogger({ level: config.logLevel, destination: standardError() });
  const { recoverPayments } = platform.get(TOKENS.useCases);
  const workers = [
    startRecovery({ recoverPayments, log }),
    relayEventsOf(platform, log),
    deliverWebhooksOf(platform, log),
  ];
  out(`paywright worker is running on ${platform.get(TOKENS.storageHealth).name}\n`);
  await untilStopped;
  await Promise.all(workers.map((worker) => worker.stop()));
  await close();
  return EXIT.ok;
}
