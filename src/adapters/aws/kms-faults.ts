import { ResultAsync } from 'neverthrow';
import type { KeysFault } from '../../ports/keys-health.ts';
import type { KeysUnavailable } from '../../ports/unavailable.ts';
import { isOfTheWorld, nameOf } from './faults.ts';

/** What KMS says of the data and not of the moment: it was not wrapped for this owner, or by this key. */
const TAMPERED = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);

const REASONS: Readonly<Record<string, KeysFault>> = {
  AccessDeniedException: 'denied',
  DisabledException: 'disabled',
  KMSInvalidStateException: 'pending_deletion',
  NotFoundException: 'missing',
  ThrottlingException: 'throttled',
  LimitExceededException: 'throttled',
};

/** The cause has KMS's name for it and, as its code, the reason: both are logged. */
export const keysUnavailable = (reason: KeysFault, cause: unknown): KeysUnavailable => ({
  kind: 'KeysUnavailable',
  cause: Object.assign(new Error(`the key is ${reason}`, { cause }), { name: nameOf(cause), code: reason }),
});

export const reasonOf = (fault: unknown): KeysFault => REASONS[nameOf(fault)] ?? 'unavailable';

/** What KMS or the way to it refuses is an Err that says why. A key that was tampered with, and a defect, are thrown on. */
export const attempt = <T>(work: () => Promise<T>): ResultAsync<T, KeysUnavailable> =>
  ResultAsync.fromThrowable(work, (cause) => {
    if (TAMPERED.has(nameOf(cause)) || !isOfTheWorld(cause)) throw cause;
    return keysUnavailable(reasonOf(cause), cause);
  })();
