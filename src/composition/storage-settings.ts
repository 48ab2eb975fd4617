/** Which storage, and where. `embedded` is started on this machine before anything is composed. */
export type StorageSettings =
  | Readonly<{ kind: 'memory' }>
  | Readonly<{ kind: 'postgres'; at: PostgresPlace | Embedded }>
  | Readonly<{ kind: 'dynamodb'; table: string; region: string; at: DynamoDbPlace | Embedded }>;

/** A storage whose place is known. */
export type PlacedStorage = Readonly<{ kind: 'memory' }> | PostgresStorage | DynamoDbStorage;

export type PostgresStorage = Readonly<{
  kind: 'postgres';
  at: PostgresPlace;
  /** Of a process that is frozen between its requests, and has one at a time. */
  ofFunction?: boolean;
}>;

export type DynamoDbStorage = Readonly<{
  kind: 'dynamodb';
  table: string;
  region: string;
  at: DynamoDbPlace;
  /** As of Postgres. */
  ofFunction?: boolean;
}>;

export type PostgresPlace =
  | Readonly<{ kind: 'url'; url: string }>
  | Readonly<{
      kind: 'aurora';
      secretArn: string;
      host: string;
      port: number;
      database: string;
      region: string;
    }>;

type DynamoDbPlace = Readonly<{ kind: 'aws' }> | Readonly<{ kind: 'endpoint'; url: string }>;

type Embedded = Readonly<{ kind: 'embedded' }>;
