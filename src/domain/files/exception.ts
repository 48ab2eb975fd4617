import { err, ok, type Result } from 'neverthrow';
import { areOnePerson } from '../kernel/identity.ts';
import type {
  ExceptionId,
  MerchantId,
  PaymentId,
  ReconciliationId,
  SettlementId,
  TransactionId,
} from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import { revised } from '../kernel/revision.ts';
import type {
  NothingProposed,
  ProposalUnseen,
  ResolutionPending,
  Resolver,
  SelfConfirmation,
} from '../kernel/second-person.ts';
import { isPostable } from '../ledger/ledger.ts';
import { isStatementType } from './file-row.ts';
import type { FieldDifference } from './match-row.ts';

/** What does not fit: a row of a file that did not match, a transaction that no file named in time, or a payout and its settlement. */
export const EXCEPTION_TYPES = [
  'mismatched',
  'missing_here',
  'duplicate',
  'rejected',
  'missing_there',
  'payout_difference',
] as const;
export type ExceptionType = (typeof EXCEPTION_TYPES)[number];

/** What a row said that a transaction can be settled by. */
export type RowFacts = Readonly<{
  type?: string;
  status?: string;
  amount?: bigint;
  fee?: bigint;
  currency?: string;
  settledOn?: string;
}>;

/** A proposal that was taken back or not agreed to. */
export type Refusal = Readonly<{ reason: string; by: string; at: Instant }>;

type Known = Readonly<{
  kind: 'exception';
  id: ExceptionId;
  merchantId: MerchantId;
  type: ExceptionType;
  /** How much money it is about, never negative; absent where the row could not be read. */
  amount?: Money;
  /** By how much more than our books say the processor pays, in minor units of `amount`'s currency; negative: less. */
  difference?: bigint;
  fields: readonly FieldDifference[];
  /** Why a row was not read. */
  rejection?: Readonly<{ reason: string; column?: string }>;
  row?: RowFacts;
  /** By which the row is known again (`rowKey`). */
  rowKey?: string;
  /** Of a row that would be a line of the statement had it matched, and of which there was none: the line's reference. */
  lineReference?: string;
  /** The row's amount is what was authorized (`TransactionRow`). */
  amountIs?: 'authorized';
  paymentId?: PaymentId;
  transactionId?: TransactionId;
  settlementId?: SettlementId;
  reconciliationId?: ReconciliationId;
  line?: number;
  assignedTo?: string;
  /** Until then it is expected to settle by itself. */
  expectedUntil?: Instant;
  /** How many resolutions were proposed so far; absent: none. */
  proposals?: number;
  /** Why the last of them was rejected, and by whom. */
  refusal?: Refusal;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  auditHash: string;
}>;

/** What to do about an exception. */
export type Action =
  | Readonly<{ kind: 'link'; paymentId: PaymentId; transactionId: TransactionId }>
  | Readonly<{ kind: 'accept_difference' }>
  | Readonly<{ kind: 'expect_later'; until: Instant }>
  | Readonly<{ kind: 'ignore' }>;

/** A resolution that another person has to confirm. */
export type Proposal = Readonly<{ action: Action; reason: string; by: Resolver; at: Instant }>;

/**
 * How it ended. Where a later file, or the resolution of another exception, settled its transaction or posted the money of its row, no person
 * resolved it.
 */
export type Resolution = Readonly<{ at: Instant }> &
  (
    | Readonly<{ action: Action; reason: string; by: string; confirmedBy?: string }>
    | Readonly<{ settledBy: ReconciliationId | ExceptionId }>
  );

export type OpenException = Known & Readonly<{ status: 'open' }>;
export type ProposedException = Known & Readonly<{ status: 'proposed'; proposal: Proposal }>;
export type ClosedException = Known & Readonly<{ status: 'resolved' | 'ignored'; resolution: Resolution }>;

/** Something between a file of a processor and our books that a person has to look at. Closed is closed for good. */
export type Exception = OpenException | ProposedException | ClosedException;

