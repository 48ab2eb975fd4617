import type { SimulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import { faultOfEntity } from '../../../src/application/integrity/verify-entity.ts';
import type { AuditEntry } from '../../../src/domain/kernel/audit-entry.ts';
import { type Claim, hasEffect } from '../../../src/domain/kernel/claim.ts';
import type { DomainEvent } from '../../../src/domain/kernel/events.ts';
import { amountsOf, isUndecided, type Payment } from '../../../src/domain/payments/payment.ts';
import { paymentRecord } from '../../../src/domain/payments/payment-record.ts';
import { isExpiry, type Transaction } from '../../../src/domain/payments/transaction.ts';
import { transactionRecord } from '../../../src/domain/payments/transaction-record.ts';
import type { Verdict } from '../../../src/ports/processor.ts';
import { digests } from '../../fixtures/changes.ts';
import { isProvisional } from './replies.ts';

/** All that is on record of one payment, on our side and on the processor's. */
export type PaymentBooks = Readonly<{
  payment: Payment;
  transactions: readonly Transaction[];
  links: readonly AuditEntry[];
  events: readonly DomainEvent[];
  /** Of every key that was spent on it. */
  claims: readonly Claim[];
  ledger: SimulatorLedger;
}>;

/** Where payment, claims, transactions, audit chains, events and the processor's books contradict each other. */
export function paymentFaults(books: PaymentBooks): readonly string[] {
  const { payment, transactions, ledger } = books;
  const charge = ledger.find(payment.id);
  // The order of transactions is that of the clocks of the processes that made them.
  const charged = transactions.find(
    (each) => 'processorId' in each && each.processorId === charge?.processorId,
  );
  const moves = transactions.filter((each) => each !== charged);
  return [
    ...chargeFaults(payment, charge, charged),
    ...moves.flatMap((move) => moveFaults(move, ledger.find(move.id))),
    ...bookFaults(books),
    ...claimFaults(books, moves),
    ...eventFaults(books),
    ...chainFaults(books),
  ].map((fault) => `${payment.id}: ${fault}`);
}

function chargeFaults(
  payment: Payment,
  charge: Verdict | undefined,
  charged: Transaction | undefined,
): readonly string[] {
  if (charge === undefined) {
    const open = payment.status === 'pending' || isUndecided(payment);
    const givenUp = payment.status === 'failed' && payment.failure.code === 'processor_unavailable';
    return open || givenUp ? [] : [`${payment.status}, and the processor never heard of it`];
  }
  if (charged === undefined) return ['charged, and no transaction says so'];
  const charging = payment.captureMethod === 'manual' ? 'authorization' : 'capture';
  const type = isCanceled(charge) ? 'void' : charging;
  return [
    ...verdictFaults(charged, charge),
    ...(payment.processorId === charge.processorId ? [] : [`charged as ${payment.processorId}`]),
    ...(charged.type === type ? [] : [`charged, and the first transaction is a ${charged.type}`]),
    ...(charge.amount.minorUnits === payment.amount.minorUnits ? [] : ['another amount was charged']),
  ];
}

const moveFaults = (move: Transaction, verdict: Verdict | undefined): readonly string[] =>
  verdict === undefined ? [`the processor never heard of ${move.id}`] : verdictFaults(move, verdict);

const isCanceled = (verdict: Verdict): boolean => !verdict.approved && verdict.canceled === true;

function verdictFaults(move: Transaction, verdict: Verdict): readonly string[] {
  const { type, status, amount } = move;
  // Once a file has settled it, a fee that the verdict did not name is the file's.
  const isSettled = status === 'settled';
  const fee = isSettled ? (verdict.fee ?? move.fee) : verdict.fee;
  return [
    ...((isSettled ? 'succeeded' : status) ===
    (verdict.approved || isCanceled(verdict) ? 'succeeded' : 'failed')
      ? []
      : [`a ${type} is ${status}, and at the processor ${verdict.approved ? 'done' : 'refused'}`]),
    ...('processorId' in move && (move.processorId !== verdict.processorId || move.fee !== fee)
      ? [`a ${type} under another number or fee than the processor's`]
      : []),
    ...(amount.minorUnits === verdict.amount.minorUnits && amount.currency === verdict.amount.currency
      ? []
      : [`a ${type} of another amount than the processor's`]),
  ];
}

/** Compares the sums, and what state they must have led to. */
function bookFaults({ payment, ledger }: PaymentBooks): readonly string[] {
  const book = ledger.book(payment.id);
  const { authorized, captured, refunded, reserved, refunding } = amountsOf(payment);
  const underWay = reserved.minorUnits + refunding.minorUnits;
  const sums = [authorized, captured, refunded].map(({ minorUnits }) => minorUnits);
  const theirs = book === undefined ? [0n, 0n, 0n] : [book.authorized, book.captured, book.refunded];
  const isOver = book !== undefined && (book.ended || book.captured === book.authorized);
  const due = isOver ? (book.captured > 0n ? 'succeeded' : 'canceled') : 'authorized';
  return [
    ...(sums.join() === theirs.join() ? [] : [`sums ${sums.join()}, and at the processor ${theirs.join()}`]),
    ...(book === undefined || payment.status === due
      ? []
      : [`${payment.status}, and by the processor's book ${due}`]),
    ...(underWay === 0n ? [] : [`${underWay} stay reserved`]),
    ...(payment.status === 'authorized' && payment.closing ? ['it stays closing'] : []),
  ];
}

/** Exactly one key opened the payment, and exactly one each of its modifications. */
function claimFaults({ payment, claims }: PaymentBooks, moves: readonly Transaction[]): readonly string[] {
  const opening = claims.filter(({ operation }) => operation === 'process');
  const moving = claims.filter(({ operation }) => operation !== 'process');
  // A void of what was never charged is answered by what the payment's own claim did.
  const spentOn = moving
    .filter(hasEffect)
    .map((claim) => ('transactionId' in claim ? claim.transactionId : undefined));
  const fits = {
    calling: [] as readonly string[],
    unknown: ['processing', 'requires_action'],
    retryable: ['pending'],
    completed: ['authorized', 'succeeded', 'failed', 'canceled'],
  };
  return [
    ...(opening.length === 1 ? [] : [`${opening.length} keys opened it`]),
    ...opening
      .filter(({ state }) => !fits[state].includes(payment.status))
      .map(({ state }) => `a claim ${state} on a payment ${payment.status}`),
    ...moving
      .filter(({ state }) => state !== 'completed')
      .map(({ operation, state }) => `the claim of a ${operation} stays ${state}`),
    ...(sorted(spentOn) === sorted(moves.map(({ id }) => id))
      ? []
      : [`keys spent on ${sorted(spentOn)} where the movements are ${sorted(moves.map(({ id }) => id))}`]),
    ...claims.flatMap((claim) => answerFaults(claim, payment)),
  ];
}

function answerFaults(claim: Claim, { id }: Payment): readonly string[] {
  if (claim.state === 'completed' && claim.kept === undefined) return ['completed without an answer'];
  if (claim.kept !== undefined && isProvisional(claim.kept.response) !== (claim.state !== 'completed'))
    return [`a ${claim.operation} ${claim.state} keeps ${claim.kept.response}`];
  const about = claim.transactionId ?? id;
  return claim.kept === undefined || claim.kept.response.includes(about)
    ? []
    : [`the answer of a ${claim.operation} does not speak of ${about}`];
}

/** Each transition has exactly one event. */
function eventFaults({ payment, transactions, events, ledger }: PaymentBooks): readonly string[] {
  const { status, captureMethod } = payment;
  const isOpen = status === 'pending' || isUndecided(payment);
  const sent = events.map(({ type }) => type);
  // A charge that was judged before its answer was on record was never seen to wait.
  const waited =
    ledger.waiting(payment.id) !== undefined && new Set<string>(sent).has('payment.requires_action');
  const wasHeld = captureMethod === 'manual' && ledger.book(payment.id) !== undefined;
  const due = [
    'payment.created',
    ...(waited ? ['payment.requires_action'] : []),
    ...(wasHeld ? ['payment.authorized'] : []),
    ...(isOpen || (wasHeld && status === 'authorized') ? [] : [`payment.${status}`]),
    ...transactions
      .filter((each) => isExpiry(each) && each.status === 'succeeded')
      .map(() => 'payment.authorization_expired'),
    ...transactions
      .filter(({ type, status: end }) => type === 'refund' && end !== 'pending')
      .map(({ status: end }) => `refund.${end === 'failed' ? 'failed' : 'created'}`),
  ];
  return sorted(sent) === sorted(due) ? [] : [`events ${sorted(sent)} where ${sorted(due)} are due`];
}

function chainFaults({ payment, transactions, links }: PaymentBooks): readonly string[] {
  const chains = Map.groupBy(links, ({ entityId }) => entityId);
  const entities = [
    { ...payment, type: 'payment' as const, record: paymentRecord(payment) },
    ...transactions.map((each) => ({
      ...each,
      type: 'transaction' as const,
      record: transactionRecord(each),
    })),
  ];
  const broken = entities.flatMap((entity) => {
    const fault = faultOfEntity(entity, chains.get(entity.id) ?? [], digests.sha256);
    chains.delete(entity.id);
    return fault === undefined ? [] : [`the chain of ${entity.id} is ${fault.fault} at ${fault.sequence}`];
  });
  return [...broken, ...[...chains.keys()].map((id) => `a chain without its entity: ${id}`)];
}

const sorted = (texts: readonly (string | undefined)[]): string => texts.map(String).sort().join();
