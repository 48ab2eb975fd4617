import { err, ok, okAsync, type Result, type ResultAsync, safeTry } from 'neverthrow';
import { acceptedLine } from '../../domain/files/accepted-line.ts';
import {
  type Action,
  type Exception,
  endsWhenSettled,
  isUnresolved,
  missingKey,
  type OpenException,
  type ProposedException,
  settledSince,
} from '../../domain/files/exception.ts';
import { keysOfLine, type StatementLine } from '../../domain/files/statement-line.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { PaymentId, TransactionId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { type Money, money } from '../../domain/kernel/money.ts';
import { present } from '../../domain/kernel/present.ts';
import { type LedgerEntry, ledgerEntry } from '../../domain/ledger/ledger.ts';
import { type SucceededTransaction, settle, type Transaction } from '../../domain/payments/transaction.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Change } from '../../ports/commits.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Payments } from '../../ports/payments.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate } from '../kernel/aggregate-change.ts';
import { entriesOfSettlement, settlementsChange } from '../payments/settle-transactions.ts';
import { linePosted } from './posted-lines.ts';

/** This merchant has no such transaction, or not of that payment. */
export type LinkTargetNotFound = Readonly<{ kind: 'LinkTargetNotFound' }>;
/** The transaction did not succeed, or a row has settled it already. */
export type LinkTargetClosed = Readonly<{ kind: 'LinkTargetClosed'; status: Transaction['status'] }>;
/** The row says another type, currency, amount or fee than the transaction has; the first of these that differs. */
export type LinkTargetDiffers = Readonly<{
  kind: 'LinkTargetDiffers';
  field: 'type' | 'currency' | 'amount' | 'fee';
}>;
/** The transaction has moved since the exception was opened, so that its difference is not what it was. */
export type TransactionMoved = Readonly<{ kind: 'TransactionMoved'; status: Transaction['status'] }>;
/** Something else that says the row's line has posted it since the exception was opened: a dispute's record, a row, an accepted difference. */
export type LinePosted = Readonly<{ kind: 'LinePosted' }>;
export type EffectFailure =
  | TransactionMoved
  | LinePosted
  | LinkTargetNotFound
  | LinkTargetClosed
  | LinkTargetDiffers
  | StorageUnavailable;

/** What resolving an exception changes beside it, once it is resolved: nothing of it is written where it is only proposed. */
export type ExceptionEffects = Readonly<{
  /** What the merchant's limits are held against: the money that the exception is about, or that of the transaction it settles. */
  amount?: Money;
  change: (at: Instant, origin: Origin) => Pick<Change, 'transactions' | 'aggregates' | 'entries' | 'audit'>;
}>;

export type EffectPorts = Readonly<{
  aggregates: Aggregates;
  payments: Payments;
  ids: Ids;
  digests: Digests;
}>;

/**
 * What an action on an exception does. A link settles the transaction by the row's facts. An accepted difference is posted, and
 * settles the exception's own transaction where it succeeded: whatever differed, the two sides agree on it from now on; the row of
 * a line is on record as one from then on, so that its money is posted once, whatever says it again. A transaction that is settled so is
 * missing no longer. Three reads at most, and what `linePosted` takes.
 */
export function effectsOf(
  ports: EffectPorts,
  exception: Exception,
  action: Action,
): ResultAsync<ExceptionEffects, EffectFailure> {
  switch (action.kind) {
    case 'link':
      return safeTry(async function* () {
        const found = yield* transactionOf(ports, exception, action);
        const target = yield* linkable(exception, found);
        const missing = yield* missingOf(ports, exception, target);
        return ok<ExceptionEffects>({
          amount: largerOf(exception.amount, target.amount),
          change: (at, origin) => settling(ports, exception, target, missing, at, origin),
        });
      });
    case 'accept_difference':
      return safeTry(async function* () {
        const { amount } = exception;
        const target = yield* ownTransaction(ports, exception);
        const missing = target && (yield* missingOf(ports, exception, target));
        yield* unposted(ports, exception);
        return ok<ExceptionEffects>({
          ...present({ amount }),
          change: (at, origin) => {
            const settled =
              target === undefined ? NOTHING : settling(ports, exception, target, missing, at, origin);
            const line = acceptedLine(exception, { id: ports.ids.statementLine(at), createdAt: at });
            const opened = line === undefined ? NOTHING : opening(ports, line, at, origin);
            return {
              ...settled,
              aggregates: [...settled.aggregates, ...opened.aggregates],
              entries: [...settled.entries, ...differenceEntries(ports, exception, at)],
              audit: [...settled.audit, ...opened.audit],
            };
          },
        });
      });
    case 'expect_later':
    case 'ignore':
      return okAsync({ ...present({ amount: exception.amount }), change: () => NOTHING });
  }
}

const NOTHING = { transactions: [], aggregates: [], entries: [], audit: [] };

const transactionOf = (
  { payments }: EffectPorts,
  { merchantId }: Exception,
  { paymentId, transactionId }: Readonly<{ paymentId: PaymentId; transactionId: TransactionId }>,
): ResultAsync<Transaction | undefined, StorageUnavailable> =>
  payments.transactionsOf(merchantId, paymentId).map((found) => found.find(({ id }) => id === transactionId));

