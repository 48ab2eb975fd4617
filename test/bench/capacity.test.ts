import { afterAll, expect, test } from 'vitest';
import { measureCapacity } from '../../bench/capacity/measure.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { MEASURED } from '../../src/domain/cost/measured-capacity.ts';

const engine = await startDynamoDbEngine({});
afterAll(() => engine.stop());

/** Times and transactions' ids differ in their digits from run to run, by a few bytes. */
const A_FEW_BYTES = 64;

test('requests take the very units of DynamoDB that costs are estimated by', async () => {
  const measured = await measureCapacity(engine.url);
  const units = (requests: typeof measured) =>
    Object.fromEntries(Object.entries(requests).map(([kind, { bytes: _bytes, ...rest }]) => [kind, rest]));
  expect(units(measured), 'run `npm run bench:capacity`').toEqual(units(MEASURED.requests));
  for (const [kind, { bytes }] of Object.entries(MEASURED.requests))
    expect(Math.abs((measured[kind]?.bytes ?? -1) - bytes)).toBeLessThan(A_FEW_BYTES);
}, 600_000);
