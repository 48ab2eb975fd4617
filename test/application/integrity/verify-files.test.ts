import { ok } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { processorFileRetention } from '../../../src/application/files/sweep-processor-files.ts';
import { verifyWithFiles } from '../../../src/application/integrity/verify-files.ts';
import { aggregateChange } from '../../../src/application/kernel/aggregate-change.ts';
import type { ObjectKey } from '../../../src/domain/files/object-key.ts';
import type { ProcessorFile, Reconciliation } from '../../../src/domain/files/reconciliation.ts';
import { batchOf, batchPrefix, fileObject } from '../../../src/domain/files/reconciliation-files.ts';
import { openSettlement, type Settlement } from '../../../src/domain/files/settlement.ts';
import { settlementId, settlementKey } from '../../../src/domain/files/settlement-keys.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { digests, fileTerms, origin } from '../../fixtures/changes.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout } from '../../fixtures/files.ts';
import { settlementBook } from '../../fixtures/settlements.ts';
import { temporaryFiles } from '../../support/objects.ts';

describe('verify, of files of processors', () => {
  let desk: FileDesk;
  let book: ReturnType<typeof settlementBook>;
  let file: Reconciliation;
  let settlement: Settlement;
  beforeEach(async () => {
    const storage = { ...memoryStorage(), mostChangeRows: 24 };
    desk = fileDesk(storage, temporaryFiles({ now: () => 0 }));
    book = settlementBook(storage, desk);
    await desk.open();
    const [first, second, altered] = [await desk.paid(), await desk.paid(), await desk.paid()];
    file = await desk.reconcile(
      nativeFile([
        rowAbout(first, { fee: '30' }),
        rowAbout(second, { fee: '20' }),
        rowAbout(altered, { amount: '1' }),
      ]),
    );
    const [found] = await book.all();
    if (found === undefined) throw new Error('the file has a settlement');
    settlement = found;
    expect(await book.verified()).toEqual([]);
  });

  /** What a holder of the store's keys could commit: its chain is whole. */
  const forged = async (
    action: string,
    next: Settlement,
    before?: Settlement,
    takes: readonly string[] = [],
  ) => {
    const move = {
      at: desk.clock.now(),
      origin,
      action,
      next,
      takes,
      ...(before === undefined ? {} : { before }),
    };
    (await desk.ports.commits.commit(aggregateChange(desk.ports, move)))._unsafeUnwrap();
  };
  const edited = (edit: Partial<Settlement>, before = settlement) =>
    forged(
      'settlement.edited',
      { ...settlement, ...edit, version: before.version + 1 } as Settlement,
      before,
    );

  const recounted = async (edit: Partial<Reconciliation>) => {
    const next = { ...file, ...edit, version: file.version + 1 } as Reconciliation;
    const move = { at: desk.clock.now(), origin, action: 'reconciliation.edited', before: file, next };
    (await desk.ports.commits.commit(aggregateChange(desk.ports, move)))._unsafeUnwrap();
  };

  const batches = async (): Promise<readonly ObjectKey[]> =>
    (await desk.ports.objects.list(batchPrefix(file), { limit: 9 }))._unsafeUnwrap();
  const textOf = async (key: ObjectKey): Promise<string> => {
    const { bytes } = (await desk.ports.objects.get(key))._unsafeUnwrap();
    const pieces: Uint8Array[] = [];
    for await (const piece of bytes) pieces.push(piece._unsafeUnwrap());
    return Buffer.concat(pieces).toString();
  };
  const rewrite = async (key: ObjectKey, text: string) =>
    (await desk.ports.objects.put(key, Buffer.from(text), 'application/x-ndjson'))._unsafeUnwrap();

  /** Everything that is wrong, in order. */
  const found = async (): Promise<readonly string[]> => {
    const findings: string[] = [];
    const clock = { now: () => desk.clock.now() + 3_600_000 };
    const all = await verifyWithFiles({ ...desk.ports, clock })(
      () => {},
      () => {},
      ({ row, id, fault }) => {
        findings.push(`${row} ${id} ${fault}`);
        return ok(undefined);
      },
    );
    all._unsafeUnwrap();
    return findings;
  };

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

  it('finds lines that are not those that were committed, and batches that are gone', async () => {
    const [key] = await batches();
    if (key === undefined) throw new Error('there is a batch');
    const text = await textOf(key);
    const finding = { row: 'reconciliation', id: file.id };
    for (const other of [
      text.replace('"matched"', '"mismatched"'),
      text.replace('"net_amount":2470', '"net_amount":2471'),
      text.replace(settlement.id, idOf('set', '0'.repeat(32))),
      text.split('\n').slice(1).join('\n'),
      `${text}{"line":9,"outcome":"matched"}\n`,
    ]) {
      expect(other).not.toBe(text);
      await rewrite(key, other);
      expect(await book.verified()).toMatchObject({ ...finding, fault: 'differs' });
    }
    await rewrite(key, 'no JSON\n');
    expect(await book.verified()).toMatchObject({ kind: 'BadRow' });
    await rewrite(key, text);
    expect(await book.verified()).toEqual([]);
    (await desk.ports.objects.delete(key))._unsafeUnwrap();
    expect(await book.verified()).toMatchObject({ ...finding, fault: 'absent' });
  });

  it('finds lines of what a file does not name that were changed or are gone, and another count of them', async () => {
    const { absences, batches: before } = file;
    const key = (await batches()).find((each) => batchOf(each) === before);
    if (key === undefined || absences === undefined) throw new Error('a transaction is not in the file yet');
    const finding = { row: 'reconciliation', id: file.id };
    const text = await textOf(key);
    await rewrite(key, text.replace('"expected"', '"missing_there"'));
    expect(await book.verified()).toMatchObject({ ...finding, fault: 'differs' });
    (await desk.ports.objects.delete(key))._unsafeUnwrap();
    expect(await book.verified()).toMatchObject({ ...finding, fault: 'absent' });
    await rewrite(key, text);
    expect(await book.verified()).toEqual([]);
    await recounted({ absences: { ...absences, expected: absences.expected + 1 } });
    expect(await book.verified()).toMatchObject({ ...finding, fault: 'sum' });
  });

  it('finds a file whose bytes are not those that arrived, or that is gone', async () => {
    const key = fileObject(file);
    const finding = { kind: 'BadRow', row: 'reconciliation', id: file.id };
    const text = await textOf(key);
    (
      await desk.ports.objects.put(key, Buffer.from(text.replace(',30,', ',31,')), 'text/csv')
    )._unsafeUnwrap();
    expect(await book.verified()).toMatchObject({ ...finding, fault: 'differs' });
    (await desk.ports.objects.put(key, Buffer.from(text), 'text/csv'))._unsafeUnwrap();
    expect(await book.verified()).toEqual([]);
    (await desk.ports.objects.delete(key))._unsafeUnwrap();
    expect(await book.verified()).toMatchObject({ ...finding, fault: 'absent' });
  });

  it('takes a file for gone once its time is over, and its sweep leaves its rows and its report', async () => {
    const { keptUntil = 0 } = file.file;
    expect(keptUntil - file.createdAt).toBe(fileTerms.keepFilesMs);
    (await desk.worker()(9))._unsafeUnwrap();
    const { objects } = desk.ports;
    const all = async () => (await objects.list('', { limit: 99 }))._unsafeUnwrap();
    const before = await all();
    const sweep = processorFileRetention({ objects });
    const swept = async (at: number) => (await sweep.prune('processor_file', at, 9))._unsafeUnwrap();
    expect((await sweep.oldestEnds('processor_file'))._unsafeUnwrap()).toBe(keptUntil);
    expect(await swept(keptUntil - 1)).toBe(0);
    expect(await swept(keptUntil)).toBe(1);
    expect(await all()).toEqual(before.filter((key) => key !== fileObject(file)));
    expect(before.filter((key) => key.includes('report'))).toHaveLength(2);
    // To a clock that is behind, the file went before its time.
    expect(await book.verified()).toMatchObject({ row: 'reconciliation', id: file.id, fault: 'absent' });
    desk.clock.move(fileTerms.keepFilesMs);
    expect(await book.verified()).toEqual([]);
    const [rows] = await batches();
    if (rows === undefined) throw new Error('there is a batch');
    (await objects.delete(rows))._unsafeUnwrap();
    expect(await book.verified()).toMatchObject({ row: 'reconciliation', id: file.id, fault: 'absent' });
  });

  it('finds a file that is gone and was to be kept for good, as those of earlier versions are', async () => {
    const { keptUntil: _until, ...rest } = file.file;
    const kept: ProcessorFile = rest;
    const key = fileObject({ ...file, file: kept });
    expect(key).toBe(`reconciliation/${file.merchantId}/${file.id}/file`);
    (
      await desk.ports.objects.put(key, Buffer.from(await textOf(fileObject(file))), 'text/csv')
    )._unsafeUnwrap();
    await recounted({ file: kept });
    desk.clock.move(10 * fileTerms.keepFilesMs);
    expect(await book.verified()).toEqual([]);
    const prune = processorFileRetention(desk.ports).prune('processor_file', desk.clock.now(), 9);
    expect((await prune)._unsafeUnwrap()).toBe(1);
    expect(await book.verified()).toEqual([]);
    (await desk.ports.objects.delete(key))._unsafeUnwrap();
    expect(await book.verified()).toMatchObject({ row: 'reconciliation', id: file.id, fault: 'absent' });
  });

  it('goes on behind what it finds when it is told to, and names each once', async () => {
    desk.clock.move(1_000);
    const other = await desk.reconcile(nativeFile([rowAbout(await desk.paid())]));
    await edited({ items: 7 });
    const [key] = (await desk.ports.objects.list(batchPrefix(other), { limit: 1 }))._unsafeUnwrap();
    if (key === undefined) throw new Error('there is a batch');
    await rewrite(key, '{"line":2,"outcome":"matched"}\n');
    expect(await found()).toEqual([`settlement ${settlement.id} sum`, `reconciliation ${other.id} differs`]);
  });

  it('finds sums of a file by currency that its lines do not come to, of its outcomes and of the file', async () => {
    if (file.status !== 'completed') throw new Error('the file is complete');
    const { outcomes, totals } = file;
    const finding = { row: 'reconciliation', id: file.id, fault: 'sum' };
    const { USD = {} } = outcomes.sums;
    const more = { rows: 2, amount: 5_001n, fee: 50n };
    expect(USD.matched).toEqual({ ...more, amount: 5_000n });
    await recounted({ outcomes: { ...outcomes, sums: { USD: { ...USD, matched: more } } } });
    expect(await book.verified()).toMatchObject(finding);
    file = await desk.find(file.id);
    await recounted({ outcomes });
    expect(await book.verified()).toEqual([]);
    file = await desk.find(file.id);
    const { USD: all = more } = totals.sums;
    await recounted({
      totals: { ...totals, sums: { USD: { ...all, fee: all.fee + 1n } } },
    } as Partial<Reconciliation>);
    expect(await book.verified()).toMatchObject(finding);
  });

  it('finds counts of a file that its lines do not come to', async () => {
    const { outcomes } = file;
    await recounted({ outcomes: { ...outcomes, counts: { ...outcomes.counts, matched: 1, duplicate: 1 } } });
    expect(await book.verified()).toMatchObject({ row: 'reconciliation', id: file.id, fault: 'sum' });
  });
});
