import type { ApprovalsFinding, VerifiedApprovals } from '../../application/approvals/verify-approvals.ts';
import { every, FAULTS, lineOf } from './verify.ts';

const SERVICE = 'approvals';
const EVERY_MS = { json: 1_000, text: 5_000 } as const;

/** Writes how far the walk is, now and then: JSON lines, or lines of text. */
export function approvalsProgress(
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

export const verifiedText = ({ payments, links, events }: VerifiedApprovals): string =>
  `nothing is wrong in approvals: ${payments} payments, ${links} audit entries, ${events} events that wait\n`;

export const verifiedLine = (verified: VerifiedApprovals): string =>
  lineOf({ event: 'verified', service: SERVICE, ...verified });

export function findingText({ row, id, sequence, fault, detail }: ApprovalsFinding): string {
  const what = `${row.replaceAll('_', ' ')}${id === '' ? '' : ` ${id}`} of approvals`;
  const link = sequence === undefined ? '' : `: link ${sequence}`;
  return `bad row: ${what}${link} ${FAULTS[fault]}${detail === undefined ? '' : ` (${detail})`}`;
}

export const findingLine = ({ row, id, sequence, fault, detail }: ApprovalsFinding): string =>
  lineOf({ event: 'bad_row', service: SERVICE, row, id, sequence, fault, detail });
