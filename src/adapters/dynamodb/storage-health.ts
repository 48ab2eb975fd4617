import { errAsync, okAsync } from 'neverthrow';
import type { StorageHealth } from '../../ports/storage-health.ts';
import { describeTable } from './described-table.ts';
import { attempt } from './faults.ts';
import type { Read } from './reads.ts';
import { SCHEMA_VERSION } from './schema-item.ts';
import { SCHEMA_KEY, type Table } from './table.ts';

/** A table that changes its indexes or its settings says UPDATING and serves all the while. */
const SERVING = new Set(['ACTIVE', 'UPDATING']);

/** Well when the table was brought to this build's version or a newer one, beside which this build serves on. */
export const dynamodbStorageHealth = (table: Table, read: Read): StorageHealth => ({
  name: 'dynamodb',
  check: () =>
    attempt(async () => {
      const status = (await describeTable(table))?.TableStatus;
      if (status === undefined || !SERVING.has(status)) return status ?? 'none';
      const version = (await read(SCHEMA_KEY))?.['version'];
      return typeof version === 'number' ? version : 'none';
    }).andThen((found) =>
      typeof found === 'number' && found >= SCHEMA_VERSION
        ? okAsync(undefined)
        : errAsync({ kind: 'SchemaOutdated' as const, found: `${found}`, needed: `${SCHEMA_VERSION}` }),
    ),
});
