import { err } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { writesOf } from '../../../src/adapters/dynamodb/writes.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { type BatchDraft, batchDraft } from '../../../src/application/files/batch-draft.ts';
import type { RowEffects } from '../../../src/application/files/row-effects.ts';
import { auditedAggregate } from '../../../src/application/kernel/aggregate-change.ts';
import type { MatchedRow } from '../../../src/domain/files/match-row.ts';
import { openReconciliation, type Reconciliation } from '../../../src/domain/files/reconciliation.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { type LedgerEntry, ledgerEntry } from '../../../src/domain/ledger/ledger.ts';
import { aMerchantId, NOON, origin, ports } from '../../fixtures/changes.ts';

const merchantId = aMerchantId();
const row: MatchedRow = {
  outcome: 'rejected',
  row: err({ kind: 'RowRejected', line: 2, reason: 'cells' }),
  differences: [],
};

const anAggregate = (): Reconciliation =>
  openReconciliation({
    id: systemIds.reconciliation(NOON),
    merchantId,
    source: 'native',
    file: { name: 'a', bytes: 1, sha256: '0', isGzip: false },
    createdAt: NOON,
  });

const anEntry = (currency: 'USD' | 'EUR'): LedgerEntry =>
  ledgerEntry({
    id: systemIds.ledgerEntry(NOON),
    merchantId,
    type: 'fee',
    amount: money(1n, currency),
    createdAt: NOON,
    paymentId: systemIds.payment(NOON),
    transactionId: systemIds.transaction(NOON),
  });

/** What a storage writes for it that has a row for each thing. */
function rowsWritten(draft: BatchDraft): number {
  const { aggregates, entries, events } = draft.effects();
  const audited = aggregates.map((each) => auditedAggregate(ports, { at: NOON, origin, ...each }));
  const change = {
    id: systemIds.change(NOON),
    at: NOON,
    transactions: [],
    aggregates: audited.map(({ guarded }) => guarded),
    entries,
    tallies: [],
    audit: audited.map(({ entry }) => entry),
    events,
  };
  return writesOf('table', change, 'short').length;
}

describe('what the rows of a batch change', () => {
  it('writes an aggregate once, as the last row left it, with the keys of all', () => {
    const draft = batchDraft(100);
    const [stored, opened] = [anAggregate(), anAggregate()];
    const change = (next: Reconciliation, more: object): readonly RowEffects[] => [
      { aggregates: [{ action: 'moved', next, ...more }] },
    ];
    draft.add(row, change({ ...stored, batches: 1 }, { before: stored, takes: ['a'] }));
    draft.add(row, change({ ...stored, batches: 2 }, { before: stored, takes: ['b'], releases: ['c'] }));
    draft.add(row, change(opened, { takes: ['d'] }));
    draft.add(row, change({ ...opened, batches: 7 }, { before: opened }));
    expect(draft.soFar.aggregate('reconciliation', stored.id)).toMatchObject({ batches: 2 });
    expect(draft.soFar.holding('reconciliation', 'd')).toMatchObject({ batches: 7 });
    expect(draft.soFar.holding('reconciliation', 'e')).toBeUndefined();
    expect(draft.effects().aggregates).toEqual([
      {
        action: 'moved',
        before: stored,
        next: { ...stored, batches: 2 },
        takes: ['a', 'b'],
        releases: ['c'],
      },
      { action: 'moved', next: { ...opened, batches: 7 }, takes: ['d'], releases: [] },
    ]);
  });

  it('takes as many rows of the storage as are counted, and what has no room changes nothing', () => {
    const aggregate = anAggregate();
    const effects: readonly RowEffects[] = [
      {
        aggregates: [{ action: 'moved', next: aggregate, takes: ['a', 'b'] }],
        entries: [anEntry('USD'), anEntry('EUR')],
      },
      { entries: [anEntry('USD')] },
    ];
    const draft = batchDraft(11);
    expect(draft.add(row, effects)).toBe(true);
    expect(rowsWritten(draft)).toBe(11);
    expect(draft.add(row, [{ aggregates: [{ action: 'moved again', next: aggregate, takes: ['a'] }] }])).toBe(
      true,
    );
    expect(rowsWritten(draft)).toBe(11);
    const before = draft.effects();
    expect(draft.add(row, [{ entries: [anEntry('EUR')] }])).toBe(false);
    expect(draft.effects()).toEqual(before);
    expect(batchDraft(10).add(row, effects)).toBe(false);
  });
});
