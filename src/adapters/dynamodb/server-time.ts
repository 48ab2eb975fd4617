import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { attempt } from './faults.ts';

/** What time it is for DynamoDB, to the second, by the `Date` of a reply; undefined from an engine that sends none. */
export const dynamodbTime = (
  client: DynamoDBDocumentClient,
  table: string,
): ResultAsync<Instant | undefined, StorageUnavailable> =>
  attempt(async () => {
    const command = new DescribeTableCommand({ TableName: table });
    let date: string | undefined;
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        date = (result.response as Readonly<{ headers?: Readonly<Record<string, string>> }>).headers?.[
          'date'
        ];
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    await client.send(command);
    return date === undefined ? undefined : Date.parse(date);
  });
