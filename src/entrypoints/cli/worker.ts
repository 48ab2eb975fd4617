import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import { jsonLogger } from '../http/server/logger.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened } from './open-platform.ts';
import { openSystem } from './open-system.ts';
import { watchFaults } from './process-faults.ts';
import { startWorkers } from './start-workers.ts';
import { alarmTo, tellingTo } from './telling.ts';
import { standardError, type Terminal } from './terminal.ts';
import { whyNotServed } from './why-not-served.ts';

/** Runs the workers of both services until it is stopped. */
export async function workerCommand(config: Config, { out, err, untilStopped }: Terminal): Promise<ExitCode> {
  const log = jsonLogger({ level: config.logLevel, destination: standardError() });
  const opened = await openSystem({
    ...config,
    approvals: { ...config.approvals, ...tellingTo(log), payoutAlarm: alarmTo(log) },
  });
  if ('says' in opened) return notOpened(opened, err);
  const refusal = await whyNotServed(opened);
  if (refusal !== undefined) {
    err(refusal);
    await opened.close();
    return EXIT.failed;
  }
  const { platform, approvals, health, close } = opened;
  const faults = watchFaults(log);
  const worked = {
    platform: platform.get(TOKENS.useCases),
    approvals: approvals.get(APPROVALS_TOKENS.useCases),
  };
  const workers = startWorkers({ platform, approvals }, worked, log);
  out(`paywright worker is running on ${health.name}\n`);
  const code = await faults.untilEnd(untilStopped);
  await Promise.all(workers.map((worker) => worker.stop()));
  await close();
  faults.close();
  return code;
}
