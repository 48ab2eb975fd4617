import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import { type Json, jsonText } from '../../../domain/kernel/json.ts';
import type {
  ApprovalChange,
  ApprovalCommitRefused,
  ApprovalCommits,
} from '../../../ports/approvals/approval-commits.ts';
import { withRetry } from '../faults.ts';
import { claimToRow } from './request-claims.ts';
import { approvalToRow, entryToRow, eventToRow, linesToRows, paymentToRow } from './rows.ts';

/** What the store's own constraints say by refusing; `commit_claimed_change` gives no other. */
const REFUSALS = new Map<string, ApprovalCommitRefused['kind']>([
  ['claim_taken', 'ClaimTaken'],
  ['stale', 'StaleVersion'],
  ['event_taken_once', 'EventSeen'],
  ['payments_one_live', 'DuplicateIncident'],
  ['payments_maker_never_approves', 'SelfApproval'],
  ['payment_approvals_not_by_maker', 'SelfApproval'],
  ['payment_approvals_once', 'AlreadyApproved'],
  ['payment_approval_identity_once', 'AlreadyApproved'],
]);

/** One statement for each change (see `commit_claimed_change`), which is a transaction of its own. */
export const postgresApprovalCommits = (pool: pg.Pool): ApprovalCommits => ({
  commit: (change) =>
    withRetry(() =>
      pool.query<Readonly<{ refusal: string | null }>>({
        name: 'commit_approval_change',
        text: 'SELECT approvals.commit_claimed_change($1, $2, $3, $4, $5, $6, $7, $8) AS refusal',
        values: argumentsOf(change),
      }),
    ).andThen(({ rows: [row] }) => {
      const refused = refusalOf(change, row?.refusal ?? undefined);
      return refused === undefined ? okAsync(undefined) : errAsync(refused);
    }),
});

function argumentsOf({ id, payment, approval, entry, events, eventKey, claim }: ApprovalChange) {
  const { expected, next } = payment;
  return [
    expected,
    textOf(paymentToRow(next, id)),
    textOf(linesToRows(next)),
    approval === undefined ? null : textOf(approvalToRow(approval, next)),
    textOf(entryToRow(entry)),
    textOf(events.map(eventToRow)),
    eventKey ?? null,
    claim === undefined ? null : textOf(claimToRow(claim)),
  ];
}

function refusalOf({ payment }: ApprovalChange, named?: string): ApprovalCommitRefused | undefined {
  if (named === undefined) return undefined;
  const kind = REFUSALS.get(named);
  if (kind === undefined) throw new Error(`a commit was refused by ${named}`);
  return kind === 'StaleVersion' ? { kind, id: payment.next.id } : { kind };
}

const textOf = (rows: object): string => jsonText(rows as Json);
