import { err, ok, type Result } from 'neverthrow';
import type { CurrencyCode } from '../kernel/currency.ts';
import type { MerchantId, PaymentId, TransactionId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { type Money, money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';

export type TransactionType = 'authorization' | 'capture' | 'refund' | 'void';

type Known = Readonly<{
  id: TransactionId;
  merchantId: MerchantId;
  paymentId: PaymentId;
  type: TransactionType;
  amount: Money;
  reason?: string;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  auditHash: string;
}>;

/** What the processor said, in its own words and codes. */
export type ProcessorVerdict = Readonly<{
  processorId: string;
  responseCode: string;
  responseText: string;
  processedAt: Instant;
  /** Minor units of the transaction's currency that the processor kept for it, when it says so at once. */
  fee?: bigint;
}>;

/** The verdict of something that holds one, and nothing else of it. */
export const verdictIn = ({
  processorId,
  responseCode,
  responseText,
  processedAt,
  fee,
}: ProcessorVerdict): ProcessorVerdict => ({
  processorId,
  responseCode,
  responseText,
  processedAt,
  ...present({ fee }),
});

export type PendingTransaction = Known & Readonly<{ status: 'pending' }>;
export type SucceededTransaction = Known & ProcessorVerdict & Readonly<{ status: 'succeeded' }>;
export type FailedTransaction = Known & ProcessorVerdict & Readonly<{ status: 'failed' }>;
/** The processor's settlement file paid it out. */
export type SettledTransaction = Known & ProcessorVerdict & Readonly<{ status: 'settled' }>;

/** One modification of a payment at the processor. */
export type Transaction = PendingTransaction | SucceededTransaction | FailedTransaction | SettledTransaction;
export type TransactionStatus = Transaction['status'];

export type TransactionStateConflict = Readonly<{
  kind: 'TransactionStateConflict';
  status: TransactionStatus;
}>;

export type TransactionOrder = Omit<Known, 'version' | 'updatedAt' | 'auditHash'>;

export const openTransaction = (order: TransactionOrder): PendingTransaction => ({
  ...order,
  status: 'pending',
  version: 1,
  updatedAt: order.createdAt,
  auditHash: '',
});

/** A modification whose verdict was known when it was first recorded. */
export const decidedTransaction = (
  order: TransactionOrder,
  status: 'succeeded' | 'failed',
  verdict: ProcessorVerdict,
): SucceededTransaction | FailedTransaction => ({ ...openTransaction(order), ...verdict, status });

/** pending → succeeded | failed. */
export function decide(
  transaction: Transaction,
  status: 'succeeded' | 'failed',
  verdict: ProcessorVerdict,
  now: Instant,
): Result<SucceededTransaction | FailedTransaction, TransactionStateConflict> {
  if (transaction.status !== 'pending') return conflict(transaction);
  return ok({ ...transaction, ...verdict, status, version: transaction.version + 1, updatedAt: now });
}

/**
 * succeeded → settled: the processor's file says that it paid the transaction out. `fee` is taken where the processor had not
 * said at once what it kept.
 */
export const settle = (
  transaction: SucceededTransaction,
  fee: bigint | undefined,
  now: Instant,
): SettledTransaction => ({
  ...transaction,
  ...present({ fee: transaction.fee ?? fee }),
  status: 'settled',
  version: transaction.version + 1,
  updatedAt: now,
});

/** The reason of a void with which paywright itself releases what the processor is about to let lapse. */
export const AUTHORIZATION_EXPIRED = 'authorization_expired';

/** A void of that reason; a merchant's has none. */
export const isExpiry = ({ type, reason }: Pick<Transaction, 'type' | 'reason'>): boolean =>
  type === 'void' && reason === AUTHORIZATION_EXPIRED;

/** Stands for the processor's code where two people said how a transaction ended. */
export const RESOLVED_CODE = 'resolved';

/** It ended as two people said, and the processor's record may say otherwise for good. */
export const isResolved = (transaction: Transaction): boolean =>
  transaction.status !== 'pending' && transaction.responseCode === RESOLVED_CODE;

/** A capture or refund that succeeded, or may yet: a file of the processor has to say that it was paid out. */
export const isUnsettled = (
  transaction: Transaction,
): transaction is PendingTransaction | SucceededTransaction =>
  (transaction.type === 'capture' || transaction.type === 'refund') &&
  (transaction.status === 'pending' || transaction.status === 'succeeded');

const conflict = ({ status }: Transaction) =>
  err<never, TransactionStateConflict>({ kind: 'TransactionStateConflict', status });

/** What the processor kept of a verdict, when it says so at once. */
export const feeOf = ({ fee }: ProcessorVerdict, currency: CurrencyCode): Money | undefined =>
  fee === undefined || fee === 0n ? undefined : money(fee, currency);
