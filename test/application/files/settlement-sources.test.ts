import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { errAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { verify } from '../../../src/application/integrity/verify.ts';
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
  const isMapped = reading.source === 'mapped';
  /** Lines that are no rows: empty ones, and those that the mapping skips. */
  const noRows = isMapped ? ['', 'Total', 'Total;;;"1;\n2"'] : ['', '\r'];
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
      if (read.status === 'failed') expect(read.error.column).toBeUndefined();
      return read.status === 'failed' ? `${read.error.code} ${String(read.error.line)}` : read.status;
    };
    expect(await faultOf(new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le')))).toBe('utf16 1');
    expect(await faultOf(text.replaceAll('\n', '\r'))).toBe('lines_end_with_cr_alone 1');
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
    const at = isMapped ? 1 : 0;
    const cell = isMapped ? ';' : ',';
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

  it('goes on at the row where it stopped, with as many outcomes as rows, wherever it stops and whatever between its rows is none', async () => {
    const gap = fc.array(fc.constantFrom(...noRows), { maxLength: 3 });
    const gaps = fc.array(gap, { minLength: 1, maxLength: 14 });
    // How many batches are written before the store of files fails, turn after turn.
    const stops = fc.array(fc.nat(3), { maxLength: 4 });
    const mostRows = fc.integer({ min: 14, max: 60 });
    await fc.assert(fc.asyncProperty(gaps, stops, mostRows, goesOn), { numRuns: 40 });
  });

  async function goesOn(
    gaps: readonly (readonly string[])[],
    stops: readonly number[],
    mostChangeRows: number,
  ): Promise<void> {
    const own = fileDesk(memoryStorage(), temporaryFiles({ now: () => 0 }));
    await own.open();
    const paid = await Promise.all(gaps.map(() => own.paid()));
    const text = written(paid.map(rowOf));
    const lines = text.split('\n');
    const first = lines.length - 1 - paid.length - (isMapped ? 1 : 0);
    const among = lines.flatMap((line, index) => [line, ...(gaps[index - first] ?? [])]).join('\n');
    const { reconciliation } = (await own.send(among, 'file.csv', reading))._unsafeUnwrap();
    const { objects } = own.ports;
    for (const stop of [...stops, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]) {
      let puts = 0;
      const breaking: typeof objects = {
        ...objects,
        put: (...object) => {
          puts += 1;
          return puts > stop
            ? errAsync({ kind: 'ObjectStoreUnavailable', cause: 'broken' })
            : objects.put(...object);
        },
      };
      (await own.worker({ objects: breaking, mostChangeRows })(1))._unsafeUnwrap();
      own.clock.move(600_000);
    }
    const read = await own.find(reconciliation.id);
    expect(read.status).toBe('completed');
    expect(countsOf(read)).toEqual({ matched: paid.length });
    const outcomes = await own.rowsOf(read);
    expect(outcomes.map((each) => each['payment_id'])).toEqual(paid.map(({ paymentId }) => paymentId));
    const clock = { now: () => own.clock.now() + 3_600_000 };
    const verified = await verify({ ...own.ports, clock })(() => {});
    expect(verified.isOk() ? verified.value.unsettled : verified.error).toEqual([]);
  }
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
