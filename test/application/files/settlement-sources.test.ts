import { gzipSync } from 'node:zlib';
import { errAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { verify } from '../../../src/application/integrity/verify.ts';
import { batchOf } from '../../../src/domain/files/reconciliation-files.ts';
import type { Transaction } from '../../../src/domain/payments/transaction.ts';
import { asItEnded, countsOf, type FileDesk, fileDesk } from '../../fixtures/files.ts';
import { adyenFile, type BookRow, MAPPING, mappedFile, stripeFile } from '../../fixtures/rendered-files.ts';
import { temporaryFiles } from '../../support/objects.ts';

const SOURCES = [
  ['stripe', { source: 'stripe' }, stripeFile],
  ['adyen', { source: 'adyen' }, adyenFile],
  ['mapped', { source: 'mapped', mapping: MAPPING }, mappedFile],
] as const;

const rowOf = ({ paymentId, amount }: Transaction): BookRow => ({
  type: 'payment',
  paymentId,
  amount: amount.minorUnits,
  fee: 30n,
  currency: amount.currency,
  settledOn: '2026-03-09',
  reference: `entry-${paymentId.slice(-6)}`,
  payoutId: 'batch-4',
});

describe.each(SOURCES)('a file of the source %s', (_name, reading, written) => {
  let desk: FileDesk;
  beforeEach(async () => {
    desk = fileDesk(memoryStorage(), temporaryFiles({ now: () => 0 }));
    await desk.open();
  });

  const rows = async (count: number) =>
    (await Promise.all(Array.from({ length: count }, () => desk.paid()))).map(rowOf);

  it('is refused as a whole with its fault and its line when its bytes are no CSV in UTF-8, and settles nothing', async () => {
    const paid = await desk.paid();
    const text = written([rowOf(paid)]);
    const [bytes, lines] = [new TextEncoder().encode(text), text.trimEnd().split('\n').length];
    const faultOf = async (file: string | Uint8Array) => {
      const read = await desk.reconcile(file, 'file.csv', reading);
      return read.status === 'failed' ? `${read.error.code} ${String(read.error.line)}` : read.status;
    };
    expect(await faultOf(new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le')))).toBe('utf16 1');
    expect(await faultOf(new Uint8Array([...bytes, 0xff, 0x0a]))).toMatch(/^not_utf8/);
    expect(await faultOf(`${text}"open`)).toBe(`quote_not_closed ${lines + 1}`);
    expect(await faultOf(`${text}${'x'.repeat(1_000_000)}`)).toBe(`record_too_long ${lines + 1}`);
    expect(await faultOf(new Uint8Array(gzipSync(text + `${'0'.repeat(999)}\n`.repeat(4_000))))).toMatch(
      /^gzip_ratio/,
    );
    expect(await faultOf(new Uint8Array(gzipSync(text)).subarray(0, 40))).toMatch(/^gzip_broken/);
    expect(await desk.transaction(paid)).toEqual(paid);
    expect(
      countsOf(await desk.reconcile(`\ufeff${text}`.replaceAll('\n', '\r\n'), 'bom.csv', reading)),
    ).toEqual({ matched: 1 });
  });

  it('keeps of its header the columns that are read, and refuses more columns than any report has', async () => {
    const text = written(await rows(1));
    const lines = text.split('\n');
    const at = reading.source === 'mapped' ? 1 : 0;
    const cell = reading.source === 'mapped' ? ';' : ',';
    const wider = (name: string) =>
      lines
        .map((line, index) =>
          line === '' || index < at ? line : `${index === at ? name : ''}${cell}${line}`,
        )
        .join('\n');
    const read = await desk.reconcile(wider('4242 4242 4242 4242\u0000'), 'file.csv', reading);
    expect(countsOf(read)).toEqual({ matched: 1 });
    const { header = [] } = 'header' in read ? read : {};
    expect(header).toHaveLength((lines[at] ?? '').split(cell).length + 1);
    expect(header[0]).toBe('');
    const many = await desk.reconcile(wider(cell.repeat(1_000)), 'file.csv', reading);
    expect(many).toMatchObject({ status: 'failed', error: { code: 'columns_too_many', line: at + 1 } });
  });

  it('goes on at the row where it stopped, with as many outcomes as rows, whichever rows are left out', async () => {
    const book = await rows(12);
    const text = written(book);
    const { reconciliation } = (await desk.send(text, 'file.csv', reading))._unsafeUnwrap();
    const { objects } = desk.ports;
    for (let turn = 0; turn < 20; turn += 1) {
      const breaking: typeof objects = {
        ...objects,
        put: (key, bytes, contentType) =>
          batchOf(key) > turn
            ? errAsync({ kind: 'ObjectStoreUnavailable', cause: 'broken' })
            : objects.put(key, bytes, contentType),
      };
      (await desk.worker({ objects: breaking, mostChangeRows: 15 })(1))._unsafeUnwrap();
      desk.clock.move(60_000);
    }
    const read = await desk.find(reconciliation.id);
    expect(read.status).toBe('completed');
    expect(countsOf(read)).toEqual({ matched: 12 });
    expect(read.batches).toBeGreaterThan(2);
    const clock = { now: () => desk.clock.now() + 3_600_000 };
    const verified = await verify({ ...desk.ports, clock })(() => {});
    expect(verified.isOk() ? verified.value.unsettled : verified.error).toEqual([]);
  });
});

describe('a file that was sent by a mapping with a fault', () => {
  it('is read once more by another mapping, settles what was not, and by either of them no third time', async () => {
    const desk = fileDesk(memoryStorage(), temporaryFiles({ now: () => 0 }));
    await desk.open();
    const refund = { ...rowOf(await desk.paid()), type: 'refund' as const };
    const text = mappedFile([rowOf(await desk.paid()), refund]);
    const { 'a refund': _none, ...words } = MAPPING.types ?? {};
    const wrong = { source: 'mapped', mapping: { ...MAPPING, types: words } } as const;
    const right = { source: 'mapped', mapping: MAPPING } as const;
    const first = await desk.reconcile(text, 'file.csv', wrong);
    expect(countsOf(first)).toEqual({ matched: 1, rejected: 1 });
    const second = await desk.reconcile(text, 'file.csv', right);
    expect(countsOf(second)).toEqual({ duplicate: 1, missing_here: 1 });
    for (const [reading, read] of [
      [wrong, first],
      [right, second],
    ] as const) {
      const { isNew, reconciliation } = (await desk.send(text, 'file.csv', reading))._unsafeUnwrap();
      expect([isNew, asItEnded(reconciliation)]).toEqual([false, asItEnded(read)]);
    }
    const clock = { now: () => desk.clock.now() + 3_600_000 };
    const verified = await verify({ ...desk.ports, clock })(() => {});
    expect(verified.isOk() ? verified.value.unsettled : verified.error).toEqual([]);
  });
});
