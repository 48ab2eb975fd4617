import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ResultAsync } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { describeTable } from './described-table.ts';
import { attempt, withRetry } from './faults.ts';
import type { FinderKind } from './finders.ts';
import type { Item } from './items.ts';
import { makeLateFinders, makeOldFinders } from './migrate-finders.ts';
import { tallyEntries, tallyLateEntries } from './migrate-ledger-tallies.ts';
import { moveOldEvents } from './migrate-outbox.ts';
import { addTrailIndex, placeOldLinks } from './migrate-trail.ts';
import { OLDER_VERSION_MS, putSchema, SCHEMA_VERSION, schemaItem } from './schema-item.ts';
import { type Table, TTL_ATTRIBUTE, tableOf } from './table.ts';
import { tableDefinition } from './table-definition.ts';

/** From this version on every audit link is written with its place in the trail index. */
const TRAIL_SINCE = 2;
/** From this version on every event is in the shard of its payment. */
const EVENT_SHARDS_SINCE = 3;
/** From this version on every item that no audit chain tells all of has its seal. */
const SEALS_SINCE = 4;
/** From this version on the claims of approvals have theirs. */
const CLAIM_SEALS_SINCE = 5;
/** From this version on how the delivery of a refused event goes has its seal. */
const FAILURE_SEALS_SINCE = 6;
/** From this version on the events of approvals that were sent are noted. */
const SENT_EVENTS_SINCE = 7;
/** From this version on every claim without an effect has its trace beside it, in both services. */
const CLAIM_TRACES_SINCE = 8;
/** From this version on what is closed stands among what is closed. */
const CLOSED_APART_SINCE = 8;
/** From this version on every payment has the finders of its customer and of its metadata. */
const FINDERS_SINCE = 9;
/** From this version on every entry that is tallied is in its tally. */
const LEDGER_TALLIES_SINCE = 10;
/** From this version on every payment has the finder of its amount. */
const AMOUNTS_SINCE = 11;
/** From this version on audit links are read in their short form, in which they are written once the version before is gone. */
const SHORT_LINKS_SINCE = 12;

const FINDERS: Readonly<Record<FinderKind, number>> = { of_more: FINDERS_SINCE, of_amount: AMOUNTS_SINCE };
/** What a table says in which no payment lacks a finder. */
const ALL_FOUND: Item = { finders_since: 0, amounts_since: 0 };

/**
 * Makes the table, or brings it up to this build. Safe to run twice and by several at once. Gives the names of what
 * this run applied.
 */
export const migrateDynamoDb = (
  client: DynamoDBDocumentClient,
  name: string,
): ResultAsync<readonly string[], StorageUnavailable> =>
  attempt(async () => {
    const table = tableOf({ client, table: name });
    const isCreated = await createIfAbsent(table);
    await untilActive(table);
    const isNew = isCreated || (await isEmpty(table));
    const isIndexed = await addTrailIndex(table, (await describeTable(table))?.GlobalSecondaryIndexes ?? []);
    if (isIndexed) await untilActive(table);
    const isExpiring = await enableTimeToLive(table);
    const isPlaced = !isNew && (await schemaOf(table)) < TRAIL_SINCE && (await placeOldLinks(table));
    const isMoved = !isNew && (await schemaOf(table)) < EVENT_SHARDS_SINCE && (await moveOldEvents(table));
    const version = isNew ? SCHEMA_VERSION : await schemaOf(table);
    const made: Item[] = [];
    for (const [kind, since] of Object.entries(FINDERS) as readonly [FinderKind, number][])
      if (version < since) made.push(await makeOldFinders(table, kind));
    const finders = isNew ? ALL_FOUND : Object.assign({}, ...made);
    const isTallied = version < LEDGER_TALLIES_SINCE && (await tallyEntries(table));
    const sealedSince = (since: number): Instant => (version < since ? Date.now() + OLDER_VERSION_MS : 0);
    const times = {
      sealed_since: sealedSince(SEALS_SINCE),
      claims_sealed_since: sealedSince(CLAIM_SEALS_SINCE),
      failures_sealed_since: sealedSince(FAILURE_SEALS_SINCE),
      events_noted_since: sealedSince(SENT_EVENTS_SINCE),
      claims_traced_since: sealedSince(CLAIM_TRACES_SINCE),
      closed_apart_since: sealedSince(CLOSED_APART_SINCE),
      ledger_tallied_since: sealedSince(LEDGER_TALLIES_SINCE),
      links_short_since: sealedSince(SHORT_LINKS_SINCE),
    };
    const isMarked = await markSchema(table, times, finders);
    const filled: boolean[] = [];
    for (const kind of Object.keys(FINDERS) as readonly FinderKind[])
      filled.push(await makeLateFinders(table, kind, Date.now()));
    const isTalliedLate = await tallyLateEntries(table, Date.now());
    return [
      ...(isCreated ? ['create-table'] : []),
      ...(isIndexed ? ['add-trail-index'] : []),
      ...(isExpiring ? ['enable-time-to-live'] : []),
      ...(isPlaced ? ['place-old-links'] : []),
      ...(isMoved ? ['move-old-events'] : []),
      ...(made.length > 0 ? ['make-old-finders'] : []),
      ...(isTallied ? ['tally-old-entries'] : []),
      ...(isMarked ? [`schema-${SCHEMA_VERSION}`] : []),
      ...(filled.includes(true) ? ['make-late-finders'] : []),
      ...(isTalliedLate ? ['tally-late-entries'] : []),
    ];
  });

