import { APPROVALS_TOKENS } from '../../composition/tokens.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { openApprovals } from './open-platform.ts';
import type { Terminal } from './terminal.ts';
import { type VerifyOptions, verifyCommand } from './verify.ts';
import {
  approvalsProgress,
  findingLine,
  findingText,
  verifiedLine,
  verifiedText,
} from './verify-approvals.ts';

/** Checks the platform and then approvals, each on its own storage, and ends at the first row of either that is wrong. */
export async function verifyServicesCommand(
  config: Config,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const platform = await verifyCommand(config, options, terminal);
  return platform === EXIT.ok ? verifyApprovals(config, options, terminal) : platform;
}

async function verifyApprovals(
  config: Config,
  { json = false }: VerifyOptions,
  { out, err, untilStopped }: Terminal,
): Promise<ExitCode> {
  if (config.approvals.storage.kind === 'memory') {
    err('paywright: approvals are in the memory of the process that serves them, and were not looked at\n');
    return EXIT.ok;
  }
  const opened = await openApprovals(config);
  if ('says' in opened) {
    err(`paywright: ${opened.says}\n`);
    return opened.configuration ? EXIT.configuration : EXIT.unavailable;
  }
  const progress = approvalsProgress(json ? out : err, json);
  try {
    const verification = opened.approvals.get(APPROVALS_TOKENS.useCases).verifyApprovals(progress);
    const outcome = await Promise.race([verification, untilStopped.then(() => 'stopped' as const)]);
    if (outcome === 'stopped') {
      // What is under way only reads, and ends with the process.
      verification.then(
        () => undefined,
        () => undefined,
      );
      err('paywright: stopped before everything was looked at\n');
      return EXIT.unavailable;
    }
    return outcome.match(
      (verified) => {
        out(json ? verifiedLine(verified) : verifiedText(verified));
        return EXIT.ok;
      },
      (failure) => {
        if (failure.kind === 'StorageUnavailable') {
          err('paywright: the storage does not answer\n');
          return EXIT.unavailable;
        }
        if (json) out(findingLine(failure));
        err(`paywright: ${findingText(failure)}\n`);
        return EXIT.failed;
      },
    );
  } finally {
    await opened.close();
  }
}
