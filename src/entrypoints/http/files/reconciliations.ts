import { err, ok, type Result } from 'neverthrow';
import type { UseCases } from '../../../application/use-cases.ts';
import { publishedReconciliation } from '../../../domain/files/published-reconciliation.ts';
import { parseId, type ReconciliationId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { shownReconciliation } from '../../files/shown-reconciliation.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { cardFaults } from '../server/card-guard.ts';
import { answerVersion } from '../server/entity-tag.ts';
import { type WorkingParts, workedOnce } from '../server/keyed-post.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import { answerJson, answerPage, type HttpContext, originOf } from '../server/request-context.ts';
import { answer, created, location, resource, versioned } from '../server/route.ts';
import { text } from '../server/route-description.ts';
import { type FileTypeMismatch, reconciliationProblems } from './reconciliation-problems.ts';
import {
  describedReconciliationQuery,
  newReconciliation,
  newUpload,
  orderedUpload,
  reconciliation,
  reconciliationPage,
  reconciliationsQuery,
  rowPage,
  rowsQuery,
} from './reconciliation-schemas.ts';
import { answerUpload, postUpload } from './reconciliation-uploads.ts';

const MOST_BYTES = 10 * 1_024 * 1_024;

const { refuse } = reconciliationProblems;

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
    const { source, mapping, filename, bytes } = request.value;
    const faults = cardFaults({ filename });
    if (faults.length > 0) return refuse(c, { kind: 'PanNotAccepted', faults });
    const stored = await parts.receiveFile({
      merchantId,
      name: filename ?? 'upload.csv',
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
      payload: { source, ...present({ mapping, filename }), sha256: received.file.sha256 },
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
  (parts: Pick<UseCases, 'showReconciliation' | 'getUpload'>): TenantHandler =>
  async (c, merchantId) =>
    withId(c, async (id) => {
      const shown = await parts.showReconciliation(merchantId, id);
      if (shown.isErr())
        return shown.error.kind === 'ReconciliationNotFound'
          ? answerUpload(c, parts, { merchantId, id })
          : refuse(c, shown.error);
      const { reconciliation: each, report } = shown.value;
      const body = jsonText(shownReconciliation(shown.value));
      // Links differ at each read, which no entity tag says.
      return report === undefined ? answerVersion(c, { version: each.version, body }) : answerJson(200, body);
    });

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

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

const postFileOrOrder =
  (parts: Parameters<typeof postReconciliation>[0] & Parameters<typeof postUpload>[0]): TenantHandler =>
  (c, merchantId) =>
    (JSON_TYPE.test(c.req.header('content-type') ?? '') ? postUpload : postReconciliation)(parts)(
      c,
      merchantId,
    );

export const reconciliations = resource({
  tag: {
    name: 'reconciliations',
    description: 'Files of processors, held row by row against the transactions here.',
  },
  problems: reconciliationProblems,
  routes: [
    forTenants('settlements', postFileOrOrder, {
      method: 'post',
      path: '/reconciliations',
      operationId: 'createReconciliation',
      summary: "Hold a processor's file against the transactions here",
      description:
        'CSV in UTF-8, with a header, or the same in gzip, up to 10 MiB. A worker reads it: `GET /reconciliations/{id}` shows how ' +
        'far it is. The same bytes again, by the same mapping where they have one, are the same reconciliation, answered with 200, ' +
        'unless it failed. The columns of `native`: `payment_id`, `transaction_id`, `status` (`settled` or `failed`), `fee`, `processed_date`, `settlement_date`, ' +
        'and when there, checked: `type`, `amount`, `currency`, `reference`, `payout_id`, `bank_reference`. Amounts and fees are ' +
        'minor units. A larger file, up to 1 GiB, goes to a link: `{filename, source}` in JSON orders one. A `type` other than `payment` and `refund` stands for itself, once for its `reference`, and posts to the ledger: ' +
        '`chargeback` and `chargeback_reversal` of a captured transaction, with the reference of the dispute; `fee` (above zero: ' +
        'kept) and `adjustment` (above zero: in your favour), and `payout` by its `payout_id` (above zero: to the bank), without ' +
        'payment and transaction. What `stripe` and `adyen` files must have is in docs/guide/reconciliation.md; a column that is not used is left out there.',
      query: describedReconciliationQuery,
      bytes: {
        ...text('text/csv'),
        ...text('application/gzip'),
        'application/json': { schema: newUpload },
      },
      responses: {
        200: { ...created('reconciliation', reconciliation), description: 'These bytes were sent before.' },
        201: {
          ...answer('Where the file is to be sent.', orderedUpload),
          headers: { Location: location('reconciliation') },
        },
        202: created('reconciliation', reconciliation),
      },
      refusals: [404, 409, 413, 415, 429],
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
