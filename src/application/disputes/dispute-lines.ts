import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { ChargebackRow } from '../../domain/files/file-row.ts';
import type { Books } from '../../domain/files/match-row.ts';
import { matchStatementRow } from '../../domain/files/match-statement-row.ts';
import {
  type Chargebacks,
  chargebacksAfter,
  keyOfRow,
  openStatementLine,
  type StatementLine,
} from '../../domain/files/statement-line.ts';
import type { TransactionId } from '../../domain/kernel/ids.ts';
import { type Instant, rfc3339 } from '../../domain/kernel/instant.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Payments } from '../../ports/payments.ts';
import type { DisputeMovement, ProcessorDispute } from '../../ports/processor-disputes.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { storedChargebacks, storedLines } from '../files/statement-line-rows.ts';

export type DisputeLinePorts = Readonly<{ aggregates: Aggregates; payments: Payments; ids: Ids }>;

/** `isEarly`: something that was said cannot be posted before the payment has settled. */
export type DisputeLines = Readonly<{ lines: readonly StatementLine[]; isEarly: boolean }>;

/**
 * The lines of the processor's statement that its record of a dispute says and that are not on record yet, from a file or from an earlier
 * record. They are judged as rows of a file are, and take the keys that those would take: whichever says a movement first posts it. What a
 * row would be an exception for is left to the file.
 */
export const newLinesOf = (
  { aggregates, payments, ids }: DisputeLinePorts,
  payment: Payment,
  found: ProcessorDispute,
  at: Instant,
): ResultAsync<DisputeLines, StorageUnavailable> =>
  safeTry(async function* () {
    const rows = rowsOf(payment, found, at);
    if (rows.length === 0) return ok<DisputeLines>({ lines: [], isEarly: false });
    const { merchantId } = payment;
    const transactions = yield* payments.transactionsOf(merchantId, payment.id);
    const known = { transactionsOf: () => transactions };
    const stored = new Map(yield* storedLines(aggregates, merchantId, rows));
    const chargebacks = new Map<TransactionId, Chargebacks>(
      yield* storedChargebacks(aggregates, merchantId, rows, known),
    );
    const books: Books = {
      ...known,
      statementLine: (key) => stored.get(key),
      chargebacksOf: (id) => chargebacks.get(id),
    };
    const lines: StatementLine[] = [];
    let isRefused = false;
    for (const row of rows) {
      if (stored.has(keyOfRow(row))) continue;
      const { outcome, transaction } = matchStatementRow(row, books, () => 0n);
      if (outcome !== 'matched' || transaction === undefined) isRefused = true;
      else {
        const after = chargebacksAfter(row, books.chargebacksOf(transaction.id));
        const line = openStatementLine(
          row,
          transaction,
          { id: ids.statementLine(at), merchantId, createdAt: at },
          after,
        );
        lines.push(line);
        stored.set(keyOfRow(row), line);
        if (after !== undefined) chargebacks.set(transaction.id, after);
      }
    }
    return ok<DisputeLines>({ lines, isEarly: isRefused && !isSettled(payment, transactions) });
  });

/** What the record says as a file would: what was taken before what came back. */
function rowsOf(payment: Payment, found: ProcessorDispute, at: Instant): readonly ChargebackRow[] {
  const said = (type: ChargebackRow['type'], moved: DisputeMovement | undefined): readonly ChargebackRow[] =>
    moved === undefined
      ? []
      : [
          {
            line: 0,
            settledOn: rfc3339(at).slice(0, 10),
            type,
            paymentId: payment.id,
            processorReference: found.chargeId,
            amount: moved.amount.minorUnits,
            currency: moved.amount.currency,
            fee: moved.fee,
            reference: found.processorId,
          },
        ];
  return [...said('chargeback', found.chargedBack), ...said('chargeback_reversal', found.returned)];
}

const isSettled = ({ status }: Payment, transactions: readonly Transaction[]): boolean =>
  status !== 'processing' && status !== 'pending' && transactions.every((each) => each.status !== 'pending');
