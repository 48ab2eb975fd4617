import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Item, sealedItem } from '../../src/adapters/dynamodb/items.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { digests } from '../fixtures/changes.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { AFTERWARDS, everythingStored } from '../support/everything-stored.ts';
import { itemsIn, put, remove, tamperedDynamoDb } from '../support/tampering/dynamodb.ts';
import { exceptionsOf, isExcepted, type Tampering } from '../support/tampering/exceptions.ts';

/** Every variant of every kind of item, and every attribute taken away too: minutes of work, for `npm run test:deep`. */
const IS_DEEP = process.env['PAYWRIGHT_EVERY_ITEM'] !== undefined;

type StoredItem = Awaited<ReturnType<typeof itemsIn>>[number];
type Edit = Readonly<{ removed: StoredItem; written?: StoredItem }>;

/** What an item is, by the letter of its partition and how its sort key begins. */
function kindOf(item: StoredItem): string {
  const { pk, sk } = item;
  const [merchant = '', letter = '', place = ''] = pk.split('#');
  if (merchant === '') return pk.startsWith('#E#') ? (place === 'parked' ? '#E#parked' : '#E') : pk;
  if (letter === 'X') return sk.startsWith('T#') ? 'X transaction' : 'X link';
  if (letter === 'C' && item['payment_id'] === undefined && item['transfer_id'] === undefined)
    return 'C without effect';
  if (letter === 'B') return place === '' ? 'B spent' : 'B';
  return letter;
}

/** Kinds of one partition that hold different things. */
const variantOf = (item: StoredItem): string => {
  const kind = kindOf(item);
  const [, , place] = item.pk.split('#');
  if (kind === 'A' || kind === 'C') return `${kind} ${place}`;
  if (kind === 'W') return `W ${String(item['status'])}`;
  return kind === 'E' || kind === 'EE' ? `${kind} ${String(item['type'])}` : kind;
};

