import type { ResultAsync } from 'neverthrow';
import type { BrokenChain } from '../../domain/kernel/audit-chain.ts';
import type { ApprovalRowType, RowDifference } from '../../ports/approvals/stored-rows.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** A row that nothing but a hand in the store could have made so. `sequence` is the link of its chain; `detail` is for people. */
export type ApprovalsFinding = Readonly<{
  kind: 'BadRow';
  row: ApprovalRowType | 'row';
  id: string;
  sequence?: number;
  /** `impossible`: every hash is right, and no service can have made the moves. Beside a checkpoint a chain was `rewritten` or `shortened` since. */
  fault:
    | BrokenChain['fault']
    | RowDifference['fault']
    | 'unreadable'
    | 'impossible'
    | 'rewritten'
    | 'shortened';
  detail?: string;
}>;

/** A walk over rows, which ends at the first bad one. */
export type Walk<Seen> = ResultAsync<Seen, ApprovalsFinding | StorageUnavailable>;
