import { err as errOf, type Result } from 'neverthrow';
import type { ApprovalsUseCases } from '../../application/approvals/approvals-use-cases.ts';
import { type ApprovalsCounts, faultOfApprovalsCounts } from '../../application/approvals/compare-heads.ts';
import type {
  ApprovalsFinding,
  ApprovalsHead,
  VerifiedApprovals,
} from '../../application/approvals/verify-approvals.ts';
import { APPROVALS_TOKENS } from '../../composition/tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
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
import {
  APPROVALS_CHECKPOINT,
  type CheckpointWriter,
  checkReadable,
  isCheckpointFault,
  readCheckpoint,
  writeCheckpoint,
} from './verify-checkpoint.ts';

/** Checks the platform and then approvals, each on its own storage, and ends at the first row of either that is wrong. */
export async function verifyServicesCommand(
  config: Config,
  options: VerifyOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const platform = await verifyCommand(config, options, terminal);
  return platform === EXIT.ok ? verifyApprovals(config, options, terminal) : platform;
}

/** Approvals have a checkpoint of their own, beside the platform's. */
const besideOf = (path: string | undefined): string | undefined => path && `${path}.approvals`;

async function verifyApprovals(
  config: Config,
  { json = false, ...options }: VerifyOptions,
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
  const [since, to] = [besideOf(options.sinceCheckpoint), besideOf(options.checkpoint)];
  let writer: CheckpointWriter<ApprovalsHead, ApprovalsCounts> | undefined;
  try {
    if (since !== undefined) await checkReadable(since);
    writer = to === undefined ? undefined : writeCheckpoint(to, new Date(), APPROVALS_CHECKPOINT);
    const progress = approvalsProgress(json ? out : err, json);
    const useCases = opened.approvals.get(APPROVALS_TOKENS.useCases);
    const verification = verifiedSince(useCases, since, progress, writer?.add);
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
    if (outcome.isOk()) {
      writer?.end(outcome.value);
      writer = undefined;
      out(json ? verifiedLine(outcome.value) : verifiedText(outcome.value));
      return EXIT.ok;
    }
    const failure = outcome.error;
    if (failure.kind === 'StorageUnavailable') {
      err('paywright: the storage does not answer\n');
      return EXIT.unavailable;
    }
    if (json) out(findingLine(failure));
    err(`paywright: ${findingText(failure)}\n`);
    return EXIT.failed;
  } catch (fault) {
    if (!isCheckpointFault(fault)) throw fault;
    err(`paywright: ${fault.message}\n`);
    return EXIT.usage;
  } finally {
    writer?.discard();
    await opened.close();
  }
}

/** Verifies, then compares with the checkpoint in the file, which is read as it is compared. */
async function verifiedSince(
  { verifyApprovals: verify, compareApprovalsHeads }: ApprovalsUseCases,
  path: string | undefined,
  ...watching: Parameters<ApprovalsUseCases['verifyApprovals']>
): Promise<Result<VerifiedApprovals, ApprovalsFinding | StorageUnavailable>> {
  const verified = await verify(...watching);
  if (path === undefined || verified.isErr()) return verified;
  for await (const part of readCheckpoint(path, APPROVALS_CHECKPOINT)) {
    const fault = 'counts' in part ? faultOfApprovalsCounts(part.counts, verified.value) : undefined;
    if (fault !== undefined) return errOf(fault);
    const compared = await compareApprovalsHeads('heads' in part ? part.heads : []);
    if (compared.isErr()) return errOf(compared.error);
  }
  return verified;
}
