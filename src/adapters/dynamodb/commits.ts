import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { err, ok, type Result } from 'neverthrow';
import type { Change, CommitRefused, Commits } from '../../ports/commits.ts';
import { attempt, isTransient, patiently } from './faults.ts';
import type { Table } from './table.ts';
import { type Write, writesOf } from './writes.ts';

/** One TransactWriteItems for one change; each item's own reason says which guard refused. */
export const dynamodbCommits = (table: Table): Commits => ({
  commit(change) {
    const writes = writesOf(table.name, change);
    if (!writes.some(({ isOwn }) => isOwn))
      throw new Error(`change ${change.id} has neither a claim nor an aggregate`);
    // One token for one call, not for one change: a repeated call must meet the guards as they stand by then.
    let token: string | undefined = crypto.randomUUID();
    return attempt(() =>
      patiently(table, async (abortSignal) => {
        try {
          const input: TransactWriteCommandInput = {
            TransactItems: writes.map(({ operation }) => operation),
            ClientRequestToken: token,
          };
          await table.client.send(new TransactWriteCommand(input), { abortSignal });
          return ok(undefined);
        } catch (fault) {
          if ((fault as Error).name === 'IdempotentParameterMismatchException') {
            token = crypto.randomUUID();
            throw Object.assign(new Error('token spent'), {
              name: 'TransactionInProgressException',
              cause: fault,
            });
          }
          const verdict = verdictOf(change, writes, fault);
          if (verdict === undefined) throw fault;
          return verdict;
        }
      }),
    ).andThen((verdict) => verdict);
  },
});

/**
 * What a canceled transaction means; undefined when it must be tried again or means nothing a caller could act on. A
 * conflict on one item may hide a refusal by another, so only the claim's own refusal stands beside a conflict.
 */
function verdictOf(
  { id, claim }: Change,
  writes: readonly Write[],
  fault: unknown,
): Result<void, CommitRefused> | undefined {
  if (!(fault instanceof TransactionCanceledException)) return undefined;
  const reasons: readonly CancellationReason[] = fault.CancellationReasons ?? [];
  const refused = writes.flatMap((write, index) => {
    const reason = reasons[index];
    return reason?.Code === 'ConditionalCheckFailed' ? [{ ...write, stored: reason.Item }] : [];
  });
  const own = refused.find(({ isOwn }) => isOwn);
  if (own?.stored?.['change_id']?.S === id) return ok(undefined);
  if (isTransient(fault) && (own === undefined || claim === undefined)) return undefined;
  const refusal = refused.find((write) => write.refusal !== undefined)?.refusal;
  return refusal && err(refusal);
}
