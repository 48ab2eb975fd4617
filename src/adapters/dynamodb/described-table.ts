import { DescribeTableCommand, type TableDescription } from '@aws-sdk/client-dynamodb';
import { withRetry } from './faults.ts';
import type { Table } from './table.ts';

/** The table as DynamoDB describes it, or undefined when there is none. */
export const describeTable = (table: Table): Promise<TableDescription | undefined> =>
  withRetry(table, async (abortSignal) => {
    try {
      const command = new DescribeTableCommand({ TableName: table.name });
      return (await table.client.send(command, { abortSignal })).Table;
    } catch (fault) {
      if ((fault as Error).name === 'ResourceNotFoundException') return undefined;
      throw fault;
    }
  });
