import { err, ok, type Result } from 'neverthrow';
import type { UseCases } from '../../../application/use-cases.ts';
import { publishedReconciliation } from '../../../domain/files/published-reconciliation.ts';
import { parseId, type ReconciliationId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { shownReconciliation } from '../../files/shown-reconciliation.ts';
import { MERCHANT_NOT_FOUND } from '../merchants/merchants.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { answerVersion } from '../server/entity-tag.ts';
import { type WorkingParts, workedOnce } from '../server/keyed-post.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { answerJson, answerPage, type HttpContext, originOf } from '../server/request-context.ts';
import { answer, created, resource, versioned } from '../server/route.ts';
import { text } from '../server/route-description.ts';
import {
  newReconciliation,
  reconciliation,
  reconciliationPage,
  reconciliationsQuery,
  rowPage,
  rowsQuery,
} from './reconciliation-schemas.ts';
import { STORE_PROBLEMS } from './store-problems.ts';

const MOST_BYTES = 10 * 1_024 * 1_024;

/** The body is no CSV by its type, or HTTP has packed it. */
type FileTypeMismatch = Readonly<{ kind: 'FileTypeMismatch' }>;

type Served =
  | 'receiveFile'
  | 'startReconciliation'
  | 'showReconciliation'
  | 'listReconciliations'
  | 'listRows';

const problems = problemTable<FailureOf<UseCases, Served> | FileTypeMismatch>({
  ...STORE_PROBLEMS,
  MerchantNotFound: MERCHANT_NOT_FOUND,
  ReconciliationNotFound: {
    status: 404,
    code: 'reconciliation_not_found',
    title: 'There is no such reconciliation',
    detail: 'This merchant has no reconciliation of this id.',
  },
  MappingNotFound: {
    status: 404,
    code: 'settlement_mapping_not_found',
    title: 'There is no such mapping',
    detail:
      'The merchant has no mapping of this name in its `settlement_mappings`. An administrator adds one.',
  },
  FileTypeMismatch: {
    status: 415,
    code: 'file_type_mismatch',
    title: 'The body is not a file that this route reads',
    detail: 'Send `Content-Type: text/csv` in UTF-8 or `application/gzip`, without `Content-Encoding`.',
  },
  FileEmpty: {
    status: 400,
    code: 'file_empty',
    title: 'The file is empty',
    detail: 'Not one byte came. Nothing is stored.',
  },
  ObjectTooLarge: {
    status: 413,
    code: 'file_too_large',
    title: 'The file is too large',
    detail: ({ mostBytes }) =>
      `A request takes ${mostBytes} bytes at the most; \`paywright reconcile\` takes more, and so does gzip.`,
  },
});

const { refuse } = problems;

const FILE_TYPE = /^(?:text\/csv\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?|application\/gzip)$/i;

/** A file as it is, gzip or not; a body that HTTP has packed would have another hash for each way of packing. */
function fileIn(c: HttpContext): Result<AsyncIterable<Uint8Array>, FileTypeMismatch> {
  const encoding = c.req.header('content-encoding') ?? 'identity';
  return FILE_TYPE.test(c.req.header('content-type') ?? '') && encoding === 'identity'
    ? ok(c.req.raw.body ?? NOTHING)
    : err({ kind: 'FileTypeMismatch' });
}

const NOTHING = { async *[Symbol.asyncIterator]() {} };

const postReconciliation =
  (parts: Pick<UseCases, 'receiveFile' | 'dropFile' | 'startReconciliation'> & WorkingParts): TenantHandler =>
  async (c, merchantId) => {
    const request = parseQuery(newReconciliation, new URL(c.req.url).searchParams).andThen((query) =>
      fileIn(c).map((bytes) => ({ ...query, bytes })),
    );
    if (request.isErr()) return refuse(c, request.error);
    const { source, mapping, bytes } = request.value;
    const stored = await parts.receiveFile({
      merchantId,
      name: 'upload.csv',
      source,
      bytes,
      mostBytes: MOST_BYTES,
      ...present({ mapping }),
    });
    if (stored.isErr()) return refuse(c, stored.error);
    const received = stored.value;
    let isStarted = false;
    const started = await workedOnce(c, parts, {
      merchantId,
      operation: 'create_reconciliation',
      payload: { source, ...present({ mapping }), sha256: received.file.sha256 },
      work: () => {
        isStarted = true;
        return parts.startReconciliation({ received, origin: originOf(c) });
      },
      respond: ({ reconciliation: { id, ...each }, isNew }) => ({
        status: isNew ? 202 : 200,
        location: `/reconciliations/${id}`,
        version: each.version,
        body: jsonText(publishedReconciliation({ id, ...each })),
      }),
    });
    if (!isStarted) await parts.dropFile(received);
    return started.match(
      (response) => response,
      (failure) => refuse(c, failure),
    );
  };

/** An id that is none is no merchant's. */
const withId = (
  c: HttpContext,
  serve: (id: ReconciliationId) => Promise<Response>,
): Promise<Response> | Response => {
  const id = parseId('rec', c.req.param('id') ?? '');
  return id === undefined ? refuse(c, { kind: 'ReconciliationNotFound' }) : serve(id);
};

const getReconciliationById =
  ({ showReconciliation }: Pick<UseCases, 'showReconciliation'>): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) =>
      showReconciliation(merchantId, id).match(
        (shown) => {
          const body = jsonText(shownReconciliation(shown));
          // Links differ at each read, which no entity tag says.
          return shown.report === undefined
            ? answerVersion(c, { version: shown.reconciliation.version, body })
            : answerJson(200, body);
        },
        (failure) => refuse(c, failure),
      ),
    );

