import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { auroraCredentials } from '../adapters/aws/secrets.ts';
import { migratePostgres } from '../adapters/postgres/migrate.ts';
import { ownsTables } from '../adapters/postgres/ownership.ts';
import { postgresPool } from '../adapters/postgres/pool.ts';
import { rotateCredentials } from '../adapters/postgres/rotating-credentials.ts';
import { postgresStorage } from '../adapters/postgres/storage.ts';
import type { PoolUse } from './open-storage.ts';
import { storageModule } from './storage-module.ts';
import type { PostgresPlace } from './storage-settings.ts';

/** Connects when first asked something. */
export const postgresModule = (place: PostgresPlace) =>
  storageModule(() => {
    const pool = poolAt(place);
    return {
      storage: postgresStorage(pool),
      migrate: () => migratePostgres(pool),
      ownsTables: () => ownsTables(pool),
      poolUse: poolUseOf(pool),
    };
  });

export const poolUseOf =
  (pool: ReturnType<typeof poolAt>): (() => PoolUse) =>
  () => ({
    inUse: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  });

/** A pool of one service's own, under credentials that may rotate. */
export function poolAt(place: PostgresPlace) {
  if (place.kind === 'url') return postgresPool({ connectionString: place.url });
  const { host, port, database, secretArn, region } = place;
  return rotateCredentials(
    postgresPool({ host, port, database, password: '', ssl: { rejectUnauthorized: true } }),
    auroraCredentials({ secretArn, client: new SecretsManagerClient({ region }) }),
  );
}
