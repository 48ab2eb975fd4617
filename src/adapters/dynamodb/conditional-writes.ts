import {
  type DeleteCommandInput,
  type PutCommandInput,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { withRetry } from './faults.ts';
import type { Item } from './items.ts';
import type { Table } from './table.ts';

/** What must be true of the stored item for a write to happen. */
export type Condition = Pick<PutCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>;

/** There is no item under the key. */
export const ABSENT: Condition = { ConditionExpression: 'attribute_not_exists(pk)' };

/** The stored version is `expected`; 0: there is none. */
export const versionIs = (expected: number): Condition =>
  expected === 0
    ? ABSENT
    : { ConditionExpression: 'version = :expected', ExpressionAttributeValues: { ':expected': expected } };

/** What a write is, but for its table. */
type Given<Input extends Readonly<{ TableName: string | undefined }>> = Omit<Input, 'TableName'>;

/**
 * One item, written with patience. Gives the attributes that `ReturnValues` asked for, and undefined when the condition
 * failed: nothing was written then, or an earlier attempt's reply was lost and the write itself made the condition fail.
 */
export const updateItem = (table: Table, input: Given<UpdateCommandInput>): Promise<Item | undefined> =>
  unlessRefused(table, async (abortSignal) => {
    return (
      (await table.call('UpdateItem', { TableName: table.name, ...input }, abortSignal)).Attributes ?? {}
    );
  });

/** The same for a whole item: true when it was written. */
export const putItem = async (table: Table, input: Given<PutCommandInput>): Promise<boolean> => {
  const written = await unlessRefused(table, (abortSignal) =>
    table.call('PutItem', { TableName: table.name, ...input }, abortSignal),
  );
  return written !== undefined;
};

/** The same for a removal. */
export const deleteItem = async (table: Table, input: Given<DeleteCommandInput>): Promise<boolean> => {
  const removed = await unlessRefused(table, (abortSignal) =>
    table.call('DeleteItem', { TableName: table.name, ...input }, abortSignal),
  );
  return removed !== undefined;
};

const unlessRefused = <Written>(
  table: Table,
  write: (abortSignal: AbortSignal) => Promise<Written>,
): Promise<Written | undefined> =>
  withRetry(table, async (abortSignal) => {
    try {
      return await write(abortSignal);
    } catch (fault) {
      if ((fault as Error).name !== 'ConditionalCheckFailedException') throw fault;
      return undefined;
    }
  });
