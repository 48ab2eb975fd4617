import type { AwsRequest } from './aws-proxy.ts';

/**
 * One thing that a request asks, as IAM sees it: the action, what of (`table`, `dueIndex`, `bucket`, `objects`, or the name that a queue,
 * a bus, a secret or a key was given), and the partition key of the item, if it is about one.
 */
export type AwsCall = Readonly<{ action: string; of: string; key?: string }>;

/** What names of queues, buses, secrets and keys stand for. */
export type Named = ReadonlyMap<string, string>;

type Json = Readonly<Record<string, unknown>>;

/** All that one request asks. Throws at a request that is not known here, and at a resource that was given no name. */
export function callsOf({ method, url, action, body }: AwsRequest, named: Named): readonly AwsCall[] {
  const [service = '', operation = ''] = action.split('.');
  if (action === '') return [objectCall(method, url)];
  const input = JSON.parse(body.toString()) as Json;
  const one = (name: string, resource: unknown): readonly AwsCall[] => {
    const of = named.get(String(resource));
    if (of === undefined) throw new Error(`${action} asks ${String(resource)}, which stands for nothing`);
    return [{ action: name, of }];
  };
  switch (service) {
    case 'DynamoDB_20120810':
      return itemCalls(operation, input);
    case 'AmazonSQS':
      // A batch needs the right to each of its entries.
      return one(`sqs:${operation.replace(/Batch$/, '')}`, input['QueueUrl']);
    case 'AWSEvents':
      return operation === 'PutEvents'
        ? (input['Entries'] as readonly Json[]).flatMap((entry) =>
            one('events:PutEvents', entry['EventBusName']),
          )
        : one(`events:${operation}`, input['Name']);
    case 'secretsmanager':
      return one(`secretsmanager:${operation}`, input['SecretId']);
    case 'TrentService':
      return one(`kms:${operation}`, input['KeyId']);
    default:
      throw new Error(`${action} is of no service that is known here`);
  }
}

function objectCall(method: string, url: string): AwsCall {
  const { pathname, searchParams } = new URL(url, 'http://bucket');
  const isObject = /^\/[^/]+\/./.test(pathname);
  const query = (name: string) => searchParams.has(name);
  const action = isObject ? objectAction(method, query) : bucketAction(method, query);
  if (action === undefined) throw new Error(`${method} ${url} asks S3 what is not known here`);
  return { action: `s3:${action}`, of: isObject ? 'objects' : 'bucket' };
}

type Asks = (name: string) => boolean;

/** All steps of an upload but listing and giving up need `PutObject`. */
function objectAction(method: string, query: Asks): string | undefined {
  if (method === 'GET' && query('uploadId')) return 'ListMultipartUploadParts';
  if (method === 'DELETE') return query('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'GET' || method === 'HEAD') return 'GetObject';
  return method === 'PUT' || method === 'POST' ? 'PutObject' : undefined;
}

function bucketAction(method: string, query: Asks): string | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  return query('uploads') ? 'ListBucketMultipartUploads' : 'ListBucket';
}

const IN_TRANSACTIONS = {
  ConditionCheck: 'ConditionCheckItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
} as const;

function itemCalls(operation: string, input: Json): readonly AwsCall[] {
  const action = `dynamodb:${operation}`;
  const index = input['IndexName'] as string | undefined;
  const of = index === undefined ? 'table' : `${index}Index`;
  switch (operation) {
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return (input['TransactItems'] as readonly Json[]).flatMap((item) =>
        Object.entries(item).map(([kind, about]) => ({
          action: `dynamodb:${IN_TRANSACTIONS[kind as keyof typeof IN_TRANSACTIONS]}`,
          of,
          key: keyOf(about as Json),
        })),
      );
    case 'BatchGetItem':
      return Object.values(input['RequestItems'] as Json).flatMap((table) =>
        ((table as Json)['Keys'] as readonly Json[]).map((Key) => ({ action, of, key: keyOf({ Key }) })),
      );
    case 'BatchWriteItem':
      return Object.values(input['RequestItems'] as Json).flatMap((requests) =>
        (requests as readonly Json[]).map(({ PutRequest, DeleteRequest }) => ({
          action,
          of,
          key: keyOf((PutRequest ?? DeleteRequest) as Json),
        })),
      );
    case 'Query':
      // Of an index it is the index's own, which may be a number.
      return of !== 'table' ? [{ action, of }] : [{ action, of, key: partitionAsked(input) }];
    case 'DeleteItem':
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
      return [{ action, of, key: keyOf(input) }];
    default:
      return [{ action, of }];
  }
}

const textIn = (attributes: unknown, name: string): string => {
  const { S } = ((attributes as Json)[name] ?? {}) as { S?: string };
  if (S === undefined) throw new Error(`${JSON.stringify(attributes)} has no text ${name}`);
  return S;
};

const keyOf = ({ Key, Item }: Json): string => textIn(Key ?? Item, 'pk');

function partitionAsked({ KeyConditionExpression, ExpressionAttributeValues }: Json): string {
  const [, name = ''] = /\bpk = (:\w+)/.exec(String(KeyConditionExpression)) ?? [];
  return textIn(ExpressionAttributeValues, name);
}

/**
 * The partition keys of one kind, as a condition on `dynamodb:LeadingKeys` names them: a tenant's with `*` for the tenant and for what
 * follows the kind, the kind of aggregate aside.
 */
export function leadingKey(pk: string): string {
  const [tenant, kind = '', ...rest] = pk.split('#');
  const owner = tenant === '' ? '' : '*';
  if (rest.length === 0) return `${owner}#${kind}`;
  return kind === 'A' || kind === 'AC' ? `${owner}#${kind}#${rest[0]}` : `${owner}#${kind}#*`;
}
