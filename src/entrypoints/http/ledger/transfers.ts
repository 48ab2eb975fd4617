import { z } from '@hono/zod-openapi';
import type { TransferRequest } from '../../../application/ledger/transfer-money.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { parseId, parseMerchantId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { money } from '../../../domain/kernel/money.ts';
import { present } from '../../../domain/kernel/present.ts';
import { type TransferRefused, transferRecord } from '../../../domain/ledger/transfer.ts';
import type { TransferResponseEncoder } from '../../../ports/transfer-response-encoder.ts';
import { MERCHANT_INACTIVE } from '../merchants/merchants.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { answerVersion, tagOf } from '../server/entity-tag.ts';
import { keyOf } from '../server/idempotency-key.ts';
import { pageOf, parseQuery, periodOf } from '../server/list-input.ts';
import { countKey, type ServiceMetrics } from '../server/measurements.ts';
import { type FailureOf, problemText } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { readJson } from '../server/read-json.ts';
import { answerPage, originOf, respondStored } from '../server/request-context.ts';
import { answer, created, resource, versioned } from '../server/route.ts';
import { amount, currency, idempotencyKey, listPage, paging, period } from '../server/schemas.ts';
import { INSUFFICIENT_FUNDS, LEDGER_TAG } from './ledger.ts';

const problems = problemTable<
  FailureOf<UseCases, 'transferMoney' | 'getTransfer' | 'listTransfers'> | TransferRefused
>({
  MerchantInactive: MERCHANT_INACTIVE,
  TransferNotFound: {
    status: 404,
    code: 'transfer_not_found',
    title: 'There is no such transfer',
    detail: 'No transfer from or to this merchant has this id.',
  },
  BalanceContended: {
    status: 409,
    code: 'balance_contended',
    title: 'Too many transfers leave this balance at once',
    detail: 'Nothing moved. Repeat the request with the same idempotency key.',
    retryAfterS: 1,
  },
  TransferToSelf: {
    status: 422,
    code: 'transfer_to_self',
    title: 'A transfer goes to another merchant',
    detail: 'The destination is the merchant the token names.',
  },
  DestinationNotAvailable: {
    status: 422,
    code: 'destination_not_available',
    title: 'The destination does not take transfers',
    detail: 'There is no active merchant with the id of the destination.',
  },
  InsufficientFunds: INSUFFICIENT_FUNDS,
});

const { refuse } = problems;

const merchantId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the id of a merchant')
  .openapi({ example: 'merchant-456' });

/** The body of `POST /transfers`. */
const newTransfer = z
  .strictObject({
    destination_merchant_id: merchantId,
    amount,
    currency,
    description: z.string().max(500).optional(),
    idempotency_key: idempotencyKey.optional(),
  })
  .openapi('NewTransfer', {
    example: { destination_merchant_id: 'merchant-456', amount: 250, currency: 'USD' },
  });

/** A transfer as both parties read it. */
export const transfer = z
  .strictObject({
    id: z.string().regex(/^trf_[0-9a-f]{32}$/),
    merchant_id: z.string().openapi({ description: 'Whose money it was.' }),
    destination_merchant_id: z.string(),
    amount: z.int().min(1).openapi({ format: 'int64' }),
    currency: z.string(),
    description: z.string().optional(),
    version: z.int(),
    created_at: z.string().openapi({ format: 'date-time' }),
  })
  .openapi('Transfer');

/** One line with the status, the transfer's id, `-` for none, and its version; then the body, byte for byte as it goes out. */
export const httpTransferResponseEncoder: TransferResponseEncoder = {
  transferred: (transfer) => `201 ${transfer.id} ${transfer.version}\n${jsonText(transferRecord(transfer))}`,
  refused(refusal, requestId) {
    const problem = problems.problemOf(refusal, requestId);
    return `${problem.status} -\n${problemText(problem)}`;
  },
};

/** Reads what `httpTransferResponseEncoder` wrote. */
function decodeTransferResponse(
  response: string,
): Readonly<{ status: number; transferId?: string; version?: string; body: string }> {
  const end = response.indexOf('\n');
  const [status, id, version] = response.slice(0, end).split(' ');
  return {
    status: Number(status),
    ...(id === undefined || id === '-' ? {} : { transferId: id }),
    ...present({ version }),
    body: response.slice(end + 1),
  };
}

