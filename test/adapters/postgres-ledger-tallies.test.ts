import pg from 'pg';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  applyMigrations,
  migratePostgres,
  PLATFORM_MIGRATIONS,
} from '../../src/adapters/postgres/migrate.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import type { LedgerEntry } from '../../src/domain/ledger/ledger.ts';
import { aMerchantId, anOpening, aSuccess, NOON } from '../fixtures/changes.ts';
import { eventually } from '../support/eventually.ts';
import { sortedTallies, tallied } from '../support/ledger-tallies.ts';
import { plainRole } from '../support/postgres-roles.ts';
import { emptyDatabases } from '../support/previous-version.ts';

const databases = emptyDatabases();
afterEach(() => databases.endPools());
afterAll(() => databases.close());

const DAY = 86_400_000;
const NAME = '028-ledger-tallies';

const migrationsWhere = (isOf: (name: string) => boolean) => ({
  ...PLATFORM_MIGRATIONS,
  hashes: Object.fromEntries(Object.entries(PLATFORM_MIGRATIONS.hashes).filter(([name]) => isOf(name))),
});
/** What the version before this migration knew. */
const BEFORE = migrationsWhere((name) => name < NAME);
/** This one alone, as later ones wait for tables of which a call under way has locks. */
const THIS = migrationsWhere((name) => name <= NAME);

/** A database that the version before has made and goes on to serve. */
async function served() {
  const url = await databases.url();
  const pool = databases.pool(url);
  (await applyMigrations(pool, BEFORE))._unsafeUnwrap();
  return { url, pool, storage: postgresStorage(pool) };
}

type Served = Awaited<ReturnType<typeof served>>;

async function paid(
  { storage }: Pick<Served, 'storage'>,
  createdAt = NOON,
  fee: bigint | undefined = 7n,
): Promise<readonly LedgerEntry[]> {
  const opening = anOpening({ createdAt });
  (await storage.commits.commit(opening.change))._unsafeUnwrap();
  const success = aSuccess(opening, undefined, fee);
  (await storage.commits.commit(success))._unsafeUnwrap();
  return success.entries;
}

const kept = async ({ storage }: Pick<Served, 'storage'>, merchantId: MerchantId = aMerchantId()) =>
  sortedTallies((await storage.ledgerTallies.of(merchantId, {}))._unsafeUnwrap());

describe('ledger tallies of a database that an older version made', () => {
  it('are of all entries that are there, and of those that the older version posts beside this one', async () => {
    const old = await served();
    const entries = [
      ...(await paid(old)),
      ...(await paid(old, NOON + DAY)),
      ...(await paid(old, NOON + DAY)),
    ];
    expect((await migratePostgres(old.pool))._unsafeUnwrap()).toContain(NAME);
    expect(await kept(old)).toEqual(tallied(entries));
    entries.push(...(await paid(old, NOON + DAY)));
    expect(await kept(old)).toEqual(tallied(entries));
  });

  it('have the entries of a call that began before the migration and posts after it', async () => {
    const old = await served();
    const opening = anOpening();
    (await old.storage.commits.commit(opening.change))._unsafeUnwrap();
    const holding = new pg.Client({ connectionString: old.url });
    await holding.connect();
    const before = await paid(old);
    // The call is under way, past what it locks first, when it comes to a table that is held.
    await holding.query('BEGIN; LOCK TABLE audit_entry IN SHARE ROW EXCLUSIVE MODE');
    const success = aSuccess(opening, undefined, 9n);
    const committing = old.storage.commits.commit(success);
    const waits = async (relation: string) =>
      (await holding.query(`SELECT FROM pg_locks WHERE NOT granted AND relation = '${relation}'::regclass`))
        .rowCount;
    await eventually(async () => expect(await waits('audit_entry')).toBe(1));
    (await applyMigrations(databases.pool(old.url), THIS))._unsafeUnwrap();
    await holding.query('COMMIT');
    (await committing)._unsafeUnwrap();
    await holding.end();
    expect(await kept(old)).toEqual(tallied([...before, ...success.entries]));
  });

  it('miss none of what is posted while the migration runs', async () => {
    const old = await served();
    const entries: LedgerEntry[] = [];
    let isDone = false;
    const posting = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!isDone) entries.push(...(await paid(old)));
      }),
    );
    await eventually(() => expect(entries.length).toBeGreaterThan(20));
    (await migratePostgres(databases.pool(old.url)))._unsafeUnwrap();
    const known = entries.length;
    await eventually(() => expect(entries.length).toBeGreaterThan(known + 20));
    isDone = true;
    await posting;
    expect(await kept(old)).toEqual(tallied(entries));
  });

  it('are added to by a role that was granted nothing of them, as the older version’s is', async () => {
    const old = await served();
    const role = await plainRole(old.url);
    const serving = { storage: postgresStorage(databases.pool(role.url)) };
    const entries = [...(await paid(serving))];
    (await migratePostgres(old.pool))._unsafeUnwrap();
    entries.push(...(await paid(serving)));
    expect(await kept(old)).toEqual(tallied(entries));
  });
});

it('a commit that posts no fee and no dispute writes no ledger tally', async () => {
  const pool = databases.pool(await databases.url());
  (await migratePostgres(pool))._unsafeUnwrap();
  await paid({ storage: postgresStorage(pool) }, NOON, 0n);
  expect((await pool.query('SELECT FROM ledger_tally')).rowCount).toBe(0);
  expect((await pool.query('SELECT FROM ledger_entry')).rowCount).toBe(1);
});
