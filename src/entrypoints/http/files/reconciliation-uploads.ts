import { type OrderedUpload, UPLOAD_TYPE } from '../../../application/files/order-upload.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { NO_OUTCOMES } from '../../../domain/files/file-totals.ts';
import { type FileUpload, reconciliationIdOf } from '../../../domain/files/file-upload.ts';
import type { MerchantId, ReconciliationId } from '../../../domain/kernel/ids.ts';
import { rfc3339 } from '../../../domain/kernel/instant.ts';
import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { TenantHandler } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { type CommittingParts, committedOnce } from '../server/keyed-post.ts';
import { parseQuery } from '../server/list-input.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, type HttpContext, originOf } from '../server/request-context.ts';
import { reconciliationProblems } from './reconciliation-problems.ts';
import { newUpload, noQuery } from './reconciliation-schemas.ts';

const { refuse } = reconciliationProblems;

/** Orders a link to which a file is sent. */
export const postUpload =
  (parts: Pick<UseCases, 'orderUpload'> & CommittingParts): TenantHandler =>
  (c, merchantId) =>
    parseQuery(noQuery, new URL(c.req.url).searchParams)
      .asyncAndThen(() => readJson(c.req.raw))
      .andThen((read) => parseBody(newUpload, read))
      .andThen((body) =>
        committedOnce(c, parts, {
          merchantId,
          operation: 'order_upload',
          payload: body,
          respond: ({ upload, url, mostBytes }: OrderedUpload) => ({
            status: 201,
            location: `/reconciliations/${reconciliationIdOf(upload.id)}`,
            body: jsonText({
              id: reconciliationIdOf(upload.id),
              status: upload.status,
              upload_url: url,
              content_type: UPLOAD_TYPE,
              most_bytes: mostBytes,
              expires_at: rfc3339(upload.expiresAt),
            }),
          }),
          work: (claimWith) => {
            const { filename: name, source, mapping, bytes } = body;
            const order = { merchantId, name, source, ...present({ mapping, bytes }), origin: originOf(c) };
            return parts.orderUpload(order, claimWith);
          },
        }),
      )
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

/** What there is of a reconciliation whose file has not come, or was none. Without an entity tag: that of the reconciliation follows. */
export const answerUpload = (
  c: HttpContext,
  { getUpload }: Pick<UseCases, 'getUpload'>,
  { merchantId, id }: Readonly<{ merchantId: MerchantId; id: ReconciliationId }>,
): Promise<Response> =>
  getUpload(merchantId, id).match(
    (upload) => answerJson(200, jsonText(uploadView(upload))),
    (failure) => refuse(c, failure),
  );

/** As a reconciliation of no row yet. One whose file arrived a moment ago has not begun, whichever of them was read. */
function uploadView(upload: FileUpload): JsonObject {
  const { status, reading } = upload;
  const isOver = status === 'failed' || status === 'duplicate';
  return {
    id: reconciliationIdOf(upload.id),
    merchant_id: upload.merchantId,
    source: reading.source,
    ...present({ mapping: reading.mapping }),
    file: upload.name,
    status: isOver ? 'failed' : 'pending',
    ...(status === 'failed' ? { error: { code: upload.fault } } : {}),
    ...(status === 'duplicate' ? { error: { code: 'duplicate' }, duplicate_of: upload.of } : {}),
    counts: { ...NO_OUTCOMES.counts, expected: 0, missing_there: 0 },
    sums: {},
    rows_done: 0,
    bytes_done: 0,
    ...(status === 'pending' ? { upload_expires_at: rfc3339(upload.expiresAt) } : {}),
    version: upload.version,
    created_at: rfc3339(upload.createdAt),
    updated_at: rfc3339(upload.updatedAt),
  };
}
