import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Rows are renewed over and over, so their pages leave half their room to heap-only updates. */
const LEASE = sql`CREATE TABLE lease (
  name text COLLATE "C" PRIMARY KEY,
  holder text COLLATE "C" NOT NULL,
  until timestamptz NOT NULL
) WITH (fillfactor = 50)`;

export const leases: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await LEASE.execute(db);
  },
};
