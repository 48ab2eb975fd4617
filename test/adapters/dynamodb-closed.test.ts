import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, expect, it } from 'vitest';
import { aggregateItem } from '../../src/adapters/dynamodb/items.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { aggregateKey } from '../../src/adapters/dynamodb/table.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { listEndpoints } from '../../src/application/webhooks/read-endpoints.ts';
import { removeEndpoint, type WebhookEndpoint } from '../../src/domain/webhooks/webhook-endpoint.ts';
import { NOON } from '../fixtures/changes.ts';
import { anEndpoint } from '../fixtures/webhooks.ts';
import { freshTable } from '../support/dynamodb-tables.ts';

const engine = await startDynamoDbEngine({});
afterAll(() => engine.stop());

it('passes over endpoints that an earlier version removed and left among the open ones', async () => {
  const place = await freshTable(engine.url);
  const storage = dynamodbStorage(place);
  const put = (endpoint: WebhookEndpoint) =>
    place.client.send(
      new PutCommand({
        TableName: place.table,
        Item: {
          ...aggregateItem(endpoint.merchantId, endpoint, 'a change'),
          ...aggregateKey(endpoint.merchantId, endpoint.kind, endpoint.id),
        },
      }),
    );
  const endpoints = Array.from({ length: 130 }, (_, n) =>
    anEndpoint({ id: systemIds.webhookEndpoint(NOON + n) }),
  );
  for (const [n, each] of endpoints.entries()) await put(n % 65 === 64 ? each : removeEndpoint(each, NOON));
  const [first] = endpoints;
  if (first === undefined) throw new Error('there are endpoints');
  const open = (await listEndpoints(storage)(first.merchantId))._unsafeUnwrap();
  expect(open.map(({ id }) => id)).toEqual([endpoints[129]?.id, endpoints[64]?.id]);
  const page = { limit: 1, isOpen: true } as const;
  const one = await storage.aggregates.list(first.merchantId, 'webhook_endpoint', page);
  expect(one._unsafeUnwrap().map(({ id }) => id)).toEqual([endpoints[64]?.id]);
  const found = await storage.aggregates.find(first.merchantId, 'webhook_endpoint', first.id);
  expect(found._unsafeUnwrap()).toMatchObject({ status: 'removed' });
  const all = { limit: 200 };
  const listed = await storage.aggregates.list(first.merchantId, 'webhook_endpoint', all);
  expect(listed._unsafeUnwrap()).toHaveLength(130);
  await storage.close();
});