export type ExceptionOrder = Omit<
  Known,
  'kind' | 'version' | 'updatedAt' | 'auditHash' | 'assignedTo' | 'expectedUntil' | 'proposals' | 'refusal'
>;

export const openException = (order: ExceptionOrder): OpenException => ({
  kind: 'exception',
  ...order,
  status: 'open',
  version: 1,
  updatedAt: order.createdAt,
  auditHash: '',
});

/** The unique key by which a transaction is missing in files once, however many of them it is not in. */
export const missingKey = (id: TransactionId): string => `missing ${id}`;

/** Every unique key that an exception holds, also once it is closed. */
export const keysOfException = ({ type, transactionId, rowKey }: ExceptionOrder): readonly string[] => [
  ...(type === 'missing_there' && transactionId !== undefined ? [missingKey(transactionId)] : []),
  ...(rowKey === undefined ? [] : [rowKey]),
];

/** Whether a person took it that nothing was paid for the transaction. */
export const isAcceptedAbsence = (exception: Exception): boolean =>
  exception.type === 'missing_there' &&
  exception.status === 'resolved' &&
  'action' in exception.resolution &&
  exception.resolution.action.kind === 'accept_difference';

/** The exception has ended. */
export type ExceptionClosed = Readonly<{ kind: 'ExceptionClosed'; status: ClosedException['status'] }>;
/** What the exception is about leaves nothing that the action could do. */
export type ActionNotPossible = Readonly<{ kind: 'ActionNotPossible'; action: Action['kind'] }>;
/** `until` is past, or later than exceptions may be put off. */
export type UntilOutOfRange = Readonly<{ kind: 'UntilOutOfRange'; mostDays: number }>;

/** For how long an exception can be put off at once. */
export const MOST_DAYS_LATER = 90;
const DAY_MS = 86_400_000;

/** Whether the action can do anything about the exception, at `now`. */
export function possible(
  exception: Exception,
  action: Action,
  now: Instant,
): Result<Action, ActionNotPossible | UntilOutOfRange> {
  switch (action.kind) {
    case 'link':
      // Nothing is settled by a row that could not be read, that says it failed, or that is not there.
      return exception.row?.status === 'settled' ? ok(action) : notPossible(action);
    case 'accept_difference':
      return exception.difference !== undefined && isPostable(exception.difference)
        ? ok(action)
        : notPossible(action);
    case 'expect_later':
      return action.until > now && action.until <= now + MOST_DAYS_LATER * DAY_MS
        ? ok(action)
        : err({ kind: 'UntilOutOfRange', mostDays: MOST_DAYS_LATER });
    case 'ignore':
      return ok(action);
  }
}

const notPossible = ({ kind: action }: Action) =>
  err<never, ActionNotPossible>({ kind: 'ActionNotPossible', action });

/** The exception where it can be resolved: neither closed nor with a resolution that waits. */
export function resolvable(exception: Exception): Result<OpenException, ExceptionClosed | ResolutionPending> {
  if (exception.status === 'open') return ok(exception);
  return exception.status === 'proposed' ? err({ kind: 'ResolutionPending' }) : closed(exception);
}

const closed = ({ status }: ClosedException) =>
  err<never, ExceptionClosed>({ kind: 'ExceptionClosed', status });

/** open → resolved | ignored, or put off. */
export const resolveException = (
  exception: OpenException,
  decision: Omit<Proposal, 'at'>,
  now: Instant,
): OpenException | ClosedException => decided(exception, { ...decision, at: now }, now);

/** open → proposed: nothing else happens until another person confirms. */
export const proposeResolution = (
  exception: OpenException,
  decision: Omit<Proposal, 'at'>,
  now: Instant,
): ProposedException => ({
  ...revised(exception, now),
  status: 'proposed',
  proposal: { ...decision, at: now },
  proposals: (exception.proposals ?? 0) + 1,
});

