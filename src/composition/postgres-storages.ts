import { okAsync, ResultAsync } from 'neverthrow';
import { APPROVALS_MIGRATIONS, migrateApprovals } from '../adapters/postgres/approvals/migrate.ts';
import { approvalsPostgresStorage } from '../adapters/postgres/approvals/storage.ts';
import { migratePostgres, PLATFORM_MIGRATIONS } from '../adapters/postgres/migrate.ts';
import { dropIdle, gateOf, postgresPool } from '../adapters/postgres/pool.ts';
import { rotateCredentials } from '../adapters/postgres/rotating-credentials.ts';
import { postgresTime } from '../adapters/postgres/server-time.ts';
import { APPROVALS_GRANTS, PLATFORM_GRANTS, servingRisks } from '../adapters/postgres/serving-role.ts';
import { postgresStorage } from '../adapters/postgres/storage.ts';
import type { PostgresWakeUps } from '../adapters/postgres/wake-ups.ts';
import { wakeUpsOfProcess } from '../adapters/shared/local-wake-ups.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import { databaseCredentials, secretPlaceRisks } from './aws-on-demand.ts';
import type { AnyStorage, OpenStorage } from './open-storage.ts';
import type { PostgresPlace, PostgresStorage } from './storage-settings.ts';

type Pool = ReturnType<typeof postgresPool>;

/** One request at a time reads on two connections side by side, and a thousand instances have two each (docs/decisions/0032). */
const FUNCTION_POOL = { max: 2 };

/** How one service is stored over a pool. */
type Adapters<Stored> = Readonly<{
  storage: (pool: Pool, wakeUps?: PostgresWakeUps) => Stored;
  migrate: (pool: Pool) => ReturnType<OpenStorage['migrate']>;
  risks: (pool: Pool) => ReturnType<OpenStorage['risks']>;
}>;

function opened<Stored extends AnyStorage>(
  { at, ofFunction = false }: PostgresStorage,
  { storage, migrate, risks: risksOf }: Adapters<Stored>,
): OpenStorage<Stored> {
  const pool = poolAt(at, ofFunction ? FUNCTION_POOL : {});
  return {
    storage: ofFunction ? storage(pool, wakeUpsOfProcess()) : storage(pool),
    migrate: () => migrate(pool),
    risks: () => secretRisks(at).andThen((risks) => risksOf(pool).map((more) => [...risks, ...more])),
    dropIdle: () => dropIdle(pool),
    time: () => postgresTime(pool),
    poolUse: () => ({
      inUse: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount + (gateOf(pool)?.waiting() ?? 0),
    }),
  };
}

/** Connects when first asked something, as `openApprovalsPostgres` does. */
export const openPostgres = (storage: PostgresStorage): OpenStorage =>
  opened(storage, {
    storage: postgresStorage,
    migrate: migratePostgres,
    risks: (pool) => servingRisks(pool, PLATFORM_MIGRATIONS, PLATFORM_GRANTS),
  });

export const openApprovalsPostgres = (storage: PostgresStorage): OpenStorage<ApprovalsStorage> =>
  opened(storage, {
    storage: approvalsPostgresStorage,
    migrate: migrateApprovals,
    risks: (pool) => servingRisks(pool, APPROVALS_MIGRATIONS, APPROVALS_GRANTS),
  });

/** Credentials that are fetched are fetched from somewhere. */
const secretRisks = (place: PostgresPlace): ReturnType<OpenStorage['risks']> =>
  place.kind === 'url'
    ? okAsync([])
    : ResultAsync.fromPromise(
        secretPlaceRisks(place),
        (cause): StorageUnavailable => ({ kind: 'StorageUnavailable', cause }),
      );

/** A pool of one service's own, under credentials that may rotate. */
export function poolAt(place: PostgresPlace, terms: Readonly<{ max?: number }>): Pool {
  if (place.kind === 'url') return postgresPool({ connectionString: place.url, ...terms });
  const { host, port, database } = place;
  return rotateCredentials(
    postgresPool({ host, port, database, password: '', ssl: { rejectUnauthorized: true }, ...terms }),
    databaseCredentials(place),
  );
}