async function createIfAbsent(table: Table): Promise<boolean> {
  if ((await describeTable(table)) !== undefined) return false;
  try {
    await table.client.send(new CreateTableCommand(tableDefinition(table.name)));
    return true;
  } catch (fault) {
    if ((fault as Error).name === 'ResourceInUseException') return false;
    throw fault;
  }
}

async function untilActive(table: Table): Promise<void> {
  for (const deadline = performance.now() + 120_000; performance.now() < deadline; ) {
    const described = await describeTable(table);
    const indexes = described?.GlobalSecondaryIndexes ?? [];
    if (described?.TableStatus === 'ACTIVE' && indexes.every(({ IndexStatus }) => IndexStatus === 'ACTIVE'))
      return;
    await new Promise((wait) => setTimeout(wait, 500));
  }
  throw Object.assign(new Error(`table ${table.name} does not become active`), { name: 'TimeoutError' });
}

async function enableTimeToLive(table: Table): Promise<boolean> {
  if (await isExpiring(table)) return false;
  try {
    await table.client.send(
      new UpdateTimeToLiveCommand({
        TableName: table.name,
        TimeToLiveSpecification: { AttributeName: TTL_ATTRIBUTE, Enabled: true },
      }),
    );
    return true;
  } catch (fault) {
    // A rival may have done it since we looked; DynamoDB calls that a wrong request.
    if (await isExpiring(table)) return false;
    throw fault;
  }
}

async function isExpiring(table: Table): Promise<boolean> {
  const { TimeToLiveDescription } = await withRetry(table, (abortSignal) =>
    table.client.send(new DescribeTimeToLiveCommand({ TableName: table.name }), { abortSignal }),
  );
  const status = TimeToLiveDescription?.TimeToLiveStatus;
  return status === 'ENABLED' || status === 'ENABLING';
}

/** The version that the table was last brought to; 0 for none. */
const schemaOf = async (table: Table): Promise<number> => Number((await schemaItem(table))?.['version'] ?? 0);

/** A table that holds nothing has nothing of an older version. */
const isEmpty = async (table: Table): Promise<boolean> =>
  withRetry(table, async (abortSignal) => {
    const scanned = await table.call(
      'Scan',
      { TableName: table.name, Limit: 1, ConsistentRead: true },
      abortSignal,
    );
    return scanned.Items?.length === 0 && scanned.LastEvaluatedKey === undefined;
  });

/**
 * Never lowers the version: an old build must not undo what a newer one did. Times that stand there stay, but for those of finders,
 * which are this run's. A rival that was faster is met at the next turn.
 */
async function markSchema(
  table: Table,
  since: Readonly<Record<string, Instant>>,
  finders: Item,
): Promise<boolean> {
  for (;;) {
    const stored = await schemaItem(table);
    if (Number(stored?.['version'] ?? 0) >= SCHEMA_VERSION) return false;
    const { finders_at: _, amounts_at: __, ...times }: Item = { ...since, ...stored, ...finders };
    if (await putSchema(table, { ...times, version: SCHEMA_VERSION }, 'version', stored)) return true;
  }
}
