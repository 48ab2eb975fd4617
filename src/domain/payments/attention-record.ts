import { type CurrencyCode, storedCurrency } from '../kernel/currency.ts';
import type { TransactionId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import { type Whole, whole } from '../kernel/json.ts';
import { money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type {
  Attention,
  AttentionReason,
  Proposal,
  ResolutionOutcome,
  Seen,
  SeenState,
} from './attention.ts';

type SeenRecord = Readonly<{
  state: SeenState;
  amount?: Whole;
  currency?: string;
  processor_id?: string;
}>;

/** What one person says became of the money; `amount` is of the payment's currency. */
type ProposalRecord = Readonly<{
  outcome: ResolutionOutcome;
  amount?: Whole;
  reason: string;
  evidence?: string;
  by: string;
  at: string;
  refused_at?: string;
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
    proposal: proposal && proposalRecord(proposal),
  }),
});

const proposalRecord = ({
  outcome,
  amount,
  reason,
  evidence,
  by,
  at,
  refusedAt,
}: Proposal): ProposalRecord => ({
  outcome,
  ...present({ amount: amount && whole(amount.minorUnits) }),
  reason,
  ...present({ evidence }),
  by: by.id,
  at: rfc3339(at),
  ...present({ refused_at: refusedAt === undefined ? undefined : rfc3339(refusedAt) }),
});

/**
 * The attention a stored record describes. `proposer` is by what the proposer is known again. Throws on one that no payment
 * could have.
 */
export function restoreAttention(
  record: AttentionRecord,
  currency: CurrencyCode,
  proposer: readonly string[] | undefined,
): Attention {
  const { reason, since, seen, transaction_id: transactionId, idempotency_key: idempotencyKey } = record;
  if ((record.proposal === undefined) !== (proposer === undefined))
    throw new Error('a proposal has a proposer, who is known by something');
  if ((transactionId === undefined) !== (idempotencyKey === undefined))
    throw new Error('attention to a modification names it and its key');
  return {
    reason,
    since: fromRfc3339(since),
    seen: seenIn(seen),
    ...(transactionId === undefined || idempotencyKey === undefined
      ? {}
      : { modification: { transactionId, idempotencyKey } }),
    ...(record.proposal === undefined || proposer === undefined
      ? {}
      : { proposal: proposalIn(record.proposal, currency, proposer) }),
  };
}

const proposalIn = (
  { outcome, amount, reason, evidence, by, at, refused_at: refusedAt }: ProposalRecord,
  currency: CurrencyCode,
  identities: readonly string[],
): Proposal => ({
  outcome,
  ...(amount === undefined ? {} : { amount: money(BigInt(amount), currency) }),
  reason,
  ...present({ evidence }),
  by: { id: by, identities },
  at: fromRfc3339(at),
  ...(refusedAt === undefined ? {} : { refusedAt: fromRfc3339(refusedAt) }),
});

const seenIn = ({ state, amount, currency, processor_id: processorId }: SeenRecord): Seen => ({
  state,
  ...(amount === undefined || currency === undefined
    ? {}
    : { amount: money(BigInt(amount), storedCurrency(currency)) }),
  ...present({ processorId }),
});
