import { afterAll, expect, it } from 'vitest';
import { dynamodbDeliveries } from '../../src/adapters/dynamodb/deliveries.ts';
import { itemReads } from '../../src/adapters/dynamodb/reads.ts';
import { tableOf } from '../../src/adapters/dynamodb/table.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { endDelivery } from '../../src/domain/webhooks/delivery.ts';
import { deliveryShardOf } from '../../src/ports/deliveries.ts';
import { NOON } from '../fixtures/changes.ts';
import { aDelivery, anEndpoint } from '../fixtures/webhooks.ts';
import { freshTable } from '../support/dynamodb-tables.ts';

const engine = await startDynamoDbEngine({});
afterAll(() => engine.stop());

it.each([1, 2, 100])(
  'shows the next delivery that is due when those before it end between the index and the table, of %i asked for',
  async (limit) => {
    const table = tableOf(await freshTable(engine.url));
    const read = itemReads(table);
    const deliveries = dynamodbDeliveries(table, read);
    const endpoint = anEndpoint();
    const shards = [deliveryShardOf(endpoint.id)];
    const later = NOON + 60_000;
    const three = [0, 1, 2].map(() => aDelivery(endpoint));
    (await deliveries.addAll(three))._unsafeUnwrap();
    const [first, second, third] = (await deliveries.due(shards, later, 10))._unsafeUnwrap();
    if (first === undefined || second === undefined) throw new Error('three are due');
    let ending: ReturnType<typeof deliveries.save> | undefined;
    const late = dynamodbDeliveries(table, async (key) => {
      const ended = [first, second].map((each) => ({
        expected: each.version,
        next: endDelivery(each, 'expired', NOON),
      }));
      ending ??= deliveries.save(ended);
      await ending;
      return read(key);
    });
    const due = await late.due(shards, later, limit);
    expect(due._unsafeUnwrap().map(({ id }) => id)).toEqual([third?.id]);
  },
);
