import type { ResultAsync } from 'neverthrow';
import { asChanged } from '../../../application/files/read-exceptions.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import type { Exception } from '../../../domain/files/exception.ts';
import { type ExceptionId, parseId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { answerVersion, expectedIn } from '../server/entity-tag.ts';
import { keyOf } from '../server/idempotency-key.ts';
import { type CommittingParts, committedOnce, type PostResponse } from '../server/keyed-post.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import { readJson, readOptionalJson } from '../server/read-json.ts';
import { answerPage, type HttpContext, originOf, resolverOf } from '../server/request-context.ts';
import { answer, resource, versioned } from '../server/route.ts';
import { parseDecision } from './exception-input.ts';
import { exceptionProblems } from './exception-problems.ts';
import {
  exception,
  exceptionChange,
  exceptionPage,
  exceptionsQuery,
  exceptionView,
  newConfirmation,
  newRejection,
  newResolution,
} from './exception-schemas.ts';

const { refuse } = exceptionProblems;

/** What stands in the path and is no id is answered as an id that no exception has. */
const withId = (
  c: HttpContext,
  serve: (id: ExceptionId) => Promise<Response>,
): Promise<Response> | Response => {
  const id = parseId('exc', c.req.param('id') ?? '');
  return id === undefined ? refuse(c, { kind: 'ExceptionNotFound' }) : serve(id);
};

/** An exception as a change left it; 202 where it waits for another person. */
export const changedResponse = (changed: Exception): PostResponse => ({
  status: changed.status === 'proposed' ? 202 : 200,
  version: changed.version,
  body: jsonText(exceptionView(asChanged(changed))),
});

const answered = <Failure extends Parameters<typeof refuse>[1]>(
  c: HttpContext,
  response: ResultAsync<Response, Failure>,
): Promise<Response> =>
  response.match(
    (given) => given,
    (failure) => refuse(c, failure),
  );

const getExceptions =
  ({ listExceptions }: Pick<UseCases, 'listExceptions'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(exceptionsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(({ kind, age, currency, assigned_to, reconciliation_id, status, ...page }) =>
        listExceptions({
          merchantId,
          filter: present({
            type: kind,
            age,
            currency,
            assignedTo: assigned_to,
            reconciliationId: reconciliation_id,
            status,
          }),
          ...pageOf(page),
        }),
      )
      .match(
        (page) => answerPage(page, exceptionView),
        (failure) => refuse(c, failure),
      );

const getExceptionById =
  ({ getException }: Pick<UseCases, 'getException'>): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) =>
      getException(merchantId, id).match(
        (shown) =>
          answerVersion(c, { version: shown.exception.version, body: jsonText(exceptionView(shown)) }),
        (failure) => refuse(c, failure),
      ),
    );

const patchException =
  ({ assignException }: Pick<UseCases, 'assignException'>): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) =>
      readJson(c.req.raw)
        .andThen((body) => parseBody(exceptionChange, body))
        .andThen((body) => expectedIn(c).map((expecting) => ({ body, expecting })))
        .andThen(({ body, expecting }) =>
          assignException({
            ...expecting,
            merchantId,
            id,
            assignedTo: body.assigned_to,
            origin: originOf(c),
          }),
        )
        .match(
          (changed) =>
            answerVersion(c, {
              version: changed.version,
              body: jsonText(exceptionView(asChanged(changed))),
            }),
          (failure) => refuse(c, failure),
        ),
    );

const postResolution =
  (parts: Pick<UseCases, 'resolveException'> & CommittingParts): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) =>
      answered(
        c,
        readJson(c.req.raw)
          .andThen((body) => parseDecision(body, c.req.header('idempotency-key')))
          .andThen((decision) => expectedIn(c).map((expecting) => ({ decision, expecting })))
          .andThen(({ decision: { action, reason, key, payload }, expecting }) =>
            committedOnce(c, parts, {
              merchantId,
              operation: 'resolve_exception',
              idempotencyKey: key,
              payload: { id, ...payload },
              respond: changedResponse,
              work: (claimWith) =>
                parts.resolveException(
                  { ...expecting, merchantId, id, action, reason, by: resolverOf(c), origin: originOf(c) },
                  claimWith,
                ),
            }),
          ),
      ),
    );

