import type { ShownExport } from '../../../application/files/read-exports.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { exportRecord } from '../../../domain/files/export.ts';
import { type FileExport, publishedFileExport } from '../../../domain/files/file-export.ts';
import { type ExportId, parseId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { readNothing } from '../server/body-input.ts';
import { type CommittingParts, committedOnce } from '../server/keyed-post.ts';
import { pageOf, parseQuery } from '../server/list-input.ts';
import { answerJson, answerPage, type HttpContext, originOf } from '../server/request-context.ts';
import { answer, location, resource } from '../server/route.ts';
import { nothing } from '../server/schemas.ts';
import { postExport, postPaymentExport } from './export-orders.ts';
import { exportProblems, NEEDED } from './export-problems.ts';
import {
  exportJob,
  exportPage,
  exportsQuery,
  newExport,
  newPaymentExport,
  startedExport,
} from './export-schemas.ts';

const { refuse } = exportProblems;

const getExports =
  ({ listExports }: Pick<UseCases, 'listExports'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(exportsQuery, new URL(c.req.url).searchParams)
      .asyncAndThen((query) => listExports({ merchantId, ...pageOf(query) }))
      .match(
        (page) => answerPage(page, shownRecord),
        (failure) => refuse(c, failure),
      );

const getExportById =
  ({ getExport }: Pick<UseCases, 'getExport'>): TenantHandler =>
  async (c, merchantId) => {
    const id = idOf(c);
    if (id === undefined) return refuse(c, { kind: 'ExportNotFound' });
    return getExport({ merchantId, id }).match(
      (shown) => {
        const { resultUrl, ...rest } = shown;
        const isPermitted =
          'source' in shown.export && c.var.principal.permissions.has(NEEDED[shown.export.source]);
        return answerJson(
          200,
          jsonText(shownRecord({ ...rest, ...present({ resultUrl: isPermitted ? resultUrl : undefined }) })),
        );
      },
      (failure) => refuse(c, failure),
    );
  };

const postCancel =
  (parts: Pick<UseCases, 'cancelExport'> & CommittingParts): TenantHandler =>
  async (c, merchantId) => {
    const id = idOf(c);
    if (id === undefined) return refuse(c, { kind: 'ExportNotFound' });
    return readNothing(c.req.raw)
      .andThen(() =>
        committedOnce(c, parts, {
          merchantId,
          operation: 'cancel_export',
          payload: { export_id: id },
          respond: (canceled: FileExport) => ({
            status: 200,
            body: jsonText(shownRecord({ export: canceled, status: 'canceled', progress: { done: 0 } })),
          }),
          work: (claimWith) => parts.cancelExport({ merchantId, id, origin: originOf(c) }, claimWith),
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );
  };

/** What cannot be the id of an export is answered as an id that no export has. */
const idOf = (c: HttpContext): ExportId | undefined => parseId('exp', c.req.param('id') ?? '');

function shownRecord({ export: each, status, progress, resultUrl }: ShownExport) {
  const { progress: _, ...record } =
    'source' in each
      ? { delivery: 'file', ...publishedFileExport(each) }
      : { delivery: 'stream', kind: 'payments', gzip: false, ...exportRecord(each) };
  return {
    ...record,
    status,
    progress: { rows_done: progress.done, ...present({ rows_total: progress.total }) },
    ...present({ result_url: resultUrl }),
  };
}

const pathParameters = {
  id: { schema: { type: 'string' }, example: 'exp_01990000000070008000000000000001' },
} as const;
const NEEDS =
  'The kinds `ledger_entries` and `journal` need the permission `transfers` too, `audit` the permission `audit`, `settlements` the ' +
  'permission `settlements`.';
const STARTED = {
  202: {
    ...answer('It is ordered.', startedExport),
    headers: { Location: location('export') },
  },
};

export const exportJobs = resource({
  tag: { name: 'exports', description: 'Files of a merchant’s records, made by a job and kept for 7 days.' },
  problems: exportProblems,
  routes: [
    forTenants('exports', postPaymentExport, {
      method: 'post',
      path: '/payments/export',
      operationId: 'startPaymentExport',
      summary: 'Order a file of payments or of their transactions',
      body: newPaymentExport,
      bodyOptional: true,
      responses: STARTED,
      refusals: [429],
    }),
    forTenants('exports', postExport, {
      method: 'post',
      path: '/exports',
      operationId: 'startExport',
      summary: 'Order a file',
      description: `Rows are newest first, transactions by their payments, of what existed when the file was ordered. ${NEEDS}`,
      body: newExport,
      responses: STARTED,
      refusals: [429],
    }),
    forTenants('exports', getExports, {
      method: 'get',
      path: '/exports',
      operationId: 'listExports',
      summary: 'List exports, newest first',
      query: exportsQuery,
      responses: { 200: answer('A page, without links.', exportPage) },
    }),
    forTenants('exports', getExportById, {
      method: 'get',
      path: '/exports/{id}',
      pathParameters,
      operationId: 'getExport',
      summary: 'Read how far an export has come, and a link to its file',
      responses: { 200: answer('The export.', exportJob) },
      refusals: [404],
    }),
    forTenants('exports', postCancel, {
      method: 'post',
      path: '/exports/{id}/cancel',
      pathParameters,
      operationId: 'cancelExport',
      summary: 'Cancel an export that is under way',
      body: nothing,
      bodyOptional: true,
      responses: { 200: answer('It is canceled.', exportJob) },
      refusals: [404, 409],
    }),
  ],
});
