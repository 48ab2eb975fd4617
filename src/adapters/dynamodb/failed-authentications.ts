import { okAsync } from 'neverthrow';
import {
  FAILED_AUTHENTICATIONS_KEPT_MS,
  type FailedAuthenticationCounts,
} from '../../ports/failed-authentications.ts';
import { updateItem } from './conditional-writes.ts';
import { attempt } from './faults.ts';
import { findAll } from './reads.ts';
import { failedAuthenticationKey, type Table, TTL_ATTRIBUTE } from './table.ts';

export const dynamodbFailedAuthentications = (table: Table): FailedAuthenticationCounts => ({
  add: (merchantId, minute, count) =>
    attempt(() =>
      updateItem(table, {
        Key: failedAuthenticationKey(merchantId, minute),
        UpdateExpression: 'ADD failures :count SET #expiry = :expiry',
        ExpressionAttributeNames: { '#expiry': TTL_ATTRIBUTE },
        ExpressionAttributeValues: {
          ':count': count,
          ':expiry': Math.ceil((minute + FAILED_AUTHENTICATIONS_KEPT_MS) / 1_000),
        },
      }),
    ).map(() => undefined),
  list: (merchantId, from, to) => {
    // A range that ends before it begins is an error to DynamoDB's BETWEEN.
    if (from > to) return okAsync([]);
    return findAll(
      table,
      {
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': failedAuthenticationKey(merchantId, from).pk,
          ':from': failedAuthenticationKey(merchantId, from).sk,
          ':to': failedAuthenticationKey(merchantId, to).sk,
        },
      },
      ({ sk, failures }) => ({ minute: Number(sk), count: Number(failures) }),
    );
  },
});
