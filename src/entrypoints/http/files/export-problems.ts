import type { UseCases } from '../../../application/use-cases.ts';
import { type ExportSource, MOST_UNDER_WAY } from '../../../domain/files/file-export.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';

/** Of exports made by jobs. */
export const exportProblems = problemTable<
  FailureOf<UseCases, 'startExport' | 'getExport' | 'listExports' | 'cancelExport'>
>({
  ExportNotFound: {
    status: 404,
    code: 'export_not_found',
    title: 'There is no such export',
    detail: 'The merchant has no export with this id.',
  },
  ExportEnded: {
    status: 409,
    code: 'export_ended',
    title: 'The export has ended',
    detail: ({ status }) => `It is ${status} and cannot be canceled.`,
  },
  ExportsUnderWay: {
    status: 429,
    code: 'exports_under_way',
    title: 'Too many exports are under way',
    detail: `A merchant has ${MOST_UNDER_WAY} exports under way at once. Repeat the request when one of them has ended.`,
    retryAfterS: 15,
  },
  ObjectStoreUnavailable: {
    status: 503,
    code: 'object_store_unavailable',
    title: 'The store of files is not available',
    detail: 'Repeat the request.',
    retryAfterS: 5,
  },
});
/** What a token needs beside `exports`, so that no file shows what its reader could not read otherwise. */
export const NEEDED: Readonly<Record<ExportSource, string>> = {
  payments: 'exports',
  transactions: 'exports',
  ledger_entries: 'transfers',
  journal: 'transfers',
  audit: 'audit',
  settlements: 'settlements',
};
