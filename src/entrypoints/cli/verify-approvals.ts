import type { ApprovalsFinding } from '../../application/approvals/approvals-finding.ts';
import type { ApprovalsCounts } from '../../application/approvals/compare-heads.ts';
import { faultOfApprovalsCounts } from '../../application/approvals/compare-heads.ts';
import type { ApprovalsHead, VerifiedApprovals } from '../../application/approvals/verify-approvals.ts';
import { APPROVALS_TOKENS } from '../../composition/tokens.ts';
import type { Config } from './config.ts';
import { openApprovals } from './open-platform.ts';
import type { NotReady } from './storage-fitness.ts';
import type { Terminal } from './terminal.ts';
import { APPROVALS_CHECKPOINT } from './verify-checkpoint.ts';
import { badRowText, every, lineOf, type Verifiable, type VerifyOptions } from './verify-service.ts';

/** Approvals, opened to be verified. */
export async function verifiableApprovals(
  config: Config,
  { json = false }: VerifyOptions,
  { out, err }: Terminal,
): Promise<Verifiable<ApprovalsHead, ApprovalsCounts, VerifiedApprovals, ApprovalsFinding> | NotReady> {
  const opened = await openApprovals(config);
  if ('says' in opened) return opened;
  const { verifyApprovals, compareApprovalsHeads } = opened.approvals.get(APPROVALS_TOKENS.useCases);
  const progress = approvalsProgress(json ? out : err, json);
  return {
    verify: (onHeads, report) => verifyApprovals(progress, onHeads, report),
    compareHeads: compareApprovalsHeads,
    faultOfCounts: faultOfApprovalsCounts,
    format: APPROVALS_CHECKPOINT,
    endProgress: () => {},
    notices: () => [],
    verifiedText,
    verifiedLine,
    findingText: (finding) => badRowText(finding, ' of approvals'),
    findingLine,
    countLine: (count, complete) => lineOf({ event: 'bad_rows', service: SERVICE, count, complete }),
    close: opened.close,
  };
}

const SERVICE = 'approvals';
const EVERY_MS = { json: 1_000, text: 5_000 } as const;

/** Writes how far the walk is, now and then: JSON lines, or lines of text. */
function approvalsProgress(
  write: (text: string) => void,
  json: boolean,
): (verified: VerifiedApprovals) => void {
  const isTime = every(json ? EVERY_MS.json : EVERY_MS.text);
  return (verified) => {
    if (!isTime()) return;
    write(
      json
        ? lineOf({ event: 'progress', service: SERVICE, ...verified })
        : `approvals: ${verified.payments} payments, ${verified.links} audit entries so far\n`,
    );
  };
}

const verifiedText = ({ payments, links, refusals, events, claims }: VerifiedApprovals): string =>
  `nothing is wrong in approvals: ${payments} payments, ${links} audit entries, ` +
  `${refusals} refusals and released events, ${events} events that wait, ${claims} claims\n`;

const verifiedLine = (verified: VerifiedApprovals): string =>
  lineOf({ event: 'verified', service: SERVICE, ...verified });

const findingLine = ({ row, id, sequence, fault, detail }: ApprovalsFinding): string =>
  lineOf({ event: 'bad_row', service: SERVICE, row, id, sequence, fault, detail });
