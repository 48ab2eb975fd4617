import { err, errAsync, ok, type ResultAsync } from 'neverthrow';
import { type ClaimWith, unclaimed } from '../../../application/kernel/aggregate-change.ts';
import type { Responded } from '../../../application/kernel/idempotency.ts';
import type { KeyedFailure, SealedFor } from '../../../application/kernel/keyed-commit.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import type { ClaimKey, StoredResponse } from '../../../domain/kernel/claim.ts';
import type { JsonObject } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Begun } from '../../../domain/kernel/work-claim.ts';
import { tagOf } from './entity-tag.ts';
import { keyIn } from './idempotency-key.ts';
import { countKey, type ServiceMetrics } from './measurements.ts';
import { type HttpContext, respondStored } from './request-context.ts';
import type { IdempotencyKeyInvalid, PanNotAccepted } from './request-problems.ts';

/** A response as it is sent, and kept under a key; `body` is JSON text, `version` that of the one resource in it. */
export type PostResponse = Readonly<{ status: number; location?: string; version?: number; body: string }>;

type Post<Done> = Pick<ClaimKey, 'merchantId' | 'operation'> &
  Readonly<{
    /** All that the request says, the names in its path included. */
    payload: JsonObject;
    respond: (done: Done) => PostResponse;
    /** Of a request whose key need not be in its header; that header's otherwise. */
    idempotencyKey?: string;
  }>;

type KeyFailures = KeyedFailure | IdempotencyKeyInvalid | PanNotAccepted;
type Kinded = Readonly<{ kind: string }>;

export type CommittingParts = Pick<UseCases, 'commitUnderKey'> & Readonly<{ metrics: ServiceMetrics }>;
export type WorkingParts = Pick<UseCases, 'workUnderKey'> & Readonly<{ metrics: ServiceMetrics }>;

/** Answers a POST of which all is done by one commit; see `CommitUnderKey` for what its idempotency key promises. */
export const committedOnce = <Done, Failure extends Kinded>(
  c: HttpContext,
  parts: CommittingParts,
  {
    work,
    sealedFor,
    ...post
  }: Post<Done> &
    Readonly<{
      work: (claimWith: ClaimWith<Done>) => ResultAsync<Done, Failure>;
      sealedFor?: (done: Done) => SealedFor;
    }>,
): ResultAsync<Response, Failure | KeyFailures> =>
  underKey(c, parts.metrics, post, {
    plain: () => work(unclaimed),
    keyed: (request) => parts.commitUnderKey({ ...request, ...present({ sealedFor }) }, work),
  });

/** Answers a POST whose work is many writes; see `WorkUnderKey` for what its idempotency key promises. */
export const workedOnce = <Done, Failure extends Kinded>(
  c: HttpContext,
  parts: WorkingParts,
  {
    work,
    again,
    ...post
  }: Post<Done> &
    Readonly<{
      /** `begun` of a request under a key. */
      work: (begun?: Begun) => ResultAsync<Done, Failure>;
      /** In place of a kept response that would be too large; gets the id of the first request. */
      again?: (requestId: string) => ResultAsync<Done, Failure>;
    }>,
): ResultAsync<Response, Failure | KeyFailures> =>
  underKey(c, parts.metrics, post, {
    plain: () => work(),
    keyed: (request) =>
      parts.workUnderKey({
        ...request,
        work,
        ...(again && { again: (requestId: string) => again(requestId).map(request.respond) }),
      }),
  });

type Request<Done> = Readonly<{
  key: ClaimKey;
  requestId: string;
  payload: JsonObject;
  respond: (done: Done) => StoredResponse;
}>;

function underKey<Done, Failure extends Kinded>(
  c: HttpContext,
  metrics: ServiceMetrics,
  { merchantId, operation, payload, respond, idempotencyKey }: Post<Done>,
  ways: Readonly<{
    plain: () => ResultAsync<Done, Failure>;
    keyed: (request: Request<Done>) => ResultAsync<Responded, Failure | KeyedFailure>;
  }>,
): ResultAsync<Response, Failure | KeyFailures> {
  const key = idempotencyKey === undefined ? keyIn(c.req.header('idempotency-key')) : ok(idempotencyKey);
  if (key.isErr()) return errAsync(key.error);
  if (key.value === undefined) return ways.plain().map((done) => sent(textOf(respond(done)), false));
  const request = {
    key: { merchantId, operation, key: key.value },
    requestId: c.var.requestId,
    payload,
    respond: (done: Done) => textOf(respond(done)),
  };
  return ways
    .keyed(request)
    .map((responded) => {
      countKey(metrics, ok(responded));
      return sent(responded.response, responded.replayed);
    })
    .mapErr((failure) => {
      countKey(metrics, err(failure));
      return failure;
    });
}

/** One line with status, location, `-` for none, and the version if any; then the body, byte for byte as it goes out. */
export const textOf = ({ status, location = '-', version, body }: PostResponse): StoredResponse =>
  `${status} ${location}${version === undefined ? '' : ` ${version}`}\n${body}`;

/** Reads what `textOf` wrote. */
export function responseIn(
  text: StoredResponse,
): Readonly<{ status: number; location?: string; version?: string; body: string }> {
  const end = text.indexOf('\n');
  const [status, location, version] = text.slice(0, end).split(' ');
  return {
    status: Number(status),
    ...(location === '-' ? {} : present({ location })),
    ...present({ version }),
    body: text.slice(end + 1),
  };
}

function sent(response: StoredResponse, replayed: boolean): Response {
  const { status, location, version, body } = responseIn(response);
  return respondStored({ status, body }, replayed, { ...present({ Location: location }), ...tagOf(version) });
}