/** The transaction that is settled with its difference; undefined where none of ours is. */
const ownTransaction = (
  ports: EffectPorts,
  exception: Exception,
): ResultAsync<SucceededTransaction | undefined, TransactionMoved | StorageUnavailable> => {
  const { type, paymentId, transactionId } = exception;
  if (!endsWhenSettled(exception) || paymentId === undefined || transactionId === undefined)
    return okAsync(undefined);
  return transactionOf(ports, exception, { paymentId, transactionId }).andThen((own) => {
    if (own === undefined || !movesMoney(own) || (type === 'mismatched' && own.status === 'failed'))
      return ok(undefined);
    return own.status === 'succeeded' && type !== 'missing_here'
      ? ok(own)
      : err<never, TransactionMoved>({ kind: 'TransactionMoved', status: own.status });
  });
};

/** Refused where there is a line by now. One that comes later is refused the line's key, or refuses it to this. */
const unposted = (
  ports: EffectPorts,
  exception: Exception,
): ResultAsync<void, LinePosted | StorageUnavailable> =>
  linePosted(ports, exception).andThen((found) => (found === undefined ? ok(undefined) : err(LINE_POSTED)));

export const LINE_POSTED: LinePosted = { kind: 'LinePosted' };

const opening = (ports: EffectPorts, line: StatementLine, at: Instant, origin: Origin) => {
  const { guarded, entry } = auditedAggregate(ports, {
    at,
    origin,
    action: 'statement_line.accepted',
    next: line,
    takes: keysOfLine(line),
  });
  return { aggregates: [guarded], audit: [entry] };
};

/** A hold and its end are paid for by no processor: a row that names one is settled by none of ours. */
const movesMoney = ({ type }: Transaction): boolean => type === 'capture' || type === 'refund';

/** The row's word for a transaction of ours. */
const TYPES = { capture: 'payment', refund: 'refund', authorization: undefined, void: undefined } as const;

function linkable(
  { row = {} }: Exception,
  target: Transaction | undefined,
): Result<SucceededTransaction, LinkTargetNotFound | LinkTargetClosed | LinkTargetDiffers> {
  if (target === undefined) return err({ kind: 'LinkTargetNotFound' });
  const { type, currency, amount, fee } = row;
  const differs = (field: LinkTargetDiffers['field']) =>
    err<never, LinkTargetDiffers>({ kind: 'LinkTargetDiffers', field });
  const ours = TYPES[target.type];
  if (ours === undefined || (type !== undefined && type !== ours)) return differs('type');
  if (target.status !== 'succeeded') return err({ kind: 'LinkTargetClosed', status: target.status });
  if (currency !== undefined && currency !== target.amount.currency) return differs('currency');
  if (amount !== undefined && amount !== target.amount.minorUnits) return differs('amount');
  if (fee !== undefined && target.fee !== undefined && fee !== target.fee) return differs('fee');
  return ok(target);
}

/** The other exception that is open because no file named the transaction. */
const missingOf = (
  { aggregates }: EffectPorts,
  exception: Exception,
  { merchantId, id }: Transaction,
): ResultAsync<OpenException | ProposedException | undefined, StorageUnavailable> =>
  exception.type === 'missing_there'
    ? okAsync(undefined)
    : aggregates
        .findByKey(merchantId, 'exception', missingKey(id))
        .map((found) => (found !== undefined && isUnresolved(found) ? found : undefined));

const largerOf = (known: Money | undefined, amount: Money): Money =>
  known?.currency === amount.currency && known.minorUnits > amount.minorUnits ? known : amount;

/** The transaction settled, with the fee that the row named and no verdict did, and the exception closed that said it is missing. */
function settling(
  ports: EffectPorts,
  { id, row }: Exception,
  before: SucceededTransaction,
  missing: OpenException | ProposedException | undefined,
  at: Instant,
  origin: Origin,
): ReturnType<ExceptionEffects['change']> {
  const settlement = { before, next: settle(before, row?.fee, at) };
  const settled = settlementsChange(ports, { at, origin }, [settlement]);
  const entries = entriesOfSettlement(ports, settlement, at);
  if (missing === undefined) return { ...settled, aggregates: [], entries };
  const { guarded, entry } = auditedAggregate(ports, {
    at,
    origin,
    action: 'exception.settled',
    before: missing,
    next: settledSince(missing, id, at),
  });
  return { ...settled, aggregates: [guarded], entries, audit: [...settled.audit, entry] };
}

function differenceEntries(
  { ids }: EffectPorts,
  { id: exceptionId, merchantId, amount, difference = 0n }: Exception,
  at: Instant,
): readonly LedgerEntry[] {
  if (amount === undefined || difference === 0n) return [];
  const isOver = difference > 0n;
  return [
    ledgerEntry({
      id: ids.ledgerEntry(at),
      merchantId,
      type: isOver ? 'difference_over' : 'difference_short',
      amount: money(isOver ? difference : -difference, amount.currency),
      exceptionId,
      createdAt: at,
    }),
  ];
}
