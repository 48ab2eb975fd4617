import { z } from '@hono/zod-openapi';
import type { Logger } from 'pino';
import type { PaymentPages } from '../../../application/files/export-payments.ts';
import { MOST_EXPORTS } from '../../../application/files/export-places.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { EXPORT_FORMATS } from '../../../domain/files/export.ts';
import type { Payment } from '../../../domain/payments/payment.ts';
import { paymentRecord } from '../../../domain/payments/payment-record.ts';
import { BYTE_ORDER_MARK, type FileFormat, fileFormat } from '../../files/export-encoder.ts';
import { choiceOf, metadataIn, paymentChoice } from '../payments/payment-filter.ts';
import { PAYMENTS_TAG } from '../payments/payment-problems.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { cardFaults } from '../server/card-guard.ts';
import { parseQuery } from '../server/list-input.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { cut, type HttpContext, originOf } from '../server/request-context.ts';
import { fileName, resource } from '../server/route.ts';
import { text } from '../server/route-description.ts';

const problems = problemTable<FailureOf<UseCases, 'exportPayments'>>({
  TooManyExports: {
    status: 429,
    code: 'too_many_exports',
    title: 'Too many exports are running',
    detail: `A merchant runs ${MOST_EXPORTS} exports at once. Repeat the request when one of them has ended.`,
    retryAfterS: 5,
  },
});
const { refuse } = problems;

/** The query of `GET /payments/export`, as text. */
const exportQuery = z.strictObject({
  ...paymentChoice,
  format: z
    .enum(EXPORT_FORMATS, { error: 'must be `csv` or `json`' })
    .optional()
    .openapi({ default: 'csv', description: '`json` is one JSON text for each line.' }),
  bom: z.enum(['true', 'false'], { error: 'must be `true` or `false`' }).optional().openapi({
    default: 'false',
    description: 'Begins a CSV with a byte order mark, by which Excel knows UTF-8.',
  }),
});

const getPaymentExport =
  ({ exportPayments, log }: Pick<UseCases, 'exportPayments'> & Readonly<{ log: Logger }>): TenantHandler =>
  async (c, merchantId) => {
    const order = parseQuery(exportQuery, new URL(c.req.url).searchParams, metadataIn).andThen(
      ({ format = 'csv', bom, ...query }) =>
        choiceOf(query).map((filter) => ({ filter, format, query, bom: bom === 'true' })),
    );
    if (order.isErr()) return refuse(c, order.error);
    const faults = cardFaults(order.value.query);
    if (faults.length > 0) return refuse(c, { kind: 'PanNotAccepted', faults });
    const file = fileFormat('payments', order.value.format);
    // HEAD has no body, so nothing is read for it.
    if (c.req.method === 'HEAD') return new Response(null, { headers: { 'Content-Type': file.contentType } });
    const { bom, ...request } = order.value;
    const started = await exportPayments({ ...request, merchantId, origin: originOf(c) });
    if (started.isErr()) return refuse(c, started.error);
    const { id, pages } = started.value;
    // Until the first page is there, a fault can still be answered as one.
    const first = await pages.next();
    if (first.done !== true && first.value.isErr()) return refuse(c, first.value.error);
    const head = bom && request.format === 'csv' ? `${BYTE_ORDER_MARK}${file.head}` : file.head;
    return new Response(bytesOf({ first, pages }, { ...file, head }, c, log), {
      headers: {
        'Content-Type': file.contentType,
        'Content-Disposition': `attachment; filename="payments-${id}.${file.extension}"`,
      },
    });
  };

type NextPage = Awaited<ReturnType<PaymentPages['next']>>;

/** About what waits for a reader at once, in characters. */
const PIECE = 64 * 1_024;

/**
 * The file as it is asked for: one page is read, written in pieces and forgotten before the next. A reader that goes away, or
 * takes nothing for too long, ends the reading. A fault cuts the connection, so that what has arrived cannot pass for the
 * whole file.
 */
function bytesOf(
  { first, pages }: Readonly<{ first: NextPage; pages: PaymentPages }>,
  { head, lines }: FileFormat<'payments'>,
  c: HttpContext,
  log: Logger,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let text = head;
  let begun: NextPage | undefined = first;
  let page = [].values() as ArrayIterator<Payment>;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          while (text.length < PIECE) {
            const { value: payment } = page.next();
            if (payment === undefined) {
              const next = begun ?? (await pages.next());
              begun = undefined;
              if (next.done === true) {
                if (text !== '') controller.enqueue(encoder.encode(text));
                controller.close();
                return;
              }
              if (next.value.isErr()) {
                broken({ cause: next.value.error.cause }, controller);
                return;
              }
              page = next.value.value.values();
            } else text += lines([paymentRecord(payment)]);
          }
          controller.enqueue(encoder.encode(text));
          text = '';
        } catch (defect) {
          broken({ defect }, controller);
        }
      },
      async cancel() {
        await pages.return();
      },
    },
    { highWaterMark: 0 },
  );

  function broken(why: object, controller: ReadableStreamDefaultController): void {
    log.error({ route: c.var.route, request_id: c.var.requestId, code: 'export_cut', ...why });
    cut(c, controller);
  }
}

export const exports = resource({
  tag: PAYMENTS_TAG,
  problems,
  routes: [
    forTenants('exports', getPaymentExport, {
      method: 'get',
      path: '/payments/export',
      operationId: 'exportPayments',
      summary: 'Read all payments that match, newest first, as a file',
      description:
        'Streamed as it is read. The file is whole when the response ends as HTTP has it; after a fault on our side the ' +
        'connection is cut instead. In CSV (RFC 4180, UTF-8) text that a spreadsheet would run as a formula has an apostrophe ' +
        'before it, and `metadata` is JSON in one cell. Every export is in the audit trail before its first byte is sent.',
      query: exportQuery,
      responses: {
        200: {
          description: 'The payments.',
          content: { ...text('text/csv'), ...text('application/x-ndjson') },
          headers: {
            'Content-Disposition': fileName('A file name with the id of the export.'),
          },
        },
      },
      refusals: [422, 429],
    }),
  ],
});
