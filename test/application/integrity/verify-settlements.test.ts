import { describe, expect, it } from 'vitest';
import { openSettlement, type Settlement } from '../../../src/domain/files/settlement.ts';
import { settlementId, settlementKey } from '../../../src/domain/files/settlement-keys.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { digests } from '../../fixtures/changes.ts';
import {
  batches,
  book,
  eachWithAFile,
  edited,
  file,
  forged,
  found,
  recounted,
  rewrite,
  settlement,
  textOf,
} from './verified-file.ts';

eachWithAFile();

describe('verify, of settlements', () => {
  it('finds a locked settlement that was changed, in any of its figures, though its chain is whole', async () => {
    const { sums } = settlement;
    const edits: readonly Partial<Settlement>[] = [
      { sums: { ...sums, payments: sums.payments + 1n, fees: sums.fees + 1n } },
      { sums: { ...sums, refunds: 1n, adjustments: 1n } },
      { sums: { ...sums, chargebacks: sums.chargebacks - 1n } },
      { transactions: 3 },
      { items: 1 },
      { exceptions: 0 },
      { unmatched: 2n },
      { tolerated: 1n },
      { payout: { amount: 4_950n } },
      { firstBatch: settlement.firstBatch + 1 },
      { lastBatch: settlement.lastBatch + 1 },
    ];
    for (const edit of edits) {
      const [before] = await book.all();
      await edited(edit, before);
      expect([edit, await book.verified()]).toMatchObject([
        edit,
        { row: 'settlement', id: settlement.id, fault: 'sum' },
      ]);
    }
  });

  it('finds a settlement that was moved to another date', async () => {
    await edited({ date: '2026-03-09' });
    // Its unique key is another one then.
    expect(await book.verified()).toMatchObject({ row: 'unique_key' });
  });

  it('finds a settlement that no line names, and one whose file is not there', async () => {
    if (file.status !== 'completed') throw new Error('the file is complete');
    const { startedAt, merchantId, id: reconciliationId } = file;
    const group = { date: '2026-03-08', currency: 'USD' } as const;
    const open = (of: { id: typeof reconciliationId; startedAt: number }) => {
      const order = {
        ...group,
        merchantId,
        sequence: 1,
        reconciliationId: of.id,
        batch: 0,
        createdAt: startedAt,
      };
      return openSettlement({ ...order, id: settlementId(digests.sha256, of, group) });
    };
    const strange = open({ id: idOf('rec', 'f'.repeat(32)), startedAt });
    await forged('settlement.opened', strange, undefined, [settlementKey(group, 1)]);
    expect(await book.verified()).toMatchObject({ row: 'settlement', id: strange.id, fault: 'orphaned' });
    const own = open({ id: reconciliationId, startedAt });
    await forged('settlement.opened', own);
    expect(await book.verified()).toMatchObject({ row: 'unique_key' });
  });

  it('finds a settlement that no line of its file names, and one that lines name and is not there', async () => {
    const [key] = await batches();
    if (key === undefined) throw new Error('there is a batch');
    const other = `${settlement.id.slice(0, -1)}${settlement.id.endsWith('0') ? '1' : '0'}`;
    const text = (await textOf(key)).replaceAll(settlement.id, other);
    await rewrite(key, text);
    await recounted({ batchesHash: digests.sha256(digests.sha256(text)) });
    expect(await found()).toEqual([`settlement ${settlement.id} orphaned`, `settlement ${other} absent`]);
  });

  it('finds a settlement under the name of another time than that of its file', async () => {
    if (file.status !== 'completed') throw new Error('the file is complete');
    const { startedAt, merchantId, id: reconciliationId } = file;
    const group = { date: '2026-03-08', currency: 'USD' } as const;
    const id = settlementId(digests.sha256, { id: reconciliationId, startedAt: startedAt + 5 }, group);
    const order = { ...group, merchantId, sequence: 1, reconciliationId, batch: 0, createdAt: startedAt };
    await forged('settlement.opened', openSettlement({ ...order, id }), undefined, [settlementKey(group, 1)]);
    expect(await found()).toEqual([`settlement ${id} differs`]);
  });

  it('finds a settlement that was opened again', async () => {
    await edited({ status: 'processing' });
    expect(await book.verified()).toMatchObject({ row: 'settlement', id: settlement.id, fault: 'differs' });
  });
});
