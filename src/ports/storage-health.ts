import type { ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from './unavailable.ts';

/** The store answers, but its schema lacks what this build needs, which is `needed` or newer: run `paywright migrate`. */
export type SchemaOutdated = Readonly<{ kind: 'SchemaOutdated'; found: string; needed: string }>;

/** A migration was applied with other contents than this build's: one of both was edited, and no command mends it. */
export type SchemaDiverged = Readonly<{ kind: 'SchemaDiverged'; migration: string }>;

export interface StorageHealth {
  /** Which store this is: `memory`, `postgres` or `dynamodb`. */
  readonly name: string;
  /**
   * Ok when the store can be reached and its schema is at least what this build needs: a newer version may have brought it
   * further, and this build serves on beside it. Cheap enough to be asked every second.
   */
  check(): ResultAsync<void, SchemaOutdated | SchemaDiverged | StorageUnavailable>;
}
