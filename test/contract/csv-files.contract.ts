import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { err, ok } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { CsvDelimiter, CsvFiles, CsvPlace, CsvRecord } from '../../src/ports/csv-files.ts';
import { LONGEST_RECORD } from '../../src/ports/csv-files.ts';

const BEGIN: CsvPlace = { offset: 0, line: 1 };

/** The bytes in pieces of a size, and whether the reader let go of them. */
function pieces(bytes: Uint8Array, size: number, failAt = Number.POSITIVE_INFINITY) {
  const seen = { isReturned: false, given: 0 };
  const given = (async function* () {
    try {
      for (let at = 0; at < bytes.length; at += size) {
        seen.given = at;
        if (at >= failAt) {
          yield err('gone' as const);
          return;
        }
        yield ok(bytes.subarray(at, at + size));
      }
    } finally {
      seen.isReturned = true;
    }
  })();
  return { given, seen };
}

/** What every `CsvFiles` adapter promises. */
export function csvFilesContract(name: string, files: CsvFiles): void {
  describe(`CsvFiles contract: ${name}`, () => {
    const read = async (
      content: string | Uint8Array,
      {
        from = BEGIN,
        size = 7,
        isGzip = false,
        failAt = Number.POSITIVE_INFINITY,
        delimiter = ',' as CsvDelimiter,
      } = {},
    ) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      const { given, seen } = pieces(isGzip ? bytes : bytes.subarray(from.offset), size, failAt);
      const records: CsvRecord[] = [];
      let failure: unknown;
      for await (const bunch of files.records(given, { ...from, isGzip, delimiter })) {
        if (bunch.isOk()) records.push(...bunch.value);
        else failure = bunch.error;
      }
      return { cells: records.map(({ cells }) => cells), records, failure, seen };
    };
    const refusalOf = async (content: string | Uint8Array, how = {}) => {
      const { failure } = await read(content, how);
      const { code, line } = failure as { code: string; line: number };
      return `${code} ${line}`;
    };

    it('reads quotes, line ends inside and at the end, blank lines and a byte order mark, and counts lines as they are', async () => {
      const text = '\ufeffa,b\r\n1,"x\ny, ""z"""\r\n\r\né,\n3,"4"';
      for (const size of [1, 2, 3, 100]) {
        const { cells, records } = await read(text, { size });
        expect(cells).toEqual([
          ['a', 'b'],
          ['1', 'x\ny, "z"'],
          ['é', ''],
          ['3', '4'],
        ]);
        expect(records.map(({ line }) => line)).toEqual([1, 2, 5, 6]);
      }
    });

    it('parts cells at the delimiter that is named, and at no other', async () => {
      const text = 'a;b,c\n1;"2;3"\n';
      const cellsOf = async (delimiter: CsvDelimiter) => (await read(text, { delimiter })).cells;
      expect(await cellsOf(';')).toEqual([
        ['a', 'b,c'],
        ['1', '2;3'],
      ]);
      const { cells } = await read('a\tb;c\n"1\t2"\t3\n', { delimiter: '\t' });
      expect(cells).toEqual([
        ['a', 'b;c'],
        ['1\t2', '3'],
      ]);
    });

    it('goes on behind any record as if it had read all before it, gzip or not', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.stringMatching(/^[ -~\n\ré😀]{0,6}$/u), { minLength: 2, maxLength: 3 }), {
            minLength: 1,
            maxLength: 12,
          }),
          fc.constantFrom('\n', '\r\n'),
          fc.boolean(),
          fc.integer({ min: 1, max: 40 }),
          async (rows, end, isGzip, size) => {
            const text = rows
              .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
              .join(end);
            const bytes = isGzip ? new Uint8Array(gzipSync(text)) : text;
            const { records, cells } = await read(bytes, { isGzip, size });
            expect(cells).toEqual(rows);
            for (const [index, { next }] of records.entries()) {
              const rest = await read(bytes, { from: next, isGzip, size });
              expect(rest.records).toEqual(records.slice(index + 1));
            }
          },
        ),
        { numRuns: 40 },
      );
    });

    it('reads what has no quote as it reads the same cells behind a quote, byte by byte and line by line', async () => {
      const cell = fc.stringMatching(/^[ -!#-+\--~é😀]{0,6}$/u);
      const end = fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\n', '\r');
      const row = fc.tuple(fc.array(cell, { minLength: 1, maxLength: 3 }), end);
      await fc.assert(
        fc.asyncProperty(
          fc.boolean(),
          fc.array(row, { maxLength: 12 }),
          cell,
          fc.integer({ min: 1, max: 40 }),
          async (isMarked, rows, last, size) => {
            const mark = isMarked ? '\ufeff' : '';
            const rest = `${rows.map(([cells, ends]) => `${cells.join(',')}${ends}`).join('')}${last}`;
            const plain = await read(`${mark}a,b\n${rest}`, { size });
            const quoted = await read(`${mark}"a",b\n${rest}`, { size });
            const asPlain = ({ next: { offset, line }, ...record }: CsvRecord) => ({
              ...record,
              next: { offset: offset - 2, line },
            });
            expect(plain.failure).toBeUndefined();
            expect(plain.records).toEqual(quoted.records.map(asPlain));
          },
        ),
        { numRuns: 60 },
      );
    });

    it('says of each record the line on which an editor shows its beginning, whatever breaks stand in quotes or out of them', async () => {
      const inQuotes = fc
        .stringMatching(/^(?:[a,"é]|\r\n|\n|\r){0,6}$/u)
        .map((cell) => `"${cell.replaceAll('"', '""')}"`);
      const plain = fc.stringMatching(/^(?:[aé]|\ra){0,4}$/u);
      const cell = fc.oneof(inQuotes, plain);
      const end = fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n', ',\r\r\n');
      const row = fc.tuple(fc.nat({ max: 1_000 }), fc.array(cell, { maxLength: 3 }), end);
      await fc.assert(
        fc.asyncProperty(
          fc.array(row, { minLength: 1, maxLength: 8 }),
          fc.constantFrom('', ',\r', '\n', '\r\n', '\n\n'),
          fc.integer({ min: 1, max: 40 }),
          async (rows, after, size) => {
            const lines: number[] = [];
            let text = '';
            for (const [index, [first, cells, ends]] of rows.entries()) {
              lines.push(text.split('\n').length);
              text += [first, ...cells].join(',') + (index === rows.length - 1 ? after : ends);
            }
            const { records, failure } = await read(text, { size });
            expect([failure, records.map(({ line }) => line)]).toEqual([undefined, lines]);
            for (const [index, { next }] of records.entries()) {
              const rest = await read(text, { from: next, size });
              expect(rest.records).toEqual(records.slice(index + 1));
            }
            // What a stray quote behind all of it is refused with: its own line.
            const misplaced = await read(`${text}\n1,"\r\n\r","a\r\n"b`, { size });
            const line = text.split('\n').length + 3;
            expect(misplaced.failure).toMatchObject({ code: 'quote_misplaced', line });
          },
        ),
        { numRuns: 300 },
      );
      const { records } = await read('"x\r"\n\r');
      expect(records.map(({ line, next }) => [line, next])).toEqual([
        [1, { offset: 5, line: 2 }],
        [2, { offset: 6, line: 3 }],
      ]);
    });

    it('takes a record of the longest that there may be, and none that is much longer, with a quote in the file and without', async () => {
      const longest = 'x'.repeat(LONGEST_RECORD);
      for (const header of ['a\n', '"a"\n'])
        for (const size of [4_096, 100_000]) {
          const { cells, failure } = await read(`${header}${longest}\nb\n`, { size });
          expect([failure, cells.length]).toEqual([undefined, 3]);
          expect(await refusalOf(`${header}${longest}xx\nb\n`, { size })).toBe('record_too_long 2');
        }
    });

    it('refuses what is no CSV in UTF-8 with its line', async () => {
      expect(await refusalOf('a,b\n1,2\n3,"4\n5,6\n')).toBe('quote_not_closed 3');
      expect(await refusalOf('a,b\n1,2"3"\n')).toBe('quote_misplaced 2');
      expect(await refusalOf('a,b\r\n1,"x\r\ny"\r\n1,2"3"\r\n')).toBe('quote_misplaced 4');
      expect(await refusalOf('a,b\r\n"\r",\r2"3"\r\n')).toBe('quote_misplaced 2');
      const utf16 = (text: string) => Buffer.from(text, 'utf16le');
      for (const mark of ['', '\ufeff']) {
        const little = utf16(`${mark}a,b\n1,2\n`);
        const big = Buffer.from(little).swap16();
        for (const bytes of [little, big])
          for (const size of [1, 3, 100]) {
            expect(await refusalOf(new Uint8Array(bytes), { size })).toBe('utf16 1');
            expect(await refusalOf(new Uint8Array(gzipSync(bytes)), { size, isGzip: true })).toBe('utf16 1');
          }
      }
      expect(await refusalOf(new Uint8Array([0x61, 0x2c, 0xff, 0x0a]))).toBe('not_utf8 1');
      expect(await refusalOf(new Uint8Array([0x1f, 0x8b, 1, 2, 3]), { isGzip: true })).toBe('gzip_broken 1');
      const cut = new Uint8Array(gzipSync('a,b\n'.repeat(9_999))).subarray(0, 60);
      expect(await refusalOf(cut, { isGzip: true })).toMatch(/^gzip_broken/);
    });

    it('refuses a line without an end after little more than the longest that a record may be', async () => {
      const hundredMegabytes = async function* (first: string) {
        let given = Buffer.from(first.padEnd(65_536, 'x'));
        for (let size = 0; size < 100_000_000; size += given.length) {
          seen.given = size;
          yield ok(given);
          given = Buffer.alloc(65_536, 'x');
        }
      };
      const seen = { given: 0 };
      for (const [first, line] of [
        ['x', 1],
        ['a,b\n1,"2', 2],
      ] as const) {
        let failure: unknown;
        const place = { ...BEGIN, isGzip: false };
        for await (const bunch of files.records(hundredMegabytes(first), place))
          if (bunch.isErr()) failure = bunch.error;
        expect(failure).toEqual({ kind: 'CsvRefused', code: 'record_too_long', line });
        expect(seen.given).toBeLessThan(LONGEST_RECORD * 12);
      }
      const { failure, seen: large } = await read('x'.repeat(LONGEST_RECORD * 20), { size: 65_536 });
      expect(failure).toEqual({ kind: 'CsvRefused', code: 'record_too_long', line: 1 });
      expect(large.isReturned).toBe(true);
    });

    it('refuses gzip that unpacks to a hundred times its size, long before all of it is unpacked', async () => {
      const bomb = new Uint8Array(gzipSync(`${'0'.repeat(999)}\n`.repeat(4_000)));
      expect(await refusalOf(bomb, { isGzip: true, size: 4_096 })).toMatch(/^gzip_ratio/);
    });

    it('hands on that the bytes did not come, and lets go of them when its reader leaves', async () => {
      const gone = await read('a,b\n1,2\n3,4\n', { failAt: 7 });
      expect([gone.failure, gone.seen.isReturned]).toEqual(['gone', true]);
      const { given, seen } = pieces(new TextEncoder().encode('a,b\n'.repeat(100_000)), 512);
      for await (const bunch of files.records(given, { ...BEGIN, isGzip: false })) {
        expect(bunch.isOk()).toBe(true);
        break;
      }
      expect(seen.isReturned).toBe(true);
    });
  });
}