const otherThan = (value: unknown): unknown => {
  if (typeof value === 'string') return `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;
  if (typeof value === 'number') return value + 1000;
  if (typeof value === 'bigint') return value + 1n;
  throw new Error(`the test does not know how to change a ${typeof value}`);
};

/** Another digit at the end of the key that tells the item from others of its kind. */
const copyOf = (item: StoredItem): StoredItem =>
  item.sk.length > 1
    ? { ...item, sk: String(otherThan(item.sk)) }
    : { ...item, pk: String(otherThan(item.pk)) };

function tamperingsWith(item: StoredItem, isFirst: boolean): readonly Tampering<Edit>[] {
  const row = kindOf(item);
  const names = Object.keys(item).filter((name) => name !== 'pk' && name !== 'sk');
  const changes = names.flatMap((part) => {
    const { [part]: value, ...others } = item;
    const isNothing = value === 0 && (row.startsWith('B') || row === 'T');
    return [
      { row, part, edit: { removed: item, written: { ...item, [part]: otherThan(value) } } },
      // A sum of nothing is no sum.
      ...(isNothing || !IS_DEEP
        ? []
        : [{ row, part, edit: { removed: item, written: others as StoredItem } }]),
    ];
  });
  const added = { row, part: 'added', edit: { removed: item, written: { ...item, forged: 'x' } } };
  return [
    ...(isFirst ? [...changes, added] : []),
    { row, part: 'deleted', edit: { removed: item } },
    { row, part: 'copied', edit: { removed: copyOf(item), written: copyOf(item) } },
  ];
}

describe('every attribute of every item on DynamoDB', () => {
  let engine: EmbeddedServer;
  let at: Awaited<ReturnType<typeof freshTable>>;
  let store: ReturnType<typeof tamperedDynamoDb>;
  let items: readonly StoredItem[];
  const exceptions = exceptionsOf('DynamoDB');

  beforeAll(async () => {
    engine = await startDynamoDbEngine({});
    at = await freshTable(engine.url);
    store = tamperedDynamoDb(at);
    await everythingStored(store.storage);
    items = await itemsIn(at);
  });
  afterAll(async () => {
    await store.close();
    await engine.stop();
  });

  const verified = () => verify({ ...store.storage, clock: { now: () => AFTERWARDS }, digests })(() => {});

  it('holds items in which nothing is wrong', async () => {
    (await verified())._unsafeUnwrap();
  });

  it('holds items that were begun before every item had its seal or its trace to none', async () => {
    const entry = items.find(({ pk }) => pk.startsWith('merchant-a#L#'));
    const schema = items.find(({ pk }) => pk === '#S');
    if (entry === undefined || schema === undefined)
      throw new Error('the store lacks what the test is about');
    const { seal: _seal, ...unsealed } = entry;
    await put(at, unsealed);
    expect((await verified())._unsafeUnwrapErr()).toMatchObject({
      row: 'ledger_entry',
      id: entry.sk,
      fault: 'edited',
      detail: 'attribute seal',
    });
    const { seal: _ofSchema, ...stored } = schema;
    await put(at, sealedItem('schema', { ...stored, sealed_since: AFTERWARDS }));
    (await verified())._unsafeUnwrap();
    await put(at, entry);
    for (const trace of items.filter(({ pk }) => pk.startsWith('merchant-a#CT#'))) await remove(at, trace);
    expect((await verified())._unsafeUnwrapErr()).toMatchObject({ row: 'claim', fault: 'orphaned' });
    await put(at, sealedItem('schema', { ...stored, claims_traced_since: AFTERWARDS }));
    (await verified())._unsafeUnwrap();
    await put(at, schema);
    for (const trace of items.filter(({ pk }) => pk.startsWith('merchant-a#CT#'))) await put(at, trace);
  });

  it('finds what is closed among what is open, but for what an older version left there', async () => {
    const closed = items.find(({ pk }) => pk.startsWith('merchant-a#AC#'));
    const schema = items.find(({ pk }) => pk === '#S');
    if (closed === undefined || schema === undefined)
      throw new Error('the store lacks what the test is about');
    const left = { ...closed, pk: closed.pk.replace('#AC#', '#A#') };
    await put(at, left);
    expect((await verified())._unsafeUnwrapErr()).toMatchObject({ id: closed.sk, detail: 'attribute pk' });
    await remove(at, closed);
    expect((await verified())._unsafeUnwrapErr()).toMatchObject({ id: closed.sk, detail: 'attribute pk' });
    const { seal: _, ...stored } = schema;
    await put(at, sealedItem('schema', { ...stored, closed_apart_since: AFTERWARDS }));
    (await verified())._unsafeUnwrap();
    await put(at, schema);
    await remove(at, left);
    await put(at, closed);
  });

  it('finds every attribute changed and every kind of item deleted or copied, but for what the decision lists', async () => {
    const unfound: string[] = [];
    const needed = new Set<string>();
    const seen = new Set<string>();
    const variants = [...new Map(items.map((item) => [variantOf(item), item])).values()];
    for (const item of variants) {
      const isFirst = !seen.has(kindOf(item));
      if (!isFirst && !IS_DEEP) continue;
      seen.add(kindOf(item));
      for (const tampering of tamperingsWith(item, isFirst)) {
        const { removed, written } = tampering.edit;
        const original = items.find(({ pk, sk }) => pk === removed.pk && sk === removed.sk);
        await (written === undefined ? remove(at, removed) : put(at, written as Item));
        const outcome = await verified();
        await (original === undefined ? remove(at, removed) : put(at, original));
        const name = `${tampering.row}.${tampering.part}`;
        if (outcome.isOk())
          if (isExcepted(exceptions, tampering)) needed.add(exceptions.has(name) ? name : tampering.row);
          else unfound.push(`${name} of ${item.pk} ${item.sk}`);
        else if (outcome.error.kind !== 'BadRow') throw new Error(`verify failed on ${name}`);
      }
    }
    expect(unfound).toEqual([]);
    expect([...exceptions].filter((name) => !needed.has(name))).toEqual([]);
  }, 600_000);
});
