import { ok } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import type { FileRow, TransactionRow } from '../../../src/domain/files/file-row.ts';
import type { MatchedRow } from '../../../src/domain/files/match-row.ts';
import { seenAgain } from '../../../src/domain/files/repeated-row.ts';
import { rowKey } from '../../../src/domain/files/row-key.ts';
import { digests, NOON } from '../../fixtures/changes.ts';

const paymentId = systemIds.payment(NOON);
const transactionId = systemIds.transaction(NOON);
const row: TransactionRow = {
  line: 2,
  settledOn: '2026-03-02',
  type: 'payment',
  status: 'settled',
  paymentId,
  amount: 700n,
};
const keyOf = (said: FileRow) => rowKey(said, digests.sha256);
const unknown = (said: FileRow): MatchedRow => ({ outcome: 'missing_here', row: ok(said), differences: [] });
/** Row after row, as exceptions are opened for them. */
function outcomes(rows: readonly FileRow[]): readonly string[] {
  const known = new Set<string>();
  return rows.map((said) => {
    const seen = seenAgain(unknown(said), (key) => known.has(key), digests.sha256);
    if (seen.rowKey !== undefined) known.add(seen.rowKey);
    return seen.outcome;
  });
}

describe('a row that did not match', () => {
  it('is known again wherever it stands, and by nothing less than all that it says', () => {
    expect(outcomes([row, { ...row, line: 9 }])).toEqual(['missing_here', 'duplicate']);
    const others: readonly FileRow[] = [
      { ...row, amount: 701n },
      { ...row, fee: 1n },
      { ...row, currency: 'USD' },
      { ...row, settledOn: '2026-03-03' },
      { ...row, status: 'failed' },
      { ...row, transactionId },
      { ...row, processorReference: 'ch_1' },
      { ...row, reference: 'line 1' },
      { ...row, payoutId: 'po_1' },
      { ...row, paymentId: systemIds.payment(NOON) },
    ];
    expect(outcomes([row, ...others])).toEqual(Array(others.length + 1).fill('missing_here'));
  });

  it('is an exception each time where no name tells it from another: two refunds of a payment may say the same', () => {
    const refund: FileRow = { ...row, type: 'refund' };
    expect([keyOf(refund), outcomes([refund, refund])]).toEqual([
      undefined,
      ['missing_here', 'missing_here'],
    ]);
    const { paymentId: _none, ...nameless } = row;
    expect(outcomes([nameless, nameless])).toEqual(['missing_here', 'missing_here']);
    for (const name of [{ transactionId }, { processorReference: 're_1' }, { reference: 'line 1' }])
      expect(
        outcomes([
          { ...refund, ...name },
          { ...refund, ...name },
        ]),
      ).toEqual(['missing_here', 'duplicate']);
  });
});