const postConfirmation =
  (parts: Pick<UseCases, 'confirmResolution'> & CommittingParts): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) => {
      const header = c.req.header('idempotency-key');
      return answered(
        c,
        readOptionalJson(c.req.raw)
          .andThen((body) => parseBody(newConfirmation, body, header))
          .andThen(({ idempotency_key }) => keyOf(header, idempotency_key))
          .andThen((key) => expectedIn(c).map((expecting) => ({ key, expecting })))
          .andThen(({ key, expecting }) =>
            committedOnce(c, parts, {
              merchantId,
              operation: 'confirm_resolution',
              idempotencyKey: key,
              payload: { id },
              respond: changedResponse,
              work: (claimWith) =>
                parts.confirmResolution(
                  { ...expecting, merchantId, id, by: resolverOf(c), origin: originOf(c) },
                  claimWith,
                ),
            }),
          ),
      );
    });

const postRejection =
  (parts: Pick<UseCases, 'rejectResolution'> & CommittingParts): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) =>
      answered(
        c,
        readJson(c.req.raw)
          .andThen((body) => parseBody(newRejection, body, c.req.header('idempotency-key')))
          .andThen(({ reason }) => expectedIn(c).map((expecting) => ({ reason, expecting })))
          .andThen(({ reason, expecting }) =>
            committedOnce(c, parts, {
              merchantId,
              operation: 'reject_resolution',
              payload: { id, reason },
              respond: changedResponse,
              work: (claimWith) =>
                parts.rejectResolution(
                  { ...expecting, merchantId, id, reason, by: resolverOf(c), origin: originOf(c) },
                  claimWith,
                ),
            }),
          ),
      ),
    );

export const EXCEPTIONS_TAG = {
  name: 'exceptions',
  description:
    'What does not fit between files of processors and the books here, and what people decide about it.',
} as const;

export const exceptions = resource({
  tag: EXCEPTIONS_TAG,
  problems: exceptionProblems,
  routes: [
    forTenants('settlements', getExceptions, {
      method: 'get',
      path: '/exceptions',
      operationId: 'listExceptions',
      summary: 'List exceptions, newest first',
      description:
        'A page may hold fewer than `limit`, and none, and yet have a next: by kind, currency and person it looks through no more ' +
        'than a part of them. Those of a reconciliation are looked for among what was opened while its file was read.',
      query: exceptionsQuery,
      responses: { 200: answer('A page of exceptions.', exceptionPage) },
    }),
    forTenants('settlements', getExceptionById, {
      method: 'get',
      path: '/exceptions/{id}',
      operationId: 'getException',
      summary: 'Read an exception',
      responses: { 200: versioned('The exception.', exception) },
      refusals: [404],
    }),
    forTenants('settlements', patchException, {
      method: 'patch',
      path: '/exceptions/{id}',
      operationId: 'assignException',
      summary: 'Say who looks after an exception',
      body: exceptionChange,
      ifMatch: 'exception',
      responses: { 200: versioned('The exception as it is now.', exception) },
      refusals: [404, 409],
    }),
    forTenants('settlements', postResolution, {
      method: 'post',
      path: '/exceptions/{id}/resolve',
      operationId: 'resolveException',
      summary: 'Decide about an exception',
      description:
        'One commit holds the exception, the transaction that is settled and the ledger entry of a difference. Above the ' +
        "merchant's `resolution_limits` nothing is done yet: another person confirms, or rejects.",
      idempotencyKey: 'exception-1001',
      body: newResolution,
      ifMatch: 'exception',
      responses: {
        200: versioned('The exception as it is now.', exception),
        202: versioned('The resolution waits for another person to confirm it.', exception),
      },
      refusals: [404, 409],
    }),
    forTenants('settlements', postConfirmation, {
      method: 'post',
      path: '/exceptions/{id}/confirm',
      operationId: 'confirmResolution',
      summary: 'Confirm what another person proposed',
      description:
        'Who proposed a resolution never confirms it, whatever the token: a person is known by subject, email and the claim that ' +
        'the installation names. Once another was proposed before, `If-Match` has to name the one version that was seen.',
      idempotencyKey: 'exception-1002',
      body: newConfirmation,
      bodyOptional: true,
      ifMatch: 'exception',
      responses: { 200: versioned('The exception as it is now.', exception) },
      refusals: [403, 404, 409, 428],
    }),
    forTenants('settlements', postRejection, {
      method: 'post',
      path: '/exceptions/{id}/reject',
      operationId: 'rejectResolution',
      summary: 'Reject a resolution that waits, or take it back',
      body: newRejection,
      ifMatch: 'exception',
      responses: { 200: versioned('The exception, open again.', exception) },
      refusals: [404, 409],
    }),
  ],
});
