import type { UseCases } from '../../../application/use-cases.ts';
import { MOST_UPLOAD_BYTES } from '../../../domain/files/file-upload.ts';
import { MERCHANT_NOT_FOUND } from '../server/chosen-merchant.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { STORE_PROBLEMS } from './store-problems.ts';

/** The body is no CSV by its type, or HTTP has packed it. */
export type FileTypeMismatch = Readonly<{ kind: 'FileTypeMismatch' }>;

type Served =
  | 'orderUpload'
  | 'getUpload'
  | 'receiveFile'
  | 'startReconciliation'
  | 'showReconciliation'
  | 'listReconciliations'
  | 'listRows';

/** Said of a file that came as the body itself. */
const LINKS_TAKE_MORE = 'A body in JSON orders a link that takes up to 1 GiB, ';

/** Of files of processors and what became of them. */
export const reconciliationProblems = problemTable<FailureOf<UseCases, Served> | FileTypeMismatch>({
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
      `${mostBytes} bytes are taken here at the most. ${mostBytes < MOST_UPLOAD_BYTES ? LINKS_TAKE_MORE : ''}\`paywright reconcile\` takes more, and gzip makes files smaller.`,
  },
  UploadsPending: {
    status: 429,
    code: 'uploads_pending',
    title: 'Too many uploads are pending',
    detail: ({ most }) =>
      `A merchant has ${most} uploads pending at once. Send the files that were ordered; what is not sent ends with its link, within the hour.`,
    retryAfterS: 60,
  },
});
