import { type DatabaseRefusal, databaseRefusal } from '../adapters/postgres/faults.ts';

/** Why a storage is not to be worked with, and what it said. */
export type StorageRefusal = Readonly<{ why: DatabaseRefusal; says: string }>;

/** What a storage threw, where that says how it is and not that this code is wrong. Only a database says so. */
export function storageRefusal(fault: unknown): StorageRefusal | undefined {
  const why = fault instanceof Error ? databaseRefusal(fault) : undefined;
  return why === undefined ? undefined : { why, says: (fault as Error).message };
}
