import type { ResultAsync } from 'neverthrow';

/** Why keys cannot be used, in one word; what mends each stands in the log. */
export type KeysFault = 'denied' | 'disabled' | 'pending_deletion' | 'missing' | 'throttled' | 'unavailable';

/** The keeper of the keys refuses them, for this reason. */
export type KeysUnusable = Readonly<{ kind: 'KeysUnusable'; reason: KeysFault; cause: unknown }>;

/** How keys are that a service keeps. */
export interface KeysHealth {
  /**
   * Ok when data keys can be made and texts be indexed. Says what was true up to 30 s ago, so that it can be asked every second
   * and the service is not.
   */
  check(): ResultAsync<void, KeysUnusable>;
}
