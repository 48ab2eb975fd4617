import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import type { RequestedAction } from '../../../application/files/resolve-exception.ts';
import { type ExceptionId, type PaymentId, parseId, type TransactionId } from '../../../domain/kernel/ids.ts';
import { fromRfc3339 } from '../../../domain/kernel/instant.ts';
import type { Json, JsonObject } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { faultsOf, parseBody, parsedBy } from '../server/body-input.ts';
import { type KeyedHeader, type KeyFailure, keyOf } from '../server/idempotency-key.ts';
import type { JsonBody } from '../server/read-json.ts';
import type { MalformedRequest, PanNotAccepted } from '../server/request-problems.ts';
import { newBatchItem, newResolution, resolutionEnvelope } from './exception-schemas.ts';

/** What a person decided about one exception, under which key. */
export type Decision = Readonly<{
  action: RequestedAction;
  reason: string;
  key: string;
  /** All that the request says, but for its key. */
  payload: JsonObject;
}>;

export type DecisionFailure = MalformedRequest | PanNotAccepted | KeyFailure;

/** The body of `POST /exceptions/{id}/resolve`. */
export const parseDecision = (body: JsonBody, headerKey: KeyedHeader): Result<Decision, DecisionFailure> =>
  parseBody(newResolution, body, headerKey).andThen((fields) =>
    keyOf(headerKey, fields.idempotency_key).map((key) => decisionOf(fields, key)),
  );

/** One item of `POST /exceptions/resolve`, as it came. */
export const parseBatchItem = (
  item: unknown,
): Result<Decision & Readonly<{ id: ExceptionId }>, DecisionFailure> =>
  parseBody(newBatchItem, { value: item, faults: [] }).andThen(({ id, ...fields }) =>
    keyOf(undefined, fields.idempotency_key).map((key) => ({
      // The schema let only ids of exceptions through.
      id: parseId('exc', id) as ExceptionId,
      ...decisionOf(fields, key),
    })),
  );

/** The items of a body, unjudged: a fault inside one is its own. */
export function parseItems({ value, faults }: JsonBody): Result<readonly Json[], MalformedRequest> {
  if (faults.length > 0) return err({ kind: 'MalformedRequest', faults });
  const parsed = parsedBy(resolutionEnvelope, value);
  return parsed.success
    ? ok(parsed.data.items as readonly Json[])
    : err({ kind: 'MalformedRequest', faults: faultsOf(parsed.error) });
}

type Fields = z.output<typeof newResolution>;

const decisionOf = ({ idempotency_key: _key, reason, ...fields }: Fields, key: string): Decision => ({
  action: actionOf(fields),
  reason,
  key,
  payload: { ...fields, reason },
});

function actionOf(fields: Omit<Fields, 'reason' | 'idempotency_key'>): RequestedAction {
  const { action: kind, until } = fields;
  // The schema let only ids of their kinds through, and each field beside its action alone.
  if (kind === 'link')
    return {
      kind,
      transactionId: fields.transaction_id as TransactionId,
      ...present({ paymentId: fields.payment_id as PaymentId | undefined }),
    };
  if (kind === 'expect_later') return { kind, until: fromRfc3339(until ?? '') };
  return { kind };
}
