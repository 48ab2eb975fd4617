import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  decorrelatedJitterGenerator,
  ExponentialBackoff,
  handleWhen,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Table } from './table.ts';

/** Names and codes that say nothing about the request, only about the moment. */
const TRANSIENT = new Set([
  'TransactionConflict',
  'TransactionConflictException',
  'TransactionInProgressException',
  'ThrottlingError',
  'ThrottlingException',
  'ProvisionedThroughputExceeded',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'InternalServerError',
  'InternalServerErrorException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TimeoutError',
  'SyntaxError', // a reply cut short
  'Unprocessed',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Names of what only a wrong request can cause. */
const DEFECTS = new Set(['ValidationException', 'SerializationException', 'TypeError', 'RangeError']);

/** True when the same request may succeed a moment later. Whether it had its effect is not known. */
export function isTransient(fault: unknown): boolean {
  if (fault instanceof TransactionCanceledException)
    return (fault.CancellationReasons ?? []).some(({ Code }) => Code !== undefined && TRANSIENT.has(Code));
  const { name, code, $metadata } = fault as Partial<SdkFault>;
  return (
    (name !== undefined && TRANSIENT.has(name)) ||
    (code !== undefined && TRANSIENT.has(code)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}

type SdkFault = Readonly<{ name: string; code: string; $metadata: Readonly<{ httpStatusCode?: number }> }>;

/** What a batch throws to be asked again for the keys that were left out. */
export const unprocessed = (): Error =>
  Object.assign(new Error('keys were left unprocessed'), { name: 'Unprocessed' });

const policy = wrap(
  // Aborting a finished request would close the connection it came over.
  timeout(10_000, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }),
  retry(handleWhen(isTransient), {
    maxAttempts: 7,
    backoff: new ExponentialBackoff({
      generator: decorrelatedJitterGenerator,
      initialDelay: 50,
      maxDelay: 1_000,
    }),
  }),
);

/**
 * Tries up to eight times over about 3 s, 10 s when the other side is silent; the last fault is thrown. Only for work
 * that may be done twice.
 */
export async function patiently<T>(
  { underWay }: Pick<Table, 'underWay'>,
  work: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const call = policy.execute(({ signal }) => work(signal));
  underWay.add(call);
  try {
    return await call;
  } finally {
    underWay.delete(call);
  }
}

/** Turns what the world did into an Err. A fault that only a wrong request can cause is thrown: it is a defect. */
export const attempt = <T>(work: () => Promise<T>): ResultAsync<T, StorageUnavailable> =>
  ResultAsync.fromThrowable(work, (cause): StorageUnavailable => {
    const isCanceled = cause instanceof TransactionCanceledException;
    if (DEFECTS.has((cause as Error).name) || (isCanceled && !isTransient(cause))) throw cause;
    return { kind: 'StorageUnavailable', cause };
  })();
