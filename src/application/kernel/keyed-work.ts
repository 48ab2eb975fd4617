import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { type ClaimTerms, respondedClaim, type StoredResponse } from '../../domain/kernel/claim.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused, Commits } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Leases } from '../../ports/leases.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { claimChange } from './claim-change.ts';
import {
  type IdempotencyFailure,
  type IdempotencyInFlight,
  idempotent,
  type Responded,
  refuseFreely,
} from './idempotency.ts';
import { fingerprintOf, type KeyedRequest, NEVER_OPEN } from './keyed-commit.ts';

/** A request under an idempotency key whose work is many writes, each of which bears being done again. */
export type KeyedWork<Done, Failure> = Omit<KeyedRequest<Done>, 'sealedFor'> &
  Readonly<{
    work: () => ResultAsync<Done, Failure>;
    /**
     * Makes the response again in place of a kept one, which would be too large: by doing the work again, whose every part
     * is kept under a key of its own. Gets the id of the first request.
     */
    again?: (requestId: string) => ResultAsync<StoredResponse, Failure>;
  }>;

/**
 * Does a request's work under a lease on its key, and then makes its claim with the response: a repeat meanwhile is in
 * flight, and one afterwards is given that response for as long as it is kept. After a process that dies in
 * between, the first repeat once the lease has run out does the work again. Four round trips beside the
 * work; one for a repeat.
 */
export type WorkUnderKey = <Done, Failure extends Readonly<{ kind: string }>>(
  request: KeyedWork<Done, Failure>,
) => ResultAsync<Responded, Failure | IdempotencyFailure>;

export type KeyedWorkPorts = Readonly<{
  claims: Claims;
  commits: Commits;
  leases: Leases;
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

    const once = (): Ended =>
      work()
        .andThen((done): Ended => {
          const response = respond(done);
          const now = ports.clock.now();
          const step = { changeId: ports.ids.change(now), now };
          const kept = again === undefined ? response : `${AGAIN}${requestId}`;
          const claim = respondedClaim(key, { fingerprint, requestId, response: kept }, step, terms);
          return ports.commits
            .commit(claimChange({ expected: 0, next: claim }, now))
            .map(() => ({ response, replayed: false }));
        })
        .orElse((failure): Ended => refuseFreely(ports, key, failure));

    const start = (): Ended => {
      const now = ports.clock.now();
      const name = `key:${fingerprintOf(ports.digests, key, { ...key })}`;
      const holder = ports.ids.change(now);
      return ports.leases.hold([name], holder, now, now + terms.leaseMs).andThen((held): Ended => {
        if (held.length === 0) return errAsync({ kind: 'IdempotencyInFlight', retryAfterMs: 1_000 });
        // The holder before may have made the claim since this request looked.
        return ports.claims
          .find(key, ports.clock.now())
          .andThen((claim): Ended => (claim === undefined ? once() : errAsync({ kind: 'ClaimTaken' })))
          .andThen((ended) => released(name, holder).map(() => ended))
          .orElse((failure) => released(name, holder).andThen(() => errAsync(failure)));
      });
    };

    /** What is not released lapses. */
    const released = (name: string, holder: string): ResultAsync<void, never> =>
      ports.leases.release([name], holder).orElse(() => okAsync(undefined));

    return idempotent<void, Failure | IdempotencyFailure>(
      ports,
      terms,
      { key, fingerprint, requestId },
      {
        context: () => okAsync(undefined),
        start,
        ...NEVER_OPEN,
      },
    ).andThen(
      (given): ResultAsync<Responded, Failure | IdempotencyFailure> =>
        given.replayed && again !== undefined
          ? again(given.response.slice(AGAIN.length)).map((response) => ({ response, replayed: true }))
          : okAsync(given),
    );
  };

const AGAIN = 'again ';
