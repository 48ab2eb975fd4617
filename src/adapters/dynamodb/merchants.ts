import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Merchants } from '../../ports/merchants.ts';
import { attempt, patiently } from './faults.ts';
import { merchantItem, merchantOf } from './items.ts';
import type { Read } from './reads.ts';
import { merchantKey, type Table } from './table.ts';

export const dynamodbMerchants = (table: Table, read: Read): Merchants => ({
  find: (id) => attempt(() => read(merchantKey(id))).map((item) => item && merchantOf(item)),
  addIfAbsent: (merchant) =>
    attempt(() =>
      patiently(table, async (abortSignal) => {
        try {
          await table.client.send(
            new PutCommand({
              TableName: table.name,
              Item: merchantItem(merchant),
              ConditionExpression: 'attribute_not_exists(pk)',
            }),
            { abortSignal },
          );
        } catch (fault) {
          if ((fault as Error).name !== 'ConditionalCheckFailedException') throw fault;
        }
      }),
    ),
});
