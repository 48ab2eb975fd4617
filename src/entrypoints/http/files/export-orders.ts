import { err, type Result } from 'neverthrow';
import type { ExportFilter } from '../../../application/files/export-filter.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import type { ExportSource, FileExport } from '../../../domain/files/file-export.ts';
import type { AuditedEntity } from '../../../domain/kernel/audit-entry.ts';
import type { MerchantId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { choiceOf } from '../payments/payment-filter.ts';
import { type TenantHandler, withPermission } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { type CommittingParts, committedOnce } from '../server/keyed-post.ts';
import { type JsonBody, readJson, readOptionalJson } from '../server/read-json.ts';
import { type HttpContext, originOf } from '../server/request-context.ts';
import type { MalformedRequest, PanNotAccepted } from '../server/request-problems.ts';
import { exportProblems, NEEDED } from './export-problems.ts';
import { type ExportBody, newExport, newPaymentExport } from './export-schemas.ts';

const { refuse } = exportProblems;

type StartParts = Pick<UseCases, 'startExport'> & CommittingParts;

/** Orders a file of any kind. */
export const postExport =
  (parts: StartParts): TenantHandler =>
  async (c, merchantId) => {
    const body = await readJson(c.req.raw).andThen((read) => parseBody(newExport, read));
    return body.isErr()
      ? refuse(c, body.error)
      : started(parts, c, { merchantId, operation: 'start_export', body: body.value });
  };

/** Orders a file of payments, or of their transactions. */
export const postPaymentExport =
  (parts: StartParts): TenantHandler =>
  async (c, merchantId) => {
    const body = await readOptionalJson(c.req.raw).andThen(paymentExport);
    return body.isErr()
      ? refuse(c, body.error)
      : started(parts, c, { merchantId, operation: 'start_payment_export', body: body.value });
  };

const paymentExport = (body: JsonBody): Result<ExportBody, MalformedRequest | PanNotAccepted> =>
  parseBody(newPaymentExport, body).map(({ kind = 'payments', ...rest }) => ({ kind, ...rest }));

const started = (
  parts: StartParts,
  c: HttpContext,
  {
    merchantId,
    operation,
    body,
  }: Readonly<{
    merchantId: MerchantId;
    operation: 'start_export' | 'start_payment_export';
    body: ExportBody;
  }>,
): Promise<Response> =>
  withPermission(c, NEEDED[body.kind], async () => {
    const { kind: source, format = 'csv', gzip = false, bom } = body;
    return filterIn(body)
      .asyncAndThen((filter) =>
        committedOnce(c, parts, {
          merchantId,
          operation,
          payload: body,
          respond: ({ id }: FileExport) => ({
            status: 202,
            location: `/exports/${id}`,
            body: jsonText({
              export_id: id,
              status: 'pending',
              message:
                'The file is being made. Read `check_url` for its progress and, once it is completed, its link.',
              check_url: `/exports/${id}`,
            }),
          }),
          work: (claimWith) =>
            parts.startExport(
              { merchantId, source, format, gzip, ...present({ bom }), filter, origin: originOf(c) },
              claimWith,
            ),
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );
  });

const OF_PAYMENTS = [
  'status',
  'customer_id',
  'currency',
  'min_amount',
  'max_amount',
  'decline_code',
  'attention',
  'metadata',
  'idempotency_key',
];
const FILTERS: Readonly<Record<ExportSource, readonly string[]>> = {
  payments: OF_PAYMENTS,
  transactions: OF_PAYMENTS,
  ledger_entries: ['currency'],
  journal: ['currency'],
  audit: ['entity_type', 'entity_id'],
  settlements: ['currency'],
};

/** A filter that the kind has not was meant for something, so it is refused like an unknown field. */
export function filterIn({
  kind,
  filters = {},
}: Pick<ExportBody, 'kind' | 'filters'>): Result<ExportFilter, MalformedRequest> {
  const { min_amount, max_amount, attention, entity_type, entity_id, ...query } = filters;
  const stray = Object.keys(present(filters)).filter(
    (name) => !['start_date', 'end_date', ...FILTERS[kind]].includes(name),
  );
  if (stray.length > 0)
    return err({
      kind: 'MalformedRequest',
      faults: stray.map((name) => ({ path: ['filters', name], message: `is no filter of ${kind}` })),
    });
  return choiceOf({
    ...query,
    attention: attention && 'true',
    min_amount: min_amount === undefined ? undefined : String(min_amount),
    max_amount: max_amount === undefined ? undefined : String(max_amount),
  })
    .map((filter) => ({
      ...filter,
      ...present({ entityType: entity_type as AuditedEntity | undefined, entityId: entity_id }),
    }))
    .mapErr(({ kind: failure, faults }) => ({
      kind: failure,
      faults: faults.map(({ path, message }) => ({ path: ['filters', ...path], message })),
    }));
}
