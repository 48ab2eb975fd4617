import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ItemKey } from './table.ts';

/**
 * Numbers that are added to an item's own, together; an item or a number that is not there counts as 0. DynamoDB adds up
 * to 38 digits without losing one.
 */
export type Addition = Readonly<{ key: ItemKey; amounts: Readonly<Record<string, bigint>> }>;

/** One addition for each item: a transaction takes no two of one. Those that add nothing are left out. */
export function merged(additions: readonly Addition[]): readonly Addition[] {
  const byItem = new Map<string, Addition>();
  for (const { key, amounts } of additions) {
    const text = `${key.pk} ${key.sk}`;
    const sums: Record<string, bigint> = { ...byItem.get(text)?.amounts };
    for (const [name, amount] of Object.entries(amounts)) sums[name] = (sums[name] ?? 0n) + amount;
    byItem.set(text, { key, amounts: sums });
  }
  return [...byItem.values()].filter(({ amounts }) => Object.keys(amounts).length > 0);
}

type Update = NonNullable<NonNullable<TransactWriteCommandInput['TransactItems']>[number]['Update']>;

/** `ADD` may be done once only: a write that may be repeated needs a guard beside it. */
export function updateOf(table: string, { key, amounts }: Addition): Update {
  const added = Object.entries(amounts);
  return {
    TableName: table,
    Key: key,
    UpdateExpression: `ADD ${added.map((_, index) => `#a${index} :a${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(added.map(([name], index) => [`#a${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(added.map(([, amount], index) => [`:a${index}`, amount])),
  };
}
