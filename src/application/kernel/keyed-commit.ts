import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Aggregate } from '../../domain/aggregates/aggregate.ts';
import {
  type ClaimKey,
  type ClaimTerms,
  respondedClaim,
  type StoredResponse,
} from '../../domain/kernel/claim.ts';
import { canonicalJson, type JsonObject } from '../../domain/kernel/json.ts';
import type { Sealed, WrappedKey } from '../../domain/kernel/sealed.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CommitRefused } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import type { Vault } from '../../ports/vault.ts';
import type { ClaimWith } from './aggregate-change.ts';
import { type IdempotencyFailure, idempotent, type Responded, refuseFreely } from './idempotency.ts';

/** What a response is about, under whose data key it is sealed: nothing opens it once that is erased. */
export type SealedFor = Readonly<{
  kind: Extract<Aggregate, { dataKey: WrappedKey }>['kind'];
  id: string;
  dataKey: WrappedKey;
}>;

/** A request under an idempotency key, of which all is done by one commit. */
export type KeyedRequest<Done> = Readonly<{
  key: ClaimKey;
  requestId: string;
  /** What makes two requests the same one; the key and who asked are not part of it. */
  payload: JsonObject;
  respond: (done: Done) => StoredResponse;
  /** For responses with plain text of customers, or with secrets, which are never stored as they are. */
  sealedFor?: (done: Done) => SealedFor;
}>;

/** What the request made has been erased since, and its response with it. */
export type ResponseErased = Readonly<{ kind: 'ResponseErased' }>;

export type KeyedFailure = IdempotencyFailure | ResponseErased | KeysUnavailable;

/**
 * Does a request once: its claim, with the response, is in the commit that does it, and a repeat is given that response
 * for as long as it is kept. `work` commits what `claimWith` makes of its change. A refusal leaves the key free. One read
 * more than the work when new, one more when refused; for a repeat one, and two where the response is sealed.
 */
export type CommitUnderKey = <Done, Failure extends Readonly<{ kind: string }>>(
  request: KeyedRequest<Done>,
  work: (claimWith: ClaimWith<Done>) => ResultAsync<Done, Failure>,
) => ResultAsync<Responded, Failure | KeyedFailure>;

export type KeyedPorts = Readonly<{
  claims: Claims;
  aggregates: Aggregates;
  vault: Vault;
  clock: Clock;
  digests: Digests;
}>;

export const commitUnderKey =
  (ports: KeyedPorts, terms: ClaimTerms): CommitUnderKey =>
  <Done, Failure extends Readonly<{ kind: string }>>(
    { key, requestId, payload, respond, sealedFor }: KeyedRequest<Done>,
    work: (claimWith: ClaimWith<Done>) => ResultAsync<Done, Failure>,
  ) => {
    const fingerprint = fingerprintOf(ports.digests, key, payload);
    const claimWith =
      (responses: StoredResponse[]): ClaimWith<Done> =>
      (change, done) => {
        const plain = respond(done);
        responses.push(plain);
        return toStore(ports.vault, key, plain, sealedFor?.(done)).map((response) => {
          const step = { changeId: change.id, now: change.at };
          const claim = respondedClaim(key, { fingerprint, requestId, response }, step, terms);
          return { ...change, claim: { expected: 0, next: claim } };
        });
      };
    /** The response is that of the change that was committed, which is the last one made. */
    const start = (): ResultAsync<Responded, Failure | CommitRefused | KeyedFailure> => {
      const responses: StoredResponse[] = [];
      return work(claimWith(responses))
        .map((done) => ({ response: responses.at(-1) ?? respond(done), replayed: false }))
        .orElse((failure) => refuseFreely(ports, key, failure));
    };
    return idempotent<void, Failure | KeyedFailure>(
      ports,
      terms,
      { key, fingerprint, requestId },
      {
        context: () => okAsync(undefined),
        start,
        ...NEVER_OPEN,
      },
    ).andThen(({ response, replayed }) =>
      replayed
        ? fromStore(ports, key, response).map((plain) => ({ response: plain, replayed }))
        : okAsync({ response, replayed }),
    );
  };

/** Of claims that are made with their response, and are absent once it has expired. */
const NEVER_OPEN = {
  resume: ({ state }: Readonly<{ state: string }>): never => {
    throw new Error(`a claim made with its response is ${state}`);
  },
  current: ({ state }: Readonly<{ state: string }>): never => {
    throw new Error(`a claim without its response is ${state}`);
  },
};

export const fingerprintOf = (digests: Digests, { operation }: ClaimKey, payload: JsonObject): string =>
  digests.fingerprint(canonicalJson({ operation, payload }));

const SEALED = /^sealed (\w+) (\S+)\n/;

const fieldOf = ({ operation, key }: ClaimKey): string => `response:${operation}:${key}`;

/** The response as it is, or a line that says whose key opens the rest. */
function toStore(
  vault: Vault,
  key: ClaimKey,
  response: StoredResponse,
  owner: SealedFor | undefined,
): ResultAsync<StoredResponse, KeysUnavailable> {
  if (owner === undefined) return okAsync(response);
  const { kind, id, dataKey } = owner;
  return vault
    .seal({ merchantId: key.merchantId, entityId: id }, dataKey, { [fieldOf(key)]: response })
    .map((sealed) => `sealed ${kind} ${id}\n${sealed[fieldOf(key)] ?? ''}`);
}

function fromStore(
  { aggregates, vault }: KeyedPorts,
  key: ClaimKey,
  response: StoredResponse,
): ResultAsync<StoredResponse, ResponseErased | KeysUnavailable | StorageUnavailable> {
  const [line, kind, entityId = ''] = SEALED.exec(response) ?? [];
  if (line === undefined) return okAsync(response);
  const { merchantId } = key;
  return aggregates.find(merchantId, kind as SealedFor['kind'], entityId).andThen((owner) => {
    if (owner === undefined || !('dataKey' in owner))
      return errAsync<StoredResponse, ResponseErased | KeysUnavailable>({ kind: 'ResponseErased' });
    const sealed = response.slice(line.length) as Sealed;
    return vault
      .open({ merchantId, entityId }, owner.dataKey, { [fieldOf(key)]: sealed })
      .map((open) => open[fieldOf(key)] ?? '');
  });
}
