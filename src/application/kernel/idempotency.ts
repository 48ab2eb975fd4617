import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import {
  type Calling,
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  isHeld,
  type Retryable,
  responseOf,
  type StoredResponse,
} from '../../domain/kernel/claim.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** `replayed`: the answer was given before, and nothing happened now. */
export type Responded = Readonly<{ response: StoredResponse; replayed: boolean }>;

export type IdempotencyKeyReused = Readonly<{ kind: 'IdempotencyKeyReused' }>;
export type IdempotencyInFlight = Readonly<{ kind: 'IdempotencyInFlight'; retryAfterMs: number }>;
export type IdempotencyFailure = IdempotencyKeyReused | IdempotencyInFlight | StorageUnavailable;

/** One request's use of an idempotency key. */
export type IdempotentRequest = Readonly<{ key: ClaimKey; fingerprint: string; requestId: string }>;

/** What is to happen under a key; `Context` is what has to be read anyway, and is read together with the claim. */
export type Work<Context, Failure> = Readonly<{
  context: () => ResultAsync<Context, Failure>;
  /** The key is new. Losing a race for it is not an error: the request looks again. */
  start: (context: Context) => ResultAsync<Responded, Failure | CommitRefused>;
  /** The holder before stopped in the middle: go on from there, never from the start. */
  resume: (claim: Calling | Retryable, context: Context) => ResultAsync<Responded, Failure | CommitRefused>;
  /** The kept answer has expired, but the key's claim on its effect has not: say how things stand. */
  current: (claim: Claim) => ResultAsync<StoredResponse, Failure | CommitRefused>;
}>;

/**
 * A refusal that leaves the key free. When the key was taken since the request looked, what refused may have been its
 * own first use, so it counts as a lost race and the request looks again. One read.
 */
export const refuseFreely = <Refusal>(
  { claims, clock }: Readonly<{ claims: Claims; clock: Clock }>,
  key: ClaimKey,
  refusal: Refusal,
): ResultAsync<never, Refusal | CommitRefused | StorageUnavailable> =>
  claims
    .find(key, clock.now())
    .andThen((claim) =>
      errAsync<never, Refusal | CommitRefused>(claim === undefined ? refusal : { kind: 'ClaimTaken' }),
    );

/** What becomes of a key: a new one is started, a known one goes on from its claim. */
type Course<Claimed, Context, Done, Failure> = Readonly<{
  read: () => ResultAsync<Readonly<{ claim: Claimed | undefined; context: Context }>, Failure>;
  start: (context: Context) => ResultAsync<Done, Failure | CommitRefused>;
  again: (claim: Claimed, context: Context) => ResultAsync<Done, Failure | CommitRefused>;
}>;

/**
 * The part of a key's life that every kind of claim has: another payload under a known key is refused, and a race lost for
 * the key is looked at anew, three times at the most.
 */
export function underClaim<
  Claimed extends Readonly<{ fingerprint: string }>,
  Context,
  Done,
  Failure extends Readonly<{ kind: string }>,
>(
  fingerprint: string,
  { read, start, again }: Course<Claimed, Context, Done, Failure>,
): ResultAsync<Done, Failure | IdempotencyFailure> {
  const attempt = (left: number): ResultAsync<Done, Failure | IdempotencyFailure> =>
    read()
      .andThen<ResultAsync<Done, Failure | IdempotencyFailure | CommitRefused>>(({ claim, context }) => {
        if (claim === undefined) return start(context);
        return claim.fingerprint === fingerprint
          ? again(claim, context)
          : errAsync({ kind: 'IdempotencyKeyReused' });
      })
      .orElse((failure) => {
        if (!lostRace(failure)) return errAsync(failure);
        return left > 1 ? attempt(left - 1) : errAsync(comeBack);
      });
  return attempt(MOST_ATTEMPTS);

  function lostRace(failure: Failure | IdempotencyFailure | CommitRefused): failure is CommitRefused {
    return (
      failure.kind === 'ClaimTaken' ||
      failure.kind === 'FenceLost' ||
      failure.kind === 'StaleVersion' ||
      failure.kind === 'KeyTaken'
    );
  }
}

/** How often a request that lost a race looks again before the client has to come back. */
const MOST_ATTEMPTS = 3;

const comeBack: IdempotencyInFlight = { kind: 'IdempotencyInFlight', retryAfterMs: 1_000 };

/**
 * The life cycle of an idempotency key: the same key gives the same response to every repeat, whatever crashed in
 * between; another payload under it is refused; a lease that ran out is carried on. One read, and `context` with it.
 */
export function idempotent<Context, Failure extends Readonly<{ kind: string }>>(
  { claims, clock }: Readonly<{ claims: Claims; clock: Clock }>,
  terms: ClaimTerms,
  { key, fingerprint }: IdempotentRequest,
  work: Work<Context, Failure>,
): ResultAsync<Responded, Failure | IdempotencyFailure> {
  type AnyFailure = Failure | IdempotencyFailure;

  /** Both reads are awaited whatever becomes of the other, so that no rejection is left without a handler. */
  const readTogether = (): ResultAsync<{ claim: Claim | undefined; context: Context }, AnyFailure> => {
    const claim: ResultAsync<Claim | undefined, AnyFailure> = claims.find(key, clock.now());
    const context: ResultAsync<Context, AnyFailure> = work.context();
    const both = Promise.all([claim, context]);
    return new ResultAsync(
      both.then(([found, beside]) =>
        found.andThen((known) => beside.map((read) => ({ claim: known, context: read }))),
      ),
    );
  };

  const again = (claim: Claim, context: Context): ResultAsync<Responded, AnyFailure | CommitRefused> => {
    const now = clock.now();
    const response = responseOf(claim, now);
    if (response !== undefined) return okAsync({ response, replayed: true });
    switch (claim.state) {
      case 'completed':
      case 'unknown':
        return work.current(claim).map((current) => ({ response: current, replayed: true }));
      case 'calling':
        return isHeld(claim, now, terms)
          ? errAsync({ kind: 'IdempotencyInFlight', retryAfterMs: claim.dueAt - now })
          : work.resume(claim, context);
      case 'retryable':
        return work.resume(claim, context);
    }
  };

  return underClaim<Claim, Context, Responded, AnyFailure>(fingerprint, {
    read: readTogether,
    start: work.start,
    again,
  });
}
