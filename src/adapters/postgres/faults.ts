import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** SQLSTATEs and system codes that say nothing about the statement, only about the moment. */
const TRANSIENT = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
  '53300', // too many connections
  '55P03', // lock not available
  '57014', // canceled, by a statement timeout
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** How pg says, without a code, that the connection went away or did not answer in time. */
const CONNECTION_LOST =
  /Connection terminated|timeout exceeded|Query read timeout|Client has encountered a connection error|not queryable/;

/** True when the same statement may succeed a moment later. Whether it had its effect is not known. */
export function isTransient(fault: unknown): boolean {
  const { code, message } = fault as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (TRANSIENT.has(code) || code.startsWith('08'))) return true;
  return typeof message === 'string' && CONNECTION_LOST.test(message);
}

/** About 4 s in all: long enough for a server that restarts, short enough for a client that waits. */
const policy = retry(handleWhen(isTransient), {
  maxAttempts: 8,
  backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 1_000 }),
});

/** Tries again after transient faults; the last one is thrown. Only for work that may be done twice. */
export const retried = <T>(work: () => Promise<T>): Promise<T> => policy.execute(work);

/** Turns the world's silence into an Err. A fault that trying again cannot mend is thrown: it is a defect. */
export const attempt = <T>(work: () => Promise<T>): ResultAsync<T, StorageUnavailable> =>
  ResultAsync.fromThrowable(work, (cause): StorageUnavailable => {
    if (!isTransient(cause)) throw cause;
    return { kind: 'StorageUnavailable', cause };
  })();

/** Both, for a call that shares its trip with nobody. */
export const patiently = <T>(work: () => Promise<T>): ResultAsync<T, StorageUnavailable> =>
  attempt(() => retried(work));
