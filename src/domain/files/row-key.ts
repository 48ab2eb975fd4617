import type { Sha256 } from '../kernel/audit-chain.ts';
import { jsonText } from '../kernel/json.ts';
import { type FileRow, isStatementRow, paymentNamedBy } from './file-row.ts';

/**
 * The unique key by which a row that did not match is known again, in whichever file: of all that it says but where it stands. Undefined for
 * one that no name tells from another like it, such as the second refund of a payment, of the same amount and on the same day.
 */
export function rowKey(row: FileRow, sha256: Sha256): string | undefined {
  const { type, reference, payoutId, amount, fee, currency, settledOn } = row;
  const paymentId = paymentNamedBy(row);
  const named = 'processorReference' in row ? row.processorReference : undefined;
  const transactionId = 'transactionId' in row ? row.transactionId : undefined;
  const own = transactionId ?? named ?? reference ?? (type === 'payout' ? payoutId : undefined);
  if (own === undefined && (type === 'refund' || paymentId === undefined)) return undefined;
  const status = isStatementRow(row) ? null : row.status;
  const names = [
    paymentId ?? null,
    transactionId ?? null,
    named ?? null,
    reference ?? null,
    payoutId ?? null,
  ];
  const money = [amount ?? null, fee ?? null, currency ?? null];
  return `row ${sha256(jsonText([type ?? null, status, ...names, ...money, settledOn]))}`;
}