/**
 * proposed → resolved | ignored, or put off, by another person than who proposed it. `isSeen`: the person named the version
 * that it saw, as it has to once there were other proposals.
 */
export function confirmResolution(
  exception: Exception,
  person: Resolver,
  { isSeen, now }: Readonly<{ isSeen: boolean; now: Instant }>,
): Result<
  Readonly<{ next: OpenException | ClosedException; action: Action }>,
  ExceptionClosed | NothingProposed | SelfConfirmation | ProposalUnseen
> {
  if (exception.status === 'open') return err({ kind: 'NothingProposed' });
  if (exception.status !== 'proposed') return closed(exception);
  const { proposal, proposals, version } = exception;
  if (areOnePerson(proposal.by.identities, person.identities)) return err({ kind: 'SelfConfirmation' });
  if ((proposals ?? 0) > 1 && !isSeen) return err({ kind: 'ProposalUnseen', version });
  const next = decided(withoutProposal(exception), proposal, now, person.id);
  return ok({ next, action: proposal.action });
}

/** proposed → open: the proposer takes it back, or another person does not agree. */
export function rejectResolution(
  exception: Exception,
  { reason, by }: Omit<Refusal, 'at'>,
  now: Instant,
): Result<OpenException, ExceptionClosed | NothingProposed> {
  if (exception.status === 'open') return err({ kind: 'NothingProposed' });
  if (exception.status !== 'proposed') return closed(exception);
  return ok({ ...revised(withoutProposal(exception), now), refusal: { reason, by, at: now } });
}

/** Whom it is assigned to from now on; undefined: it is unassigned. */
export function assignException(
  exception: Exception,
  assignedTo: string | undefined,
  now: Instant,
): Result<OpenException | ProposedException, ExceptionClosed> {
  if (exception.status !== 'open' && exception.status !== 'proposed') return closed(exception);
  const { assignedTo: _before, ...rest } = exception;
  return ok(revised(assignedTo === undefined ? rest : { ...rest, assignedTo }, now));
}

/** open | proposed → resolved: its transaction was settled, or its row's money posted, so that nothing is left to decide. */
export function settledSince(
  exception: OpenException | ProposedException,
  settledBy: ReconciliationId | ExceptionId,
  now: Instant,
): ClosedException {
  const open = exception.status === 'proposed' ? withoutProposal(exception) : exception;
  return { ...revised(open, now), status: 'resolved', resolution: { settledBy, at: now } };
}

/** proposed → open: what was proposed is withdrawn. */
export const withoutProposal = ({ proposal: _proposal, ...rest }: ProposedException): OpenException => ({
  ...rest,
  status: 'open',
});

function decided(
  exception: OpenException,
  { action, reason, by }: Proposal,
  now: Instant,
  confirmedBy?: string,
): OpenException | ClosedException {
  const next = revised(exception, now);
  if (action.kind === 'expect_later') return { ...next, expectedUntil: action.until };
  return {
    ...next,
    status: action.kind === 'ignore' ? 'ignored' : 'resolved',
    resolution: {
      action,
      reason,
      by: by.id,
      ...(confirmedBy === undefined ? {} : { confirmedBy }),
      at: now,
    },
  };
}

/**
 * Those of which nothing is left once their transaction is settled, unless their row pays beside that. A duplicate is about one that was
 * before, and a row that stands for itself, such as a chargeback, about money that no settlement moves.
 */
export const endsWhenSettled = ({ type, row }: Pick<Exception, 'type' | 'row'>): boolean =>
  (type === 'mismatched' || type === 'missing_here' || type === 'missing_there') &&
  !isStatementType(row?.type);

/** True while a person may still have to act. */
export const isUnresolved = <Standing extends Pick<Exception, 'status'>>(
  exception: Standing,
): exception is Extract<Standing, { status: 'open' | 'proposed' }> =>
  exception.status === 'open' || exception.status === 'proposed';
