import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import {
  type Claim,
  type ClaimTerms,
  type Completed,
  isHeld,
  type StoredResponse,
} from '../../domain/kernel/claim.ts';
import {
  type Begun,
  beginWork,
  begunOf,
  dropWork,
  endWork,
  heldUntil,
  leaveWork,
  takeOverWork,
} from '../../domain/kernel/work-claim.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { claimChange } from './claim-change.ts';
import {
  type IdempotencyFailure,
  type IdempotencyInFlight,
  type Responded,
  underClaim,
} from './idempotency.ts';
import { fingerprintOf, type KeyedRequest } from './keyed-commit.ts';

/** A request under an idempotency key whose work is many writes. */
export type KeyedWork<Done, Failure> = Omit<KeyedRequest<Done>, 'sealedFor'> &
  Readonly<{
    /** Every write follows from `begun`, or is kept under a key of its own, so that doing it again has the same effect. */
    work: (begun: Begun) => ResultAsync<Done, Failure>;
    /**
     * Makes the response again in place of a kept one, which would be too large: by doing the work again, whose every part
     * is kept under a key of its own. Gets the id of the first request.
     */
    again?: (requestId: string) => ResultAsync<StoredResponse, Failure>;
  }>;

/**
 * Does a request's work under a claim that is made before its first write and gets the response after the last: a repeat
 * meanwhile is in flight, and one afterwards is given that response for as long as it is kept. What a process leaves that
 * dies in between, the first repeat after its lease takes over, and does again with the same effect. A refusal of work that
 * has just begun leaves the key free. One read and two commits beside the work; for a repeat one read.
 */
export type WorkUnderKey = <Done, Failure extends Readonly<{ kind: string }>>(
  request: KeyedWork<Done, Failure>,
) => ResultAsync<Responded, Failure | IdempotencyFailure>;

export type KeyedWorkPorts = Readonly<{
  claims: Claims;
  commits: Commits;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

export const workUnderKey =
  (ports: KeyedWorkPorts, terms: ClaimTerms): WorkUnderKey =>
  <Done, Failure extends Readonly<{ kind: string }>>({
    key,
    requestId,
    payload,
    respond,
    work,
    again,
  }: KeyedWork<Done, Failure>) => {
    type Ended = ResultAsync<Responded, Failure | CommitRefused | IdempotencyInFlight | StorageUnavailable>;
    const fingerprint = fingerprintOf(ports.digests, key, payload);

    const step = () => {
      const now = ports.clock.now();
      return { changeId: ports.ids.change(now), now };
    };

    const commit = (expected: number, next: Completed) =>
      ports.commits.commit(claimChange({ expected, next }, ports.clock.now())).map(() => next);

    const start = (): Ended => {
      const claim = beginWork(key, { fingerprint, requestId }, step(), terms);
      const begun = begunOf(claim, claim.createdAt + terms.leaseMs);
      return commit(0, claim).andThen(() =>
        workUnder(claim, begun, ({ kind }) =>
          kind === 'StorageUnavailable' ? leaveWork(claim, step(), terms) : dropWork(claim, step()),
        ),
      );
    };

    const takeOver = (claim: Claim): Ended =>
      commit(claim.fence, takeOverWork(claim, step(), terms)).andThen((held) =>
        workUnder(held, begunOf(held, 0), () => leaveWork(held, step(), terms)),
      );

    const workUnder = (claim: Completed, begun: Begun, failed: (failure: Failure) => Completed): Ended =>
      work(begun)
        .map(respond)
        .orElse((failure) => {
          // Where this is not written, the lease runs out.
          const after = commit(claim.fence, failed(failure)).orElse(() => okAsync(claim));
          return after.andThen(() => errAsync<StoredResponse, Failure>(failure));
        })
        .andThen((response) =>
          commit(claim.fence, endWork(claim, again === undefined ? response : AGAIN, step(), terms)).map(
            () => ({ response, replayed: false }),
          ),
        );

    const repeat = (claim: Claim): Ended => {
      const now = ports.clock.now();
      const dueAt = heldUntil(claim);
      if (dueAt !== undefined)
        return isHeld({ dueAt }, now, terms)
          ? errAsync({ kind: 'IdempotencyInFlight', retryAfterMs: dueAt - now })
          : takeOver(claim);
      const given = again?.(claim.requestId) ?? okAsync<StoredResponse, Failure>(keptIn(claim));
      return given.map((response) => ({ response, replayed: true }));
    };

    return underClaim<Claim, undefined, Responded, Failure | IdempotencyFailure>(fingerprint, {
      read: () => ports.claims.find(key, ports.clock.now()).map((claim) => ({ claim, context: undefined })),
      start,
      again: repeat,
    });
  };

/** Such a claim lapses with its response. */
function keptIn({ kept, state }: Claim): StoredResponse {
  if (kept === undefined) throw new Error(`a claim of work without its response is ${state}`);
  return kept.response;
}

/** Kept in place of a response that is made again. */
const AGAIN = 'again';
