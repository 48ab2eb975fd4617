import { sql } from 'kysely';
import type pg from 'pg';
import type { Outbox } from '../../ports/outbox.ts';
import { patiently } from './faults.ts';
import { queriesOn } from './migrate.ts';
import { eventFromRow } from './rows.ts';

/** The table holds unsent events only, so the oldest rows are the oldest unsent. */
export function postgresOutbox(pool: pg.Pool): Outbox {
  const db = queriesOn(pool);
  return {
    unsent: (limit) =>
      patiently(() =>
        db
          .selectFrom('outbox')
          .select([
            'id',
            'type',
            'merchant_id',
            'payment_id',
            'created_at',
            sql<string>`data::text`.as('data'),
          ])
          .orderBy('id')
          .limit(limit)
          .execute(),
      ).map((rows) => rows.map(eventFromRow)),
  };
}
