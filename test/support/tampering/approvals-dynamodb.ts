import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { linkItem, vendorPaymentItem } from '../../../src/adapters/dynamodb/approvals/approval-items.ts';
import {
  approvalKey,
  kindOf,
  linkKey,
  listKey,
  PREFIX,
} from '../../../src/adapters/dynamodb/approvals/keys.ts';
import { approvalsDynamodbStorage } from '../../../src/adapters/dynamodb/approvals/storage.ts';
import type { Item } from '../../../src/adapters/dynamodb/items.ts';
import { type ItemKey, SCHEMA_KEY } from '../../../src/adapters/dynamodb/table.ts';
import { type Mutation, otherText, otherValue, type TamperedApprovals } from './approvals.ts';
import { itemsIn, put, remove } from './dynamodb.ts';

type Table = Readonly<{ client: DynamoDBDocumentClient; table: string }>;

/** A table that is this store's alone, and a hand with the console's rights. */
export function tamperedApprovalsDynamoDb(at: Table): TamperedApprovals & Readonly<{ at: Table }> {
  const storage = approvalsDynamodbStorage(at);
  return {
    at,
    storage,
    hand: {
      async writePayment(payment) {
        const { id, status, fraud } = payment;
        await put(at, vendorPaymentItem(payment, 'hand'));
        await put(at, { ...listKey('open', id), status, fraud_status: fraud.status });
        for (const approval of payment.approvals) await put(at, approvalKey(id, approval));
      },
      async writeLinks(id, links) {
        const stored = (await storage.auditLog.of(id))._unsafeUnwrap();
        for (const { sequence } of stored) await remove(at, linkKey(id, sequence));
        for (const link of links) await put(at, linkItem(link));
      },
      mutations: () => mutationsIn(at),
    },
    close: () => storage.close(),
  };
}

/** What an item is of: the letter of its partition, and in a payment's log that of its sort key. */
function kindOfItem({ pk, sk }: ItemKey): string {
  if (pk === SCHEMA_KEY.pk) return 'schema';
  const kind = kindOf(pk);
  if (kind === 'X' || kind === 'R') return `${kind} ${sk.split('#')[0] ?? ''}`;
  if (kind === 'C') return pk.startsWith(`${PREFIX}#C#record#`) ? 'C without effect' : 'C';
  return pk.endsWith('#parked') ? `${kind} parked` : kind;
}

/** Who works on what, and copies for other systems, in the place of a queue and a bus outside. */
const LEFT_OUT = ['L', 'Q', 'B'];

async function mutationsIn(at: Table): Promise<readonly Mutation[]> {
  const items = (await itemsIn(at)).filter(
    ({ pk }) => pk === SCHEMA_KEY.pk || (pk.startsWith(`${PREFIX}#`) && !LEFT_OUT.includes(kindOf(pk))),
  );
  const refusals = items.filter(({ pk }) => kindOf(pk) === 'R');
  const mutations: Mutation[] = [
    {
      title: 'all refusals deleted',
      apply: () => Promise.all(refusals.map((item) => remove(at, item))),
      undo: () => Promise.all(refusals.map((item) => put(at, item))),
    },
  ];
  const replaced = (title: string, item: Item & ItemKey, next?: Item & ItemKey) =>
    mutations.push({
      title,
      async apply() {
        await remove(at, item);
        if (next !== undefined) await put(at, next);
      },
      async undo() {
        if (next !== undefined) await remove(at, next);
        await put(at, item);
      },
    });
  for (const [kind, all] of Map.groupBy(items, kindOfItem)) {
    const attributes = new Map(all.flatMap((item) => Object.keys(item).map((name) => [name, item] as const)));
    for (const [name, item] of attributes) {
      replaced(`${kind} ${name} changed`, item, { ...item, [name]: otherValue(item[name]) });
      if (name === 'pk' || name === 'sk') continue;
      const { [name]: _, ...without } = item;
      replaced(`${kind} ${name} removed`, item, without as Item & ItemKey);
    }
    const [first] = all as [Item & ItemKey];
    replaced(`${kind} attribute added`, first, { ...first, extra: 'x' });
    replaced(`${kind} deleted`, first);
    for (const name of ['pk', 'sk'] as const) {
      const copy = { ...first, [name]: otherText(first[name]) };
      mutations.push({
        title: `${kind} inserted under another ${name}`,
        apply: () => put(at, copy),
        undo: () => remove(at, copy),
      });
    }
  }
  return mutations;
}
