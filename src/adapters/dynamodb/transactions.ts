import { type CancellationReason, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { ok, type Result, type ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { attempt, withRetry } from './faults.ts';
import type { Item } from './items.ts';
import type { ItemKey, Table } from './table.ts';

export type Operation = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
export type Put = NonNullable<Operation['Put']>;

/** A write as `refused` finds it: with the item that made its condition fail, where that was asked for. */
type Refused<Write> = Write & Readonly<{ stored: CancellationReason['Item'] }>;

/**
 * Writes all or nothing, once. `verdictOf` says what a fault means; undefined when it must be tried again or means
 * nothing a caller could act on.
 */
export function transact<Refusal>(
  table: Table,
  writes: readonly Readonly<{ operation: Operation }>[],
  verdictOf: (fault: unknown) => Result<void, Refusal> | undefined,
): ResultAsync<void, Refusal | StorageUnavailable> {
  // One token for one call, not for one change: a repeated call must meet the guards as they stand by then.
  let token: string | undefined = crypto.randomUUID();
  return attempt(() =>
    withRetry(table, async (abortSignal): Promise<Result<void, Refusal>> => {
      try {
        const input: TransactWriteCommandInput = {
          TransactItems: writes.map(({ operation }) => operation),
          ClientRequestToken: token,
        };
        await table.call('TransactWriteItems', input, abortSignal);
        return ok(undefined);
      } catch (fault) {
        if ((fault as Error).name === 'IdempotentParameterMismatchException') {
          token = crypto.randomUUID();
          throw Object.assign(new Error('token spent'), {
            name: 'TransactionInProgressException',
            cause: fault,
          });
        }
        const verdict = verdictOf(fault);
        if (verdict === undefined) throw fault;
        return verdict;
      }
    }),
  ).andThen((verdict) => verdict);
}

/** The writes whose conditions failed, in their order; undefined when the fault is another one. */
export function refused<Write>(
  writes: readonly Write[],
  fault: unknown,
): readonly Refused<Write>[] | undefined {
  if (!(fault instanceof TransactionCanceledException)) return undefined;
  const reasons: readonly CancellationReason[] = fault.CancellationReasons ?? [];
  return writes.flatMap((write, index) => {
    const reason = reasons[index];
    return reason?.Code === 'ConditionalCheckFailed' ? [{ ...write, stored: reason.Item }] : [];
  });
}

/**
 * From one key to another in one step. False, and nothing written, when there is nothing at the first: another moved or
 * removed it, or we have and the reply was lost.
 */
export const moveItem = (table: Table, from: ItemKey, to: Item): Promise<boolean> =>
  writeOnce(table, [
    { Delete: { TableName: table.name, Key: from, ConditionExpression: 'attribute_exists(pk)' } },
    { Put: { TableName: table.name, Item: to } },
  ]);

/** All of it in one step, of which one write is guarded. False, and nothing written, when the guard refuses. */
export async function writeOnce(table: Table, TransactItems: Operation[]): Promise<boolean> {
  // With one token a repeat after a lost reply gets the result of the first.
  const ClientRequestToken = crypto.randomUUID();
  try {
    await withRetry(table, (abortSignal) =>
      table.call('TransactWriteItems', { TransactItems, ClientRequestToken }, abortSignal),
    );
    return true;
  } catch (fault) {
    if (refused(TransactItems, fault)?.length !== 1) throw fault;
    return false;
  }
}
