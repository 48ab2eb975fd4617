import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import {
  type ExportRecord,
  endExport,
  exportRecord,
  openExport,
  restoreExport,
} from '../../../src/domain/files/export.ts';
import { aMerchantId, NOON, plain } from '../../fixtures/changes.ts';

const running = openExport({
  id: systemIds.export(NOON),
  merchantId: aMerchantId(),
  format: 'csv',
  query: { status: 'failed' },
  createdAt: NOON,
});

describe('an export', () => {
  it('says how many rows it gave, and why it ended early if it did', () => {
    expect(exportRecord(endExport(running, { rows: 7 }, NOON + 1))).toMatchObject({
      status: 'completed',
      progress: { rows_done: 7 },
      version: 2,
    });
    expect(exportRecord(endExport(running, { rows: 3, fault: 'interrupted' }, NOON + 1))).toMatchObject({
      status: 'failed',
      progress: { rows_done: 3 },
      error: 'interrupted',
    });
  });

  it('reads back as it was written, in every state', () => {
    const ended = [
      endExport(running, { rows: 0 }, NOON + 1),
      endExport(running, { rows: 9, fault: 'storage_unavailable' }, NOON + 1),
    ];
    for (const each of [running, ...ended])
      expect(restoreExport(plain(exportRecord(each)) as ExportRecord, '')).toEqual(each);
  });

  it('of a kind that no export leaves is a defect', () => {
    const record = exportRecord(endExport(running, { rows: 1, fault: 'interrupted' }, NOON));
    const { progress: _, ...rowless } = record;
    const { error: __, ...faultless } = record;
    for (const broken of [rowless, faultless]) expect(() => restoreExport(broken, '')).toThrow();
  });
});
