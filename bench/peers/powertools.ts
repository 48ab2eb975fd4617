import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** What is asked of it; `amount` and `currency` belong to the key, as a payment's terms do to a claim's fingerprint. */
type Asked = Readonly<{ idempotencyKey: string; amount: number; currency: string }>;

/** A function under the idempotency of Powertools: done once for a key, and answered as then from there on. */
export type MakeIdempotent = <Answer>(
  work: (asked: Asked) => Promise<Answer>,
) => (asked: Asked) => Promise<Answer>;

/** What is used of the package, which this repository does not depend on. */
type Idempotency = Readonly<{
  makeIdempotent<Answer>(
    work: (asked: Asked, context: LambdaContext) => Promise<Answer>,
    options: object,
  ): (asked: Asked, context: LambdaContext) => Promise<Answer>;
  IdempotencyConfig: new (options: object) => object;
}>;
type Persistence = Readonly<{ DynamoDBPersistenceLayer: new (options: object) => object }>;

type LambdaContext = Readonly<{ getRemainingTimeInMillis(): number }>;

const PACKAGE = '@aws-lambda-powertools/idempotency';
const TABLE = 'powertools';
/** As long as one of our claims is held without an answer. */
const CONTEXT: LambdaContext = { getRemainingTimeInMillis: () => 30_000 };

/**
 * Powertools over a table of its own, with a client that is ours in every setting. Its records are kept for a day, as our answers are, and the
 * same key with other terms is refused, as ours is. Undefined where the package is not installed.
 */
export async function powertools(client: DynamoDBDocumentClient): Promise<MakeIdempotent | undefined> {
  const found = await installed();
  if (found === undefined) return undefined;
  const [{ makeIdempotent, IdempotencyConfig }, { DynamoDBPersistenceLayer }] = found;
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  const persistenceStore = new DynamoDBPersistenceLayer({
    tableName: TABLE,
    awsSdkV3Client: client as unknown as DynamoDBClient,
  });
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'idempotencyKey',
    payloadValidationJmesPath: '[amount, currency]',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: 86_400,
  });
  return (work) => {
    const once = makeIdempotent(work, { persistenceStore, config });
    return (asked) => once(asked, CONTEXT);
  };
}

/** The names are no literals, so that what is not installed is no fault of types. */
async function installed(): Promise<readonly [Idempotency, Persistence] | undefined> {
  try {
    return await Promise.all([
      import(PACKAGE) as Promise<Idempotency>,
      import(`${PACKAGE}/dynamodb`) as Promise<Persistence>,
    ]);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw fault;
  }
}
