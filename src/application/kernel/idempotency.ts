import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import {
  type Answer,
  answerOf,
  type Calling,
  type Claim,
  type ClaimKey,
  type ClaimTerms,
  isHeld,
  type Retryable,
} from '../../domain/kernel/claim.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** `replayed`: the answer was given before, and nothing happened now. */
export type Answered = Readonly<{ answer: Answer; replayed: boolean }>;

export type IdempotencyKeyReused = Readonly<{ kind: 'IdempotencyKeyReused' }>;
export type IdempotencyInFlight = Readonly<{ kind: 'IdempotencyInFlight'; retryAfterMs: number }>;
export type UnderKeyFailure = IdempotencyKeyReused | IdempotencyInFlight | StorageUnavailable;

/** One request's use of an idempotency key. */
export type Keyed = Readonly<{ key: ClaimKey; fingerprint: string; requestId: string }>;

/** What is to happen under a key; `Beside` is what has to be read anyway, and is read together with the claim. */
export type Work<Beside, Failure> = Readonly<{
  beside: () => ResultAsync<Beside, Failure>;
  /** The key is new. Losing a race for it is not an error: the request looks again. */
  start: (beside: Beside) => ResultAsync<Answered, Failure | CommitRefused>;
  /** Somebody stopped in the middle: go on from there, never from the start. */
  carryOn: (claim: Calling | Retryable, beside: Beside) => ResultAsync<Answered, Failure | CommitRefused>;
  /** The kept answer has expired, but the key's claim on its effect has not: say how things stand. */
  current: (claim: Claim) => ResultAsync<Answer, Failure | CommitRefused>;
}>;

/** How often a request that lost a race looks again before it tells the client to come back. */
const MOST_ATTEMPTS = 3;

const comeBack: IdempotencyInFlight = { kind: 'IdempotencyInFlight', retryAfterMs: 1_000 };

/**
 * The life cycle of an idempotency key: the same key gives the same answer, whoever repeats it and whatever crashed in
 * between; another payload under it is refused; a lease that ran out is carried on. One read, and `beside` with it.
 */
export function underKey<Beside, Failure extends Readonly<{ kind: string }>>(
  { claims, clock }: Readonly<{ claims: Claims; clock: Clock }>,
  terms: ClaimTerms,
  { key, fingerprint }: Keyed,
  work: Work<Beside, Failure>,
): ResultAsync<Answered, Failure | UnderKeyFailure> {
  type AnyFailure = Failure | UnderKeyFailure;

  const attempt = (left: number): ResultAsync<Answered, AnyFailure> =>
    readTogether()
      .andThen<ResultAsync<Answered, AnyFailure | CommitRefused>>(({ claim, beside }) =>
        claim === undefined ? work.start(beside) : again(claim, beside),
      )
      .orElse((failure) => {
        if (!lostRace(failure)) return errAsync(failure);
        return left > 1 ? attempt(left - 1) : errAsync(comeBack);
      });

  const readTogether = (): ResultAsync<{ claim: Claim | undefined; beside: Beside }, AnyFailure> => {
    const claim: ResultAsync<Claim | undefined, AnyFailure> = claims.find(key, clock.now());
    const beside: ResultAsync<Beside, AnyFailure> = work.beside();
    return claim.andThen((found) => beside.map((read) => ({ claim: found, beside: read })));
  };

  const again = (claim: Claim, beside: Beside): ResultAsync<Answered, AnyFailure | CommitRefused> => {
    if (claim.fingerprint !== fingerprint) return errAsync({ kind: 'IdempotencyKeyReused' });
    const now = clock.now();
    const answer = answerOf(claim, now);
    if (answer !== undefined) return okAsync({ answer, replayed: true });
    switch (claim.state) {
      case 'completed':
      case 'unknown':
        return work.current(claim).map((current) => ({ answer: current, replayed: true }));
      case 'calling':
        return isHeld(claim, now, terms)
          ? errAsync({ kind: 'IdempotencyInFlight', retryAfterMs: claim.dueAt - now })
          : work.carryOn(claim, beside);
      case 'retryable':
        return work.carryOn(claim, beside);
    }
  };

  return attempt(MOST_ATTEMPTS);

  function lostRace(failure: AnyFailure | CommitRefused): failure is CommitRefused {
    return (
      failure.kind === 'ClaimTaken' ||
      failure.kind === 'FenceLost' ||
      failure.kind === 'StaleVersion' ||
      failure.kind === 'KeyTaken'
    );
  }
}
