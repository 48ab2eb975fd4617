import { storedCurrency } from '../kernel/currency.ts';
import type { TransactionId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { type Money, money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { Attention, AttentionReason, ResolutionOutcome, Seen, SeenState } from './attention.ts';

type SeenRecord = Readonly<{
  state: SeenState;
  amount?: Whole;
  currency?: string;
  processor_id?: string;
}>;

type ProposalRecord = Readonly<{
  outcome: ResolutionOutcome;
  /** Minor units of the payment's currency. */
  amount?: Whole;
  reason: string;
  evidence?: string;
  by: string;
  at: string;
}>;

/** What a payment needs people for, under the names it is published with. */
export type AttentionRecord = Readonly<{
  reason: AttentionReason;
  since: string;
  seen: SeenRecord;
  transaction_id?: TransactionId;
  idempotency_key?: string;
  proposal?: ProposalRecord;
}>;

export const attentionRecord = ({
  reason,
  since,
  seen,
  modification,
  proposal,
}: Attention): AttentionRecord => ({
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
  ...(proposal === undefined
    ? {}
    : {
        proposal: {
          outcome: proposal.outcome,
          ...present({ amount: proposal.amount && whole(proposal.amount.minorUnits) }),
          reason: proposal.reason,
          ...present({ evidence: proposal.evidence }),
          by: proposal.by.id,
          at: rfc3339(proposal.at),
        },
      }),
});

/** `amountOf` makes amounts of the payment's currency; `identities` are those by which the proposer is known again. */
export function restoreAttention(
  record: AttentionRecord,
  amountOf: (minorUnits: Whole) => Money,
  identities: readonly string[] | undefined,
): Attention {
  const { reason, since, seen, transaction_id: transactionId, idempotency_key: idempotencyKey } = record;
  const { proposal } = record;
  if ((transactionId === undefined) !== (idempotencyKey === undefined))
    throw new Error('attention to a modification names it and its key');
  if ((proposal === undefined) !== (identities === undefined))
    throw new Error('a proposal is kept with who made it');
  return {
    reason,
    since: fromRfc3339(since),
    seen: seenIn(seen),
    ...(transactionId === undefined || idempotencyKey === undefined
      ? {}
      : { modification: { transactionId, idempotencyKey } }),
    ...(proposal === undefined || identities === undefined
      ? {}
      : {
          proposal: {
            outcome: proposal.outcome,
            ...present({ amount: proposal.amount === undefined ? undefined : amountOf(proposal.amount) }),
            reason: proposal.reason,
            ...present({ evidence: proposal.evidence }),
            by: { id: proposal.by, identities },
            at: fromRfc3339(proposal.at),
          },
        }),
  };
}

const seenIn = ({ state, amount, currency, processor_id: processorId }: SeenRecord): Seen => ({
  state,
  ...(amount === undefined || currency === undefined
    ? {}
    : { amount: money(BigInt(amount), storedCurrency(currency)) }),
  ...present({ processorId }),
});
