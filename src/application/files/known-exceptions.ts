import { Result, ResultAsync } from 'neverthrow';
import { type Exception, isAcceptedAbsence, missingKey } from '../../domain/files/exception.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import type { MatchReads } from './left-by-steps.ts';

/** So many are looked for at once: of most files there are few. */
const AT_ONCE = 64;

/** For each key whether an exception says what it stands for (`KnownExceptions`): a read for one that no exception holds, two for another. */
export const knownExceptions = (
  aggregates: MatchReads['aggregates'],
  merchantId: MerchantId,
  keys: readonly string[],
): ResultAsync<readonly (readonly [string, boolean])[], StorageUnavailable> =>
  inParallel(keys, AT_ONCE, (key) =>
    ResultAsync.fromSafePromise(
      Promise.resolve(
        aggregates
          .findByKey(merchantId, 'exception', key)
          .map((found) => [key, found !== undefined && says(found, key)] as const),
      ),
    ),
  ).andThen((found) => Result.combine([...found]));

const says = (exception: Exception, key: string): boolean =>
  exception.transactionId === undefined ||
  key !== missingKey(exception.transactionId) ||
  isAcceptedAbsence(exception);
