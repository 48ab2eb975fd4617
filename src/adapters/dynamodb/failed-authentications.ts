import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { FailedAuthenticationCounts } from '../../ports/failed-authentications.ts';
import { attempt, withRetry } from './faults.ts';
import { queryItems } from './reads.ts';
import { failedAuthenticationKey, type Table } from './table.ts';

export const dynamodbFailedAuthentications = (table: Table): FailedAuthenticationCounts => ({
  add: (merchantId, minute, count) =>
    attempt(() =>
      withRetry(table, (abortSignal) =>
        table.client.send(
          new UpdateCommand({
            TableName: table.name,
            Key: failedAuthenticationKey(merchantId, minute),
            UpdateExpression: 'ADD failures :count',
            ExpressionAttributeValues: { ':count': count },
          }),
          { abortSignal },
        ),
      ),
    ).map(() => undefined),
  list: (merchantId, from, to) =>
    attempt(() =>
      queryItems(table, {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': failedAuthenticationKey(merchantId, from).pk,
          ':from': failedAuthenticationKey(merchantId, from).sk,
          ':to': failedAuthenticationKey(merchantId, to).sk,
        },
      }),
    ).map((items) => items.map(({ sk, failures }) => ({ minute: Number(sk), count: Number(failures) }))),
});
