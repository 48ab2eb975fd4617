import { APPROVALS_MIGRATIONS } from '../adapters/postgres/approvals/migrate.ts';
import { admitServing } from '../adapters/postgres/serving-login.ts';
import { APPROVALS_GRANTS } from '../adapters/postgres/serving-role.ts';
import { databaseCredentials } from './aws-on-demand.ts';
import { poolAt } from './postgres-storages.ts';
import type { PlacedStorage } from './storage-settings.ts';

/** Makes the login of a secret, at the storage that its owner's settings name; see `admitServing`. Throws what went wrong. */
export async function admitServingLogin(storage: PlacedStorage, secretArn: string): Promise<void> {
  if (storage.kind !== 'postgres' || storage.at.kind !== 'aurora')
    throw new Error('a serving login is of Aurora alone');
  const login = await databaseCredentials({ ...storage.at, secretArn }).current();
  const pool = poolAt(storage.at, { max: 1 });
  try {
    await admitServing(pool, login, APPROVALS_MIGRATIONS, APPROVALS_GRANTS);
  } finally {
    await pool.end();
  }
}
