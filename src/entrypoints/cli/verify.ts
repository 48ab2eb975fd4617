import { present } from '../../domain/kernel/present.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import { verifiableApprovals } from './verify-approvals.ts';
import { verifiablePlatform } from './verify-platform.ts';
import { type VerifyOptions, verifyService } from './verify-service.ts';

/** Checks the platform and then approvals, each on its own storage, and names the first bad row of each, or as many as wanted. */
export async function verifyCommand(
  config: Config,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const ended = await verifyService(await verifiablePlatform(config, options, terminal), options, terminal);
  if (ended !== EXIT.ok && ended !== EXIT.failed) return ended;
  if (config.approvals.storage.kind === 'memory') {
    terminal.err(
      'paywright: approvals are in the memory of the process that serves them, and were not looked at\n',
    );
    return ended;
  }
  const approvals = await verifiableApprovals(config, options, terminal);
  const endedToo = await verifyService(approvals, besides(options), terminal);
  return ended === EXIT.failed ? ended : endedToo;
}

/** Approvals have a checkpoint of their own, beside the platform's. */
const besides = ({ checkpoint, sinceCheckpoint, ...options }: VerifyOptions): VerifyOptions => ({
  ...options,
  ...present({
    checkpoint: checkpoint && `${checkpoint}.approvals`,
    sinceCheckpoint: sinceCheckpoint && `${sinceCheckpoint}.approvals`,
  }),
});
