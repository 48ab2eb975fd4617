import type { ResultAsync } from 'neverthrow';

/**
 * Why a secret that a service keeps cannot be used, in one word. `malformed` is one that is no plain text, `weak` one that this stage
 * refuses.
 */
export type SecretFault =
  | 'denied'
  | 'missing'
  | 'pending_deletion'
  | 'undecryptable'
  | 'malformed'
  | 'weak'
  | 'throttled'
  | 'unavailable';

/** The keeper of a secret refuses it, or what it keeps is none. `cause` is for logs only, and holds nothing of the secret. */
export type SecretUnusable = Readonly<{ kind: 'SecretUnusable'; reason: SecretFault; cause: unknown }>;

/** How a secret is that a service keeps. */
export interface SecretHealth {
  /** Ok when the last answer was one to use. Asks seldom enough to be called every second. */
  check(): ResultAsync<void, SecretUnusable>;
}

/** Secrets that sign bearer tokens, kept by a service that changes them while processes run. */
export interface TokenSecrets extends SecretHealth {
  /**
   * Those whose tokens are good, the current one first. They were asked for within the last 5 minutes; while they cannot be had, those
   * of the last hour stand. The same list until one of them changes.
   */
  accepted(): ResultAsync<readonly string[], SecretUnusable>;
  /**
   * The same for a token that is signed by none of `known`: asks anew, once in 10 s at the most, whatever a flood of tokens
   * wants. Gives back `known` itself where nothing has changed.
   */
  changedFrom(known: readonly string[]): ResultAsync<readonly string[], SecretUnusable>;
}
