import { err, type Result, ResultAsync } from 'neverthrow';
import type { ResolveFailure } from '../../../application/files/resolve-exception.ts';
import type { Responded } from '../../../application/kernel/idempotency.ts';
import { inParallel } from '../../../application/kernel/in-parallel.ts';
import type { KeyedFailure } from '../../../application/kernel/keyed-commit.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import type { Exception } from '../../../domain/files/exception.ts';
import type { MerchantId } from '../../../domain/kernel/ids.ts';
import type { Json } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { responseIn, textOf, type WorkingParts, workedOnce } from '../server/keyed-post.ts';
import { problemText } from '../server/problem.ts';
import { readJson } from '../server/read-json.ts';
import { type HttpContext, originOf, resolverOf } from '../server/request-context.ts';
import { answer, resource } from '../server/route.ts';
import { type DecisionFailure, parseBatchItem, parseItems } from './exception-input.ts';
import { exceptionProblems } from './exception-problems.ts';
import { newResolutions, resolutionResults } from './exception-schemas.ts';
import { changedResponse, EXCEPTIONS_TAG } from './exceptions.ts';

const { refuse, problemOf, retryAfterOf } = exceptionProblems;

type Parts = Pick<UseCases, 'resolveException' | 'commitUnderKey'>;
type ItemResult = Result<Responded, ResolveFailure | KeyedFailure | DecisionFailure>;

/** Wide enough to share the storage's commits, narrow enough to leave other requests a turn. */
const ITEMS_AT_ONCE = 8;

const postResolutions =
  (parts: Parts & WorkingParts): TenantHandler =>
  (c, merchantId) =>
    readJson(c.req.raw)
      .andThen(parseItems)
      .andThen((items) => {
        const work = (requestId: string) =>
          inParallel(items, ITEMS_AT_ONCE, (item) => resolved(parts, c, merchantId, item)).map((results) =>
            resultsText(results, requestId),
          );
        return workedOnce(c, parts, {
          merchantId,
          operation: 'resolve_exceptions',
          payload: { items },
          respond: (body: string) => ({ status: 200, body }),
          work: () => work(c.var.requestId),
          // Every item that had an effect is kept under its own key.
          again: work,
        });
      })
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

/** One item as if it came alone; it fails alone, too. */
const resolved = (
  parts: Parts,
  c: HttpContext,
  merchantId: MerchantId,
  item: Json,
): ResultAsync<ItemResult, never> => {
  const parsed = parseBatchItem(item);
  if (parsed.isErr()) return ResultAsync.fromSafePromise(Promise.resolve(err(parsed.error)));
  const { id, action, reason, key, payload } = parsed.value;
  const result = parts.commitUnderKey(
    {
      key: { merchantId, operation: 'resolve_exception', key },
      requestId: c.var.requestId,
      payload: { id, ...payload },
      respond: (done: Exception) => textOf(changedResponse(done)),
    },
    (claimWith) =>
      parts.resolveException(
        { merchantId, id, action, reason, by: resolverOf(c), origin: originOf(c) },
        claimWith,
      ),
  );
  return ResultAsync.fromSafePromise(result.then((each): ItemResult => each));
};

function resultsText(results: readonly ItemResult[], requestId: string): string {
  const texts = results.map((result, index) => {
    const { status, body } = result.match(
      ({ response }): Readonly<{ status: number; body: string }> => responseIn(response),
      (failure) => {
        const problem = problemOf(failure, requestId);
        const retryAfter = present({ retry_after: retryAfterOf(failure) });
        return { status: problem.status, body: problemText({ ...problem, ...retryAfter }) };
      },
    );
    const isDone = status < 300;
    return {
      isDone,
      text: `{"index":${index},"status":${status},"${isDone ? 'exception' : 'problem'}":${body}}`,
    };
  });
  const succeeded = texts.filter(({ isDone }) => isDone).length;
  const list = texts.map(({ text }) => text).join(',');
  return `{"results":[${list}],"succeeded":${succeeded},"failed":${results.length - succeeded}}`;
}

export const exceptionBatch = resource({
  tag: EXCEPTIONS_TAG,
  problems: exceptionProblems,
  routes: [
    forTenants('settlements', postResolutions, {
      method: 'post',
      path: '/exceptions/resolve',
      operationId: 'resolveExceptions',
      summary: 'Decide about up to 100 exceptions',
      description: 'Each item is judged and answered as if it came alone, under its own idempotency key.',
      body: newResolutions,
      responses: { 200: answer('One result for each item, in order.', resolutionResults) },
    }),
  ],
});
