import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  decorrelatedJitterGenerator,
  ExponentialBackoff,
  handleWhen,
  isTaskCancelledError,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { NETWORK_FAULTS } from '../shared/network-faults.ts';
import { isOverloaded } from '../shared/overload.ts';
import type { Table } from './table.ts';

/** Names and codes that say nothing about the request, only about the moment. */
const TRANSIENT = new Set<string>([
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
  ...NETWORK_FAULTS,
]);

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

/** Only what the service answered has `$fault`; the SDK puts `$metadata` on everything that passes through it. */
type SdkFault = Readonly<{
  name: string;
  code: string;
  $fault: 'client' | 'server';
  $metadata: Readonly<{ httpStatusCode?: number }>;
}>;

/** What a batch throws to be asked again for the keys that were left out. */
export const unprocessed = (): Error =>
  Object.assign(new Error('keys were left unprocessed'), { name: 'Unprocessed' });

/**
 * Tries up to eight times over about 3 s, 10 s at the most; the last fault is thrown. Only for work that may be done twice.
 * While all sockets are in use calls wait, in bounded number and for a bounded time; one that is past either is not begun,
 * and while the store is silent none is, nor tried again.
 */
export async function withRetry<T>(
  { underWay, gate }: Pick<Table, 'underWay' | 'gate'>,
  work: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const policy = wrap(
    // Aborting a finished request would close the connection it came over.
    timeout(10_000, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }),
    retry(
      handleWhen((fault) => isTransient(fault) && !gate.isSilent()),
      {
        maxAttempts: 7,
        backoff: new ExponentialBackoff({
          generator: decorrelatedJitterGenerator,
          initialDelay: 50,
          maxDelay: 1_000,
        }),
      },
    ),
  );
  const call = gate.pass(() => policy.execute(({ signal }) => gate.ask(() => work(signal))));
  underWay.add(call);
  try {
    return await call;
  } finally {
    underWay.delete(call);
  }
}

/** Turns what the world did into an Err. Any other fault is thrown: it is a defect of ours. */
export const attempt = <T>(work: () => Promise<T>): ResultAsync<T, StorageUnavailable> =>
  ResultAsync.fromThrowable(work, (cause): StorageUnavailable => {
    if (!isOfTheWorld(cause)) throw cause;
    return { kind: 'StorageUnavailable', cause };
  })();

/** What DynamoDB answered, unless it calls the request itself wrong; and what kept the answer from us. */
function isOfTheWorld(fault: unknown): boolean {
  if (isTransient(fault) || isTaskCancelledError(fault) || isOverloaded(fault)) return true;
  const { name, code, $fault } = fault as Partial<SdkFault>;
  if (name === 'ValidationException' || name === 'TransactionCanceledException') return false;
  return (
    $fault !== undefined ||
    name === 'AbortError' ||
    name === 'CredentialsProviderError' ||
    (code !== undefined && !code.startsWith('ERR_'))
  );
}
