import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { err, ok, type Result, ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { NETWORK_FAULTS } from '../shared/network-faults.ts';
import { isOverloaded, LONGEST_WAIT_MS } from '../shared/overload.ts';

/** SQLSTATEs and system codes that say nothing about the statement, only about the moment. */
const TRANSIENT = new Set<string>([
  '25006', // read-only transaction: this server is the writer no longer
  '40001', // serialization failure
  '40P01', // deadlock
  '55P03', // lock not available
  '57014', // canceled, by a statement timeout
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now
  '57P05', // idle session timeout
  ...NETWORK_FAULTS,
]);

/** Connection exceptions; and out of disk, memory or connections. */
const TRANSIENT_CLASSES = /^(08|53)/;

/** How pg says, without a code, that the connection went away or did not answer in time. */
const CONNECTION_LOST =
  /Connection terminated|timeout exceeded|Query read timeout|Client has encountered a connection error|not queryable/;

/** A migration changed a table under a prepared statement; the next connection prepares it anew. */
const PREPARED_BEFORE = /cached plan must not change result type/;

/** True when the same statement may succeed a moment later. Whether it had its effect is not known. */
export function isTransient(fault: unknown): boolean {
  const { code, message } = fault as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (TRANSIENT.has(code) || TRANSIENT_CLASSES.test(code))) return true;
  return typeof message === 'string' && (CONNECTION_LOST.test(message) || PREPARED_BEFORE.test(message));
}

/** Why a database is not to be worked with, however often it is tried: there is no way in, or its schema is not what its notes say. */
export type DatabaseRefusal = 'no_way_in' | 'other_schema';

/** No such database, or a login that it does not take. */
const NO_WAY_IN = /^(3D000|28...)$/;

/** A name that is missing or taken: a table or a column that is not there, or one that a migration would make. */
const OTHER_SCHEMA = /^(42...|3F000)$/;

/** How kysely says that the notes on migrations lack one between others. */
const NOTES_WITH_GAPS = /^corrupted migrations/;

/** What a fault says of its database; undefined of one that is of something else. */
export function databaseRefusal(fault: unknown): DatabaseRefusal | undefined {
  const { code, message } = fault as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && NO_WAY_IN.test(code)) return 'no_way_in';
  const isOther =
    (typeof code === 'string' && OTHER_SCHEMA.test(code)) ||
    (typeof message === 'string' && NOTES_WITH_GAPS.test(message));
  return isOther ? 'other_schema' : undefined;
}

/**
 * Tries again after transient faults, up to eight times over about 4 s: long enough for a server that restarts, short
 * enough for a client that waits. A server that is silent, and not merely absent, is asked once: nothing is tried again once
 * `LONGEST_WAIT_MS` have passed, or while its gate is shut. The last fault is thrown. Only for work that may be done twice.
 */
export function retried<T>(work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const mayPass = (fault: unknown) => isTransient(fault) && performance.now() - start < LONGEST_WAIT_MS;
  return retry(handleWhen(mayPass), {
    maxAttempts: 8,
    backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 1_000 }),
  }).execute(work);
}

/**
 * Turns the world's silence into an Err. A fault that trying again cannot mend is thrown: it is a defect. Nothing that the work holds
 * outlives it, as it would in the generator of `fromThrowable`, which the engine keeps until the next full collection (decision 12).
 */
export const attempt = <T>(work: () => Promise<T>): ResultAsync<T, StorageUnavailable> =>
  new ResultAsync(attempted(work));

async function attempted<T>(work: () => Promise<T>): Promise<Result<T, StorageUnavailable>> {
  try {
    return ok(await work());
  } catch (cause) {
    if (!isTransient(cause) && !isOverloaded(cause)) throw cause;
    return err({ kind: 'StorageUnavailable', cause });
  }
}

/** Both, for a call that shares its trip with no other. */
export const withRetry = <T>(work: () => Promise<T>): ResultAsync<T, StorageUnavailable> =>
  attempt(() => retried(work));