const postTransfer =
  ({
    transferMoney,
    metrics,
  }: Pick<UseCases, 'transferMoney'> & Readonly<{ metrics: ServiceMetrics }>): TenantHandler =>
  async (c, merchantId) => {
    const headerKey = c.req.header('idempotency-key');
    const request = await readJson(c.req.raw)
      .andThen((json) => parseBody(newTransfer, json, headerKey))
      .andThen((body) => keyOf(headerKey, body.idempotency_key).map((key) => ({ body, key })))
      .map(({ body, key }): TransferRequest => {
        const destinationMerchantId = parseMerchantId(body.destination_merchant_id);
        if (destinationMerchantId === undefined) throw new Error('the schema let a bad merchant id through');
        return {
          merchantId,
          idempotencyKey: key,
          destinationMerchantId,
          amount: money(BigInt(body.amount), body.currency),
          ...present({ description: body.description }),
          origin: originOf(c),
        };
      });
    if (request.isErr()) return refuse(c, request.error);
    const result = await transferMoney(request.value);
    countKey(metrics, result);
    return result.match(
      ({ response, replayed }) => {
        const { status, transferId, version, body } = decodeTransferResponse(response);
        const located = transferId === undefined ? {} : { Location: `/transfers/${transferId}` };
        return respondStored({ status, body }, replayed, { ...located, ...tagOf(version) });
      },
      (failure) => refuse(c, failure),
    );
  };

const getTransfer =
  ({ getTransfer }: Pick<UseCases, 'getTransfer'>): TenantHandler =>
  async (c, merchantId) => {
    const id = parseId('trf', c.req.param('id') ?? '');
    if (id === undefined) return refuse(c, { kind: 'TransferNotFound' });
    return getTransfer(merchantId, id).match(
      (transfer) => answerVersion(c, { version: transfer.version, body: jsonText(transferRecord(transfer)) }),
      (failure) => refuse(c, failure),
    );
  };

/** The query of `GET /transfers`, as text. */
const transfersQuery = z.strictObject({ ...period, ...paging });

export const transferPage = listPage(transfer).openapi('TransferPage');

const getTransfers =
  ({ listTransfers }: Pick<UseCases, 'listTransfers'>): TenantHandler =>
  (c, merchantId) =>
    parseQuery(transfersQuery, new URL(c.req.url).searchParams)
      .andThen((query) => periodOf(query).map((filter) => ({ merchantId, filter, ...pageOf(query) })))
      .asyncAndThen(listTransfers)
      .match(
        (page) => answerPage(page, transferRecord),
        (failure) => refuse(c, failure),
      );

export const transfers = resource({
  tag: LEDGER_TAG,
  problems,
  routes: [
    forTenants('transfers', postTransfer, {
      method: 'post',
      path: '/transfers',
      operationId: 'createTransfer',
      summary: 'Move money to another merchant',
      description:
        'At once and for good, from what is `available` in `GET /balance`, and never more than that. The idempotency key comes ' +
        'in the header or in the body; a repeat gives the first answer again. A refusal for want of funds leaves the key free: ' +
        'the same request goes through once there is enough.',
      idempotencyKey: 'transfer-1001',
      body: newTransfer,
      responses: {
        201: {
          ...created('transfer', transfer),
          description: 'The transfer. Both parties can read it, and both have an entry in their ledger.',
        },
      },
      refusals: [409],
    }),
    forTenants('transfers', getTransfers, {
      method: 'get',
      path: '/transfers',
      operationId: 'listTransfers',
      summary: 'List transfers from and to this merchant, newest first',
      query: transfersQuery,
      responses: { 200: answer('A page.', transferPage) },
    }),
    forTenants('transfers', getTransfer, {
      method: 'get',
      path: '/transfers/{id}',
      operationId: 'getTransfer',
      summary: 'Read a transfer from or to this merchant',
      responses: { 200: versioned('The transfer.', transfer) },
      refusals: [404],
    }),
  ],
});
