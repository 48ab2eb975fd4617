import { ResultAsync } from 'neverthrow';
import type { SinkUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import { isOfTheWorld } from './faults.ts';

/**
 * What clients that carry messages are made with. The SDK repeats a request after throttling, a server's fault or a lost
 * reply, which may send a message twice.
 */
export const MESSAGING_CLIENT = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

/** Turns what AWS or the way to it did into an Err. Any other fault is thrown: it is a defect. */
export const called = <T>(work: () => Promise<T>): ResultAsync<T, StorageUnavailable> =>
  ResultAsync.fromThrowable(work, (cause): StorageUnavailable => {
    if (!isOfTheWorld(cause)) throw cause;
    return { kind: 'StorageUnavailable', cause };
  })();

/** The same, for a sink. */
export const sent = <T>(work: () => Promise<T>): ResultAsync<T, SinkUnavailable> =>
  called(work).mapErr(({ cause }): SinkUnavailable => ({ kind: 'SinkUnavailable', cause }));
