import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

type Message = Readonly<Record<string, unknown>>;
type ItemOnWire = Parameters<typeof unmarshall>[0];

/** An input as DynamoDB's JSON, with its items and values as DynamoDB types them. */
export const toJson = (input: object): string =>
  JSON.stringify(withItems(input, (item) => marshall(item, { removeUndefinedValues: true })));

/** A reply with its items as plain values: whole numbers beyond 2^53 are bigint, binaries are bytes. */
export const fromJson = <Output extends object>(text: string): Output =>
  withItems(parseReply(text), (item) => unmarshall(item as ItemOnWire)) as Output;

/** A reply with its items as DynamoDB types them. */
export const parseReply = (text: string): Message =>
  JSON.parse(text, text.includes('"B"') || text.includes('"BS"') ? withBytes : undefined) as Message;

/** An attribute may have these names, but its value is an object. */
function withBytes(name: string, value: unknown): unknown {
  if (name === 'B' && typeof value === 'string') return new Uint8Array(Buffer.from(value, 'base64'));
  if (name === 'BS' && Array.isArray(value))
    return value.map((each: string) => new Uint8Array(Buffer.from(each, 'base64')));
  return value;
}

/** Where messages hold one item, or the values of an expression. */
const ITEM = new Set([
  'Key',
  'Item',
  'Attributes',
  'ExclusiveStartKey',
  'LastEvaluatedKey',
  'ExpressionAttributeValues',
]);
/** Where they hold many. */
const ITEMS = new Set(['Keys', 'Items']);
/** Where they hold something for each table, whose name may be any of these. */
const BY_TABLE = new Set(['RequestItems', 'UnprocessedKeys', 'UnprocessedItems']);

/** The message with every item in it converted. */
function withItems(message: object, convert: (item: object) => unknown): unknown {
  if (Array.isArray(message)) return message.map(part);
  const converted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(message)) converted[name] = named(name, value);
  return converted;

  function named(name: string, value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (ITEM.has(name)) return convert(value);
    if (ITEMS.has(name)) return (value as object[]).map(convert);
    if (BY_TABLE.has(name)) return byTable(value, part);
    return name === 'Responses'
      ? byTable(value, (items) => (items as object[]).map(convert))
      : withItems(value, convert);
  }

  function part(value: unknown): unknown {
    return typeof value === 'object' && value !== null ? withItems(value, convert) : value;
  }
}

const byTable = (tables: object, convert: (value: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(tables).map(([table, value]) => [table, convert(value)]));