const getReconciliations =
  ({ listReconciliations }: Pick<UseCases, 'listReconciliations'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(reconciliationsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen((query) => listReconciliations({ merchantId, ...pageOf(query) }))
      .match(
        (page) => answerPage(page, publishedReconciliation),
        (failure) => refuse(c, failure),
      );

const getRows =
  ({ listRows }: Pick<UseCases, 'listRows'>): TenantHandler =>
  async (c, merchantId) =>
    withId(c, (id) =>
      parseQuery(rowsQuery, new URL(c.req.url).searchParams)
        .asyncAndThen(({ outcome, ...page }) =>
          listRows({ merchantId, id, ...present({ outcome }), ...pageOf(page) }),
        )
        .match(
          (page) => answerPage(page, (row) => row),
          (failure) => refuse(c, failure),
        ),
    );

export const reconciliations = resource({
  tag: {
    name: 'reconciliations',
    description: 'Files of processors, held row by row against the transactions here.',
  },
  problems,
  routes: [
    forTenants('settlements', postReconciliation, {
      method: 'post',
      path: '/reconciliations',
      operationId: 'createReconciliation',
      summary: "Hold a processor's file against the transactions here",
      description:
        'CSV in UTF-8, with a header, or the same in gzip, up to 10 MiB. A worker reads it: `GET /reconciliations/{id}` shows how ' +
        'far it is. The same bytes again, by the same mapping where they have one, are the same reconciliation, answered with 200, ' +
        'unless it failed. The columns of `native`: `payment_id`, `transaction_id`, `status` (`settled` or `failed`), `fee`, `processed_date`, `settlement_date`, ' +
        'and when there, checked: `type`, `amount`, `currency`, `reference`, `payout_id`, `bank_reference`. Amounts and fees are ' +
        'minor units. What `stripe` and `adyen` files must have is in the README; a column that is not used is left out there.',
      query: newReconciliation,
      bytes: { ...text('text/csv'), ...text('application/gzip') },
      responses: {
        200: { ...created('reconciliation', reconciliation), description: 'These bytes were sent before.' },
        202: created('reconciliation', reconciliation),
      },
      refusals: [404, 409, 413, 415],
    }),
    forTenants('settlements', getReconciliations, {
      method: 'get',
      path: '/reconciliations',
      operationId: 'listReconciliations',
      summary: 'List reconciliations, newest first',
      query: reconciliationsQuery,
      responses: { 200: answer('A page of reconciliations.', reconciliationPage) },
    }),
    forTenants('settlements', getReconciliationById, {
      method: 'get',
      path: '/reconciliations/{id}',
      operationId: 'getReconciliation',
      summary: 'Read a reconciliation, with what has become of its rows so far, and links to its report',
      description: 'Once it has links, which differ at each read, the answer has no `ETag`.',
      responses: { 200: versioned('The reconciliation.', reconciliation) },
      refusals: [404],
    }),
    forTenants('settlements', getRows, {
      method: 'get',
      path: '/reconciliations/{id}/rows',
      operationId: 'listReconciledRows',
      summary: 'List the rows of a file with what became of each, in its order',
      description:
        'Rows that have their outcome. A page may hold fewer rows than `limit`, and none, and yet have a next: it looks through ' +
        'no more than a part of the file.',
      query: rowsQuery,
      responses: { 200: answer('A page of rows.', rowPage) },
      refusals: [404],
    }),
  ],
});
