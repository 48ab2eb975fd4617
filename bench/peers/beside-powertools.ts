import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { paymentItem } from '../../src/adapters/dynamodb/items.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { Change } from '../../src/ports/commits.ts';
import { type Load, measure } from '../measure.ts';
import { rawDynamoDb } from '../raw-dynamodb.ts';
import { recorded } from '../recording.ts';
import { orThrow } from '../rows.ts';
import { aRequest, systemOver } from '../system.ts';
import { type MakeIdempotent, powertools } from './powertools.ts';
import { type Compared, compared } from './report.ts';

const TABLE = 'paywright';
const CALLERS = 64;
/** Of these the same keys are asked again and again. */
const KNOWN = 200;

/**
 * Payments under keys of their own, and then known keys again, by paywright and by Powertools, in turns on one engine of DynamoDB. Powertools
 * does its work once for a key; that work is either one item, or all that paywright writes but its claim. Undefined where
 * Powertools is not installed.
 */
export async function besidePowertools(
  dataDir: string,
  operations: number,
): Promise<readonly Compared[] | undefined> {
  const engine = await startDynamoDbEngine({ dataDir });
  const [client, theirs] = [0, 1].map(() => dynamodbClient({ region: 'us-east-1', endpoint: engine.url }));
  if (client === undefined || theirs === undefined) throw new Error('no client');
  const storage = dynamodbStorage({ client, table: TABLE });
  try {
    const idempotent = await powertools(theirs);
    if (idempotent === undefined) return undefined;
    orThrow(await migrateDynamoDb(client, TABLE));
    const system = await systemOver(storage);
    const pay = async (request = aRequest()) => orThrow(await system.processPayment(request));
    const load: Load = { callers: CALLERS, operations };
    const oneItem = await putting(theirs, idempotent, operations);
    const allItems = await writing(theirs, idempotent, operations);
    const [ours, one, all] = await measure(load, [() => pay(), oneItem.create, allItems.create]);

    const known = Array.from({ length: KNOWN }, () => aRequest());
    for (const request of known) await pay(request);
    const knownToThem = await putting(theirs, idempotent, KNOWN);
    for (const _ of known) await knownToThem.create();
    const [replay, theirReplay] = await measure({ callers: CALLERS, operations: operations * 4 }, [
      (n) => pay(known[n % KNOWN]),
      knownToThem.again,
    ]);
    return compared([
      ['a payment under a key; Powertools puts one item', ours, one],
      ['a payment under a key; Powertools writes the same items, but for the claim', ours, all],
      ['a known key again', replay, theirReplay],
    ]);
  } finally {
    await storage.close();
    theirs.destroy();
    await engine.stop();
  }
}

/** Payments under new keys, and keys that were asked before. */
type Peer = Readonly<{ create(): Promise<unknown>; again(n: number): Promise<unknown> }>;

/** The work of a handler that keeps one item: the payment as it ends, with no ledger, sums, audit or events. */
async function putting(
  client: DynamoDBDocumentClient,
  idempotent: MakeIdempotent,
  operations: number,
): Promise<Peer> {
  const histories = await historiesOf(operations);
  return once(idempotent, histories, async ([, outcome]) => {
    const payment = outcome?.payment;
    if (payment === undefined) throw new Error('the outcome has no payment');
    await client.send(new PutCommand({ TableName: TABLE, Item: paymentItem(payment.next) }));
  });
}

/** The work of a handler that keeps what paywright does, in the same two transactions; what makes it once is not in them. */
async function writing(
  client: DynamoDBDocumentClient,
  idempotent: MakeIdempotent,
  operations: number,
): Promise<Peer> {
  const raw = rawDynamoDb(client, TABLE);
  const histories = await historiesOf(operations);
  return once(idempotent, histories, (history) => raw.writeEach(history.map(withoutClaim)));
}

const withoutClaim = ({ claim: _claim, ...change }: Change): Change => change;

/** Enough for what `measure` asks of one contender, its warm-up included. */
const historiesOf = (operations: number) =>
  recorded(Math.ceil(operations * 1.1) + 10, (memory) => Promise.resolve(memory.processPayment(aRequest())));

/** A new key for every call, with the next history behind it; and the same for keys that were asked before. */
function once(
  idempotent: MakeIdempotent,
  histories: readonly (readonly Change[])[],
  work: (history: readonly Change[]) => Promise<unknown>,
): Peer {
  let made = 0;
  const create = idempotent(async ({ amount, currency, idempotencyKey }) => {
    await work(histories[made++] as readonly Change[]);
    return { id: idempotencyKey, status: 'succeeded', amount, currency };
  });
  const run = randomUUID();
  let asked = 0;
  const ask = (n: number) => create({ idempotencyKey: `${run}-${n}`, amount: 1_000 + n, currency: 'EUR' });
  return { create: () => ask(asked++), again: (n) => ask(n % asked) };
}
