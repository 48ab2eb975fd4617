import { storedCurrency } from '../kernel/currency.ts';
import type { TransactionId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { Attention, AttentionReason, Seen, SeenState } from './attention.ts';

type SeenRecord = Readonly<{
  state: SeenState;
  amount?: Whole;
  currency?: string;
  processor_id?: string;
}>;

/** What a payment needs people for, under the names it is published with. */
export type AttentionRecord = Readonly<{
  reason: AttentionReason;
  since: string;
  seen: SeenRecord;
  transaction_id?: TransactionId;
  idempotency_key?: string;
}>;

export const attentionRecord = ({ reason, since, seen, modification }: Attention): AttentionRecord => ({
  reason,
  since: rfc3339(since),
  seen: {
    state: seen.state,
    ...present({
      amount: seen.amount && whole(seen.amount.minorUnits),
      currency: seen.amount?.currency,
      processor_id: seen.processorId,
    }),
  },
  ...present({
    transaction_id: modification?.transactionId,
    idempotency_key: modification?.idempotencyKey,
  }),
});

/** The attention a stored record describes. Throws on one that no payment could have. */
export function restoreAttention(record: AttentionRecord): Attention {
  const { reason, since, seen, transaction_id: transactionId, idempotency_key: idempotencyKey } = record;
  if ((transactionId === undefined) !== (idempotencyKey === undefined))
    throw new Error('attention to a modification names it and its key');
  return {
    reason,
    since: fromRfc3339(since),
    seen: seenIn(seen),
    ...(transactionId === undefined || idempotencyKey === undefined
      ? {}
      : { modification: { transactionId, idempotencyKey } }),
  };
}

const seenIn = ({ state, amount, currency, processor_id: processorId }: SeenRecord): Seen => ({
  state,
  ...(amount === undefined || currency === undefined
    ? {}
    : { amount: money(BigInt(amount), storedCurrency(currency)) }),
  ...present({ processorId }),
});
