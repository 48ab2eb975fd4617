import type { ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from './unavailable.ts';

/** The store answers, but its schema is not the one this build needs: run `paywright migrate`. */
export type SchemaOutdated = Readonly<{ kind: 'SchemaOutdated'; found: string; needed: string }>;

export interface StorageHealth {
  /** Which store this is: `memory`, `postgres` or `dynamodb`. */
  readonly name: string;
  /** Ok when the store can be reached and its schema is current. Cheap enough to be asked every second. */
  check(): ResultAsync<void, SchemaOutdated | StorageUnavailable>;
}
