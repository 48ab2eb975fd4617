import { err, ok, type Result } from 'neverthrow';
import type { Change, CommitRefused, Commits } from '../../ports/commits.ts';
import { attempt, isTransient } from './faults.ts';
import { linkForms } from './link-forms.ts';
import type { Table } from './table.ts';
import { refused, transact } from './transactions.ts';
import { type Write, writesOf } from './writes.ts';

/** One TransactWriteItems for one change; each item's own reason says which guard refused. */
export function dynamodbCommits(table: Table): Commits {
  const linkForm = linkForms(table);
  return {
    commit(change) {
      if (change.claim === undefined && change.aggregates.length === 0)
        throw new Error(`change ${change.id} has neither a claim nor an aggregate`);
      return attempt(() => linkForm(change.at)).andThen((links) => {
        const writes = writesOf(table.name, change, links);
        return transact(table, writes, (fault) => verdictOf(change, writes, fault));
      });
    },
  };
}

/**
 * What a canceled transaction means; undefined when it must be tried again or means nothing a caller could act on. A
 * conflict on one item may hide a refusal by another, so only the claim's own refusal stands beside a conflict.
 */
function verdictOf(
  { id, claim }: Change,
  writes: readonly Write[],
  fault: unknown,
): Result<void, CommitRefused> | undefined {
  const failed = refused(writes, fault);
  if (failed === undefined) return undefined;
  const own = failed.find(({ isOwn }) => isOwn);
  if (own?.stored?.['change_id']?.S === id) return ok(undefined);
  if (isTransient(fault) && (own === undefined || claim === undefined)) return undefined;
  const refusal = failed.find((write) => write.refusal !== undefined)?.refusal;
  return refusal && err(refusal);
}
