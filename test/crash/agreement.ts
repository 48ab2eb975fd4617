import type { SimulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { verifyChain } from '../../src/domain/audit.ts';
import type { Claim } from '../../src/domain/claim.ts';
import type { DomainEvent } from '../../src/domain/events.ts';
import type { Instant } from '../../src/domain/instant.ts';
import type { Payment } from '../../src/domain/payment.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { Verdict } from '../../src/ports/processor.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { digests } from '../fixtures/changes.ts';

export type Books = Readonly<{
  storage: Storage;
  /** The processor's own. */
  ledger: SimulatorLedger;
  /** Every event written about the payment in question. */
  events: readonly DomainEvent[];
  now: Instant;
}>;

/** Where claim, payment, transactions, audit chains, events and the processor's books do not tell one story. */
export async function disagreements(
  { storage, ledger, events, now }: Books,
  payment: Payment,
): Promise<readonly string[]> {
  const { merchantId, id, idempotencyKey } = payment;
  const [claim, transactions, entries] = await Promise.all([
    storage.claims.find({ merchantId, operation: 'process', key: idempotencyKey }, now),
    storage.payments.transactionsOf(merchantId, id),
    storage.auditTrail.ofPayment(merchantId, id),
  ]);
  const moves = transactions._unsafeUnwrap();
  const chains = Map.groupBy(entries._unsafeUnwrap(), ({ entityId }) => entityId);
  const broken = [payment, ...moves].flatMap((entity) => {
    const chain = chains.get(entity.id) ?? [];
    chains.delete(entity.id);
    return verifyChain(chain, entity, digests.sha256).match(
      () => [],
      ({ fault, sequence }) => [`chain of ${entity.id} is ${fault} at ${sequence}`],
    );
  });
  return [
    ...claimFaults(claim._unsafeUnwrap(), payment),
    ...verdictFaults(ledger.find(id), payment, moves),
    ...eventFaults(events, payment),
    ...broken,
    ...[...chains.keys()].map((entityId) => `a chain without its entity: ${entityId}`),
  ];
}

function claimFaults(claim: Claim | undefined, { id, status }: Payment): readonly string[] {
  if (claim === undefined) return ['the payment has no claim'];
  if (claim.paymentId !== id) return [`the claim is on ${claim.paymentId}, not on ${id}`];
  const fits = {
    calling: [] as readonly string[],
    unknown: ['processing'],
    retryable: ['pending'],
    completed: ['authorized', 'succeeded', 'failed'],
  }[claim.state];
  return [
    ...(fits.includes(status) ? [] : [`a claim ${claim.state} on a payment ${status}`]),
    ...(claim.state === 'completed' && claim.kept === undefined ? ['completed without an answer'] : []),
    ...(claim.kept === undefined || claim.kept.answer.includes(id)
      ? []
      : ['the answer names another payment']),
  ];
}

function verdictFaults(
  verdict: Verdict | undefined,
  payment: Payment,
  moves: readonly Transaction[],
): readonly string[] {
  if (verdict === undefined) {
    const open = payment.status === 'pending' || payment.status === 'processing';
    const givenUp = payment.status === 'failed' && payment.failure.code === 'processor_unavailable';
    return [
      ...(open || givenUp ? [] : [`${payment.status}, and the processor never heard of it`]),
      ...(moves.length === 0 ? [] : ['transactions that the processor never heard of']),
    ];
  }
  const due = verdict.approved ? (payment.captureMethod === 'manual' ? 'authorized' : 'succeeded') : 'failed';
  const [move, ...more] = moves;
  return [
    ...(payment.status === due ? [] : [`${payment.status}, and at the processor ${due}`]),
    ...(move === undefined || more.length > 0 ? [`${moves.length} transactions for one charge`] : []),
    ...(move !== undefined && move.status !== (verdict.approved ? 'succeeded' : 'failed')
      ? [`the transaction is ${move.status}`]
      : []),
    ...(move !== undefined && 'processorId' in move && move.processorId !== verdict.processorId
      ? ['the transaction names another charge']
      : []),
    ...(verdict.amount.minorUnits === payment.amount.minorUnits ? [] : ['another amount at the processor']),
  ];
}

function eventFaults(events: readonly DomainEvent[], { status }: Payment): readonly string[] {
  const told = events.map(({ type }) => type).sort();
  const due = [
    'payment.created',
    ...(status === 'pending' || status === 'processing' ? [] : [`payment.${status}`]),
  ].sort();
  return told.join() === due.join() ? [] : [`events ${told.join()} where ${due.join()} are due`];
}
