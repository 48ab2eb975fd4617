import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * A merchant's trail by id. What is not of payments is rare among it, and has an index of its own that no payment pays
 * for.
 */
const INDEXES = [
  sql`CREATE INDEX audit_entry_trail ON audit_entry (merchant_id, id)`,
  sql`CREATE INDEX audit_entry_rare ON audit_entry (merchant_id, entity_type, id)
    WHERE entity_type NOT IN ('payment', 'transaction')`,
];

export const auditIndex: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const index of INDEXES) await index.execute(db);
  },
};
