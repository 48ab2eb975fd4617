import { describe, expect, it } from 'vitest';
import { processorFileRetention } from '../../../src/application/files/sweep-processor-files.ts';
import type { ProcessorFile, Reconciliation } from '../../../src/domain/files/reconciliation.ts';
import { batchOf, batchPrefix, fileObject } from '../../../src/domain/files/reconciliation-files.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { fileTerms } from '../../fixtures/changes.ts';
import { nativeFile, rowAbout } from '../../fixtures/files.ts';
import {
  batches,
  book,
  desk,
  eachWithAFile,
  edited,
  file,
  found,
  recounted,
  reread,
  rewrite,
  settlement,
  textOf,
} from './verified-file.ts';

eachWithAFile();

describe('verify, of files of processors', () => {
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
    await reread();
    await recounted({ outcomes });
    expect(await book.verified()).toEqual([]);
    await reread();
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
