import type { GetTransfer } from '../../../application/ledger/get-transfer.ts';
import type { TransferMoney, TransferRequest } from '../../../application/ledger/transfer-money.ts';
import { parseId, parseMerchantId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { money } from '../../../domain/kernel/money.ts';
import { present } from '../../../domain/kernel/present.ts';
import { transferRecord } from '../../../domain/ledger/transfer.ts';
import type { TenantHandler } from '../payments/payment-routes.ts';
import { keyOf, parseBody } from '../server/body-input.ts';
import { countKey, type PlatformMetrics } from '../server/metrics.ts';
import { PROBLEM_TYPE } from '../server/problems.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, originOf, refuse } from '../server/request-context.ts';
import { decodeTransferResponse } from './transfer-responses.ts';
import { newTransfer } from './transfer-schemas.ts';

export const postTransferHandler =
  ({
    transferMoney,
    metrics,
  }: Readonly<{ transferMoney: TransferMoney; metrics: PlatformMetrics }>): TenantHandler =>
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
        const { status, transferId, body } = decodeTransferResponse(response);
        return answerJson(status, body, {
          ...(status >= 400 ? { 'Content-Type': PROBLEM_TYPE } : {}),
          ...(transferId === undefined ? {} : { Location: `/transfers/${transferId}` }),
          ...(replayed ? { 'Idempotency-Replayed': 'true' } : {}),
        });
      },
      (failure) => refuse(c, failure),
    );
  };

export const getTransferHandler =
  ({ getTransfer }: Readonly<{ getTransfer: GetTransfer }>): TenantHandler =>
  async (c, merchantId) => {
    const id = parseId('trf', c.req.param('id') ?? '');
    if (id === undefined) return refuse(c, { kind: 'TransferNotFound' });
    return getTransfer(merchantId, id).match(
      (transfer) => answerJson(200, jsonText(transferRecord(transfer))),
      (failure) => refuse(c, failure),
    );
  };
