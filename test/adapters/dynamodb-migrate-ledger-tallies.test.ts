import { GetCommand, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Item, sealedItem } from '../../src/adapters/dynamodb/items.ts';
import { ledgerItem } from '../../src/adapters/dynamodb/ledger-items.ts';
import { ledgerTallyAdditions } from '../../src/adapters/dynamodb/ledger-tallies.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { updateOf } from '../../src/adapters/dynamodb/sums.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import type { LedgerEntry } from '../../src/domain/ledger/ledger.ts';
import { aMerchantId, anOpening, aSuccess, digests } from '../fixtures/changes.ts';
import { awsError, tamperWith } from '../support/dynamodb-faults.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { sortedTallies, tallied } from '../support/ledger-tallies.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

const HOUR_MS = 3_600_000;
const Key = { pk: '#S', sk: 'schema' };

describe('entries that an older version posted on DynamoDB', () => {
  let at: Awaited<ReturnType<typeof freshTable>>;
  /** How many entries may still be tallied by a migration. */
  let left: number;
  const start = Date.now();

  beforeEach(async () => {
    vi.useFakeTimers({ now: start, toFake: ['Date'] });
    at = await freshTable(engine.url);
    const { Item: found } = await at.client.send(new GetCommand({ TableName: at.table, Key }));
    const { seal: _, ledger_tallied_since: __, ...schema } = found as Item;
    const Item = sealedItem('schema', { ...schema, version: 9 });
    await at.client.send(new PutCommand({ TableName: at.table, Item }));
    left = Number.POSITIVE_INFINITY;
    const sent: Promise<unknown>[] = [];
    tamperWith(at.client, async ({ operation, body }, send) => {
      const isMigration = operation === 'TransactWriteItems' && JSON.stringify(body).includes('SET tallied');
      if (!isMigration) return send(body);
      if ((left -= 1) < 0) {
        // A run breaks off behind what was on its way.
        await Promise.all(sent);
        return awsError('ValidationException');
      }
      const reply = send(body);
      sent.push(reply);
      return reply;
    });
  });
  afterEach(() => vi.useRealTimers());

  const applied = async () => (await migrateDynamoDb(at.client, at.table))._unsafeUnwrap();

  /** A payment with a fee; where an older version took it, the fee is in no tally. */
  async function taken(n: number, isOld: boolean): Promise<readonly LedgerEntry[]> {
    const { commits } = dynamodbStorage(at);
    const opening = anOpening({ createdAt: Date.now() + n });
    (await commits.commit(opening.change))._unsafeUnwrap();
    const success = aSuccess(opening, undefined, BigInt(n + 1));
    (await commits.commit(success))._unsafeUnwrap();
    if (!isOld) return success.entries;
    for (const entry of success.entries) {
      const { tallied: _, ...Item } = ledgerItem(entry) as Item & { tallied?: number };
      await at.client.send(new PutCommand({ TableName: at.table, Item }));
    }
    for (const { key, amounts } of ledgerTallyAdditions(success.entries)) {
      const taking = Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, -amount]));
      await at.client.send(new UpdateCommand(updateOf(at.table, { key, amounts: taking })));
    }
    return success.entries;
  }

  const many = async (isOld: readonly boolean[]) =>
    (await Promise.all(isOld.map((each, n) => taken(n, each)))).flat();

  const kept = async () =>
    sortedTallies((await dynamodbStorage(at).ledgerTallies.of(aMerchantId(), {}))._unsafeUnwrap());

  const verified = (now: number) =>
    verify({ ...dynamodbStorage(at), clock: { now: () => now }, digests })(() => {});

  it('are tallied once, by any number of migrations and beside commits, and those it posts meanwhile a day later', async () => {
    const entries = [...(await many([true, true, true]))];
    const beside: LedgerEntry[] = [];
    const [runs] = await Promise.all([
      Promise.all([applied(), applied(), applied()]),
      many([false, false, false]).then((posted) => beside.push(...posted)),
    ]);
    expect(new Set(runs.flat())).toEqual(new Set(['make-old-finders', 'tally-old-entries', 'schema-12']));
    entries.push(...beside);
    expect(await kept()).toEqual(tallied(entries));
    vi.setSystemTime(start + HOUR_MS);
    const late = await taken(9, true);
    expect(await kept()).toEqual(tallied(entries));
    expect(await applied()).toEqual([]);
    (await verified(start + 2 * HOUR_MS))._unsafeUnwrap();
    vi.setSystemTime(start + 25 * HOUR_MS);
    expect(await applied()).toEqual(['make-late-finders', 'tally-late-entries']);
    expect(await applied()).toEqual([]);
    expect(await kept()).toEqual(tallied([...entries, ...late]));
    (await verified(start + 26 * HOUR_MS))._unsafeUnwrap();
  });

  it('are each in once after runs that break off, one going on where another did', async () => {
    const entries = await many(Array.from({ length: 20 }, () => true));
    left = 5;
    await expect(applied()).rejects.toThrow('ValidationException');
    const part = (await kept()).reduce((sum, { count }) => sum + count, 0);
    expect(part).toBeGreaterThan(0);
    expect(part).toBeLessThan(20);
    left = Number.POSITIVE_INFINITY;
    expect(await applied()).toEqual(['make-old-finders', 'tally-old-entries', 'schema-12']);
    expect(await kept()).toEqual(tallied(entries));
  });

  it('may be in no tally until the migration has run behind them, and not afterwards', async () => {
    await taken(0, true);
    await applied();
    vi.setSystemTime(start + 25 * HOUR_MS);
    expect(await applied()).toEqual(['make-late-finders', 'tally-late-entries']);
    const [, fee] = await taken(1, true);
    const found = (await verified(start + 26 * HOUR_MS))._unsafeUnwrapErr();
    expect(found).toMatchObject({
      row: 'ledger_entry',
      id: fee?.id,
      fault: 'edited',
      detail: 'attribute tallied',
    });
  });

  it('of other types are left as they are', async () => {
    await taken(0, true);
    await applied();
    const { Items = [] } = await at.client.send(new ScanCommand({ TableName: at.table }));
    const marked = Items.filter(({ tallied: mark }) => mark !== undefined).map(({ record }) =>
      String(record),
    );
    expect(marked.map((record) => (JSON.parse(record) as { type: string }).type)).toEqual(['fee']);
  });
});
