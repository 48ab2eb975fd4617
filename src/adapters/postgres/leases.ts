import type pg from 'pg';
import type { Lease, Leases } from '../../ports/leases.ts';
import { withRetry } from './faults.ts';
import { findAll } from './reads.ts';

/** In one statement, whose rows are locked in the order of their names. */
const hold = (lease: string) => `
  INSERT INTO ${lease} AS l (name, holder, until)
  SELECT name, $2, $4 FROM unnest($1::text[]) WITH ORDINALITY AS wanted(name, n) ORDER BY n
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
  WHERE l.until <= $3 OR l.holder = excluded.holder
  RETURNING name`;

/** In `${schema}lease`; a schema is named with its dot. */
export const postgresLeases = (pool: pg.Pool, schema = ''): Leases => ({
  hold: (names, holder, now, until) =>
    findAll(
      pool,
      {
        name: `${schema}hold_leases`,
        text: hold(`${schema}lease`),
        values: [[...new Set(names)].toSorted(), holder, new Date(now), new Date(until)],
      },
      ({ name }: Pick<Lease, 'name'>) => name,
    ),
  holders: (prefix, now) =>
    findAll(
      pool,
      {
        name: `${schema}lease_holders`,
        text: `SELECT name, holder, until FROM ${schema}lease
          WHERE starts_with(name, $1) AND until > $2 ORDER BY name`,
        values: [prefix, new Date(now)],
      },
      (lease: Lease) => lease,
    ),
  release: (names, holder) =>
    withRetry(() =>
      pool.query({
        name: `${schema}release_leases`,
        text: `DELETE FROM ${schema}lease WHERE name = ANY ($1::text[]) AND holder = $2`,
        values: [names, holder],
      }),
    ).map(() => undefined),
});
