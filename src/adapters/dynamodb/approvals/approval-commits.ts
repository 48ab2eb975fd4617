import { err, ok, type Result } from 'neverthrow';
import type {
  ApprovalChange,
  ApprovalCommitRefused,
  ApprovalCommits,
} from '../../../ports/approvals/approval-commits.ts';
import { isTransient } from '../faults.ts';
import type { Table } from '../table.ts';
import { refused, transact } from '../transactions.ts';
import { type ApprovalWrite, approvalWritesOf } from './approval-writes.ts';

/** One TransactWriteItems for one change; each item's own reason says which guard refused. */
export const dynamodbApprovalCommits = (table: Table): ApprovalCommits => ({
  commit(change) {
    const writes = approvalWritesOf(table.name, change);
    return transact(table, writes, (fault) => verdictOf(change, writes, fault));
  },
});

/** In the order they are told. */
const KINDS = [
  'ClaimTaken',
  'StaleVersion',
  'EventSeen',
  'DuplicateIncident',
  'SelfApproval',
  'AlreadyApproved',
] as const;

/**
 * What a canceled transaction means; undefined when it must be tried again. A conflict on one item may hide a refusal
 * that is told before this one; where that may be, all is tried again.
 */
function verdictOf(
  { id, payment: { expected, next }, claim }: ApprovalChange,
  writes: readonly ApprovalWrite[],
  fault: unknown,
): Result<void, ApprovalCommitRefused> | undefined {
  const failed = refused(writes, fault);
  if (failed === undefined) return undefined;
  if (failed.some(({ isOwn, stored }) => isOwn && stored?.['change_id']?.S === id)) return ok(undefined);
  // Where the stored version is the expected one, the other half of the payment's condition failed.
  const refusals = failed.map(({ isOwn, stored, refusal }) =>
    isOwn ? (stored?.['version']?.N === `${expected}` ? 'SelfApproval' : 'StaleVersion') : refusal,
  );
  const kind = KINDS.find((each) => refusals.includes(each));
  const isFirst = kind === 'ClaimTaken' || (kind === 'StaleVersion' && claim === undefined);
  if (kind === undefined || (!isFirst && isTransient(fault))) return undefined;
  return err(kind === 'StaleVersion' ? { kind, id: next.id } : { kind });
}
