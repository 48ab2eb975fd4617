import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { foreignEndpoint } from '../shared/aws-endpoint.ts';
import { attempt } from './faults.ts';

/** A risk when the client's requests go elsewhere than to AWS over TLS, as a profile's `endpoint_url` makes them. */
export const endpointRisks = (client: DynamoDBDocumentClient, table: string) =>
  attempt(() =>
    foreignEndpoint('DynamoDB', new DescribeTableCommand({ TableName: table }), (command) =>
      client.send(command),
    ),
  );
