import { ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TTL_ATTRIBUTE } from '../../src/adapters/dynamodb/table.ts';

/** What DynamoDB stores beside an item's attributes. */
const OVERHEAD_BYTES = 100;

/** What all items of a table take that do not expire, by DynamoDB's rules for sizes. */
export async function keptBytes(client: DynamoDBDocumentClient, table: string): Promise<number> {
  let bytes = 0;
  for (let from: Record<string, unknown> | undefined; ; ) {
    const page = (await client.send(
      new ScanCommand({ TableName: table, ExclusiveStartKey: from as never }) as never,
    )) as unknown as Readonly<{ Items?: readonly object[]; LastEvaluatedKey?: Record<string, unknown> }>;
    for (const item of page.Items ?? [])
      if (!(TTL_ATTRIBUTE in item)) bytes += OVERHEAD_BYTES + attributesSize(item);
    from = page.LastEvaluatedKey;
    if (from === undefined) return bytes;
  }
}

const attributesSize = (attributes: object): number =>
  Object.entries(attributes).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value), 0);

/** Of an attribute as the wire has it: a type's letter with the value. */
function sizeOf(attribute: unknown): number {
  const [[type, value] = ['NULL', true]] = Object.entries(attribute as object);
  switch (type) {
    case 'S':
      return Buffer.byteLength(value as string);
    case 'N':
      return Math.ceil(String(value).length / 2) + 1;
    case 'B':
      return (value as Uint8Array).length;
    case 'L':
      return 3 + (value as readonly unknown[]).reduce<number>((sum, each) => sum + 1 + sizeOf(each), 0);
    case 'M':
      return 3 + Object.keys(value as object).length + attributesSize(value as object);
    default:
      return 1;
  }
}
