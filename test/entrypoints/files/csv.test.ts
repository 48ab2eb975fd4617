import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedCurrency } from '../../../src/domain/kernel/currency.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { csvLine, csvLines } from '../../../src/entrypoints/files/csv.ts';
import { trying } from '../../domain/arbitraries.ts';
import { anyCodePoint } from '../../support/any-text.ts';
import { readCsv, readLeniently } from '../../support/csv-reader.ts';

const cellOf = (text: string) => readCsv(csvLine([text, 'last']))[0]?.[0];

describe('a line of CSV', () => {
  it('ends with CR LF and quotes only what needs it', () => {
    expect(csvLine(['a', 'b c', 'x,y', 'say "hi"', 'two\nlines', ' led', undefined, 7])).toBe(
      'a,b c,"x,y","say ""hi""","two\nlines"," led",,7\r\n',
    );
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '=cmd|" /C calc"!A0',
    '＝1+1',
    '＋1',
    '－1',
    '＠A1',
    ' =1+1',
    '\u00a0=1+1',
    '\ufeff=1+1',
    '-2+3',
    '--',
  ])('shows %j as the text it is, behind an apostrophe', (text) => {
    expect(cellOf(text)).toBe(`'${text}`);
  });

  it.each(["'=1", '1-1', 'a=b', 'user@example.com', '', '0', '{"a":"=1"}', "O'Neill"])(
    'leaves %j alone',
    (text) => {
      expect(cellOf(text)).toBe(text);
    },
  );

  it.each([
    ['gift;=1+2;x', "gift;'=1+2;x"],
    ['gift,=1+2', "gift,'=1+2"],
    ['gift\t=1+2', "gift\t'=1+2"],
    ['gift\r\n=1+2', "gift\r\n'=1+2"],
    ['gift; @A1', "gift; '@A1"],
    ['\t=1', "'\t'=1"],
    ['\r=1', "'\r'=1"],
    ['\n=1', "'\n'=1"],
    ['a;-1;+2', "a;'-1;'+2"],
    ['gift;＝1', "gift;'＝1"],
    ['gift|=1+2', "gift|'=1+2"],
    ['gift\u2028=1', "gift\u2028'=1"],
    ['gift\u0085=1', "gift\u0085'=1"],
    ['gift\v=1', "gift\v'=1"],
    ['gift\u001e=1', "gift\u001e'=1"],
    ['gift;"=1+2"', 'gift;"\'=1+2"'],
    ['gift\t""=1', 'gift\t""\'=1'],
    ['gift; " =1', 'gift; " \'=1'],
  ])('lets no separator or line end inside %j begin a formula', (text, shown) => {
    expect(cellOf(text)).toBe(shown);
  });

  it.each(['{"a":";","=k":"v"}', '{"a":"b","=k":"v"}', '{"a;":"=v"}', 'a, "=1"'])(
    'leaves %j alone, in which no reader finds a formula',
    (text) => {
      expect(cellOf(text)).toBe(text);
    },
  );

  it('begins no cell with what a spreadsheet runs, whatever separator the spreadsheet looks for', () => {
    const units = fc.constantFrom('=', '@', '"', ';', '|', '\t', '\n', ',', ' ', 'a');
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: units }), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(',', ';', '\t', '|'),
        (cells, separator) => {
          for (const cell of readLeniently(csvLine(['id', ...cells]), separator))
            expect(cell).not.toMatch(/^\s*[=@]/);
        },
      ),
      trying(2_000),
    );
  });

  it('never touches a number, also below zero and beyond 2^53', () => {
    expect(csvLine([-1, -9_007_199_254_740_993n, 0, 12n])).toBe('-1,-9007199254740993,0,12\r\n');
  });

  it('shows money in major units and never touches it, also below zero and beside text that needs quotes', () => {
    const below = money(-2_910n, storedCurrency('USD'));
    expect(csvLine([below, money(-7n, storedCurrency('JPY'))])).toBe('-29.10,-7\r\n');
    expect(csvLine(['=1', below, 'a\nb'])).toBe('\'=1,-29.10,"a\nb"\r\n');
    expect(csvLine(['-29.10'])).toBe("'-29.10\r\n");
  });

  it('is the same alone as among others, in their order', () => {
    const cell = fc.oneof(
      fc.string({ unit: fc.constantFrom('"', ',', '\n', '=', '-', ' ', 'a', '.', 'é') }),
      fc.stringMatching(/^[\w .:-]{0,8}$/),
      fc.integer(),
      fc.bigInt({ min: -9_999n, max: 9_999n }).map((units) => money(units, storedCurrency('USD'))),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 3 }), { maxLength: 6 }), (rows) => {
        expect(csvLines(rows)).toBe(rows.map((cells) => csvLine(cells)).join(''));
      }),
      trying(500),
    );
  });

  it('is of plain text what the library makes of it', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[\w .:-]{0,8}$/), { minLength: 1, maxLength: 4 }), (cells) => {
        const quoted = /^\s|\s$/;
        const shown = cells.map((cell) => (/^\s*[-]/.test(cell) ? `'${cell}` : cell));
        expect(csvLine(cells)).toBe(
          stringify([shown], { record_delimiter: 'windows', quoted_match: quoted }),
        );
      }),
      trying(500),
    );
  });

  it('is of text that needs quotes alone, such as JSON, what the library makes of it', () => {
    const json = fc.dictionary(
      fc.stringMatching(/^[a-z ]{1,6}$/),
      fc.string({ unit: fc.constantFrom('é', 'a-1', '"', ' ') }),
    );
    const text = fc.string({ unit: fc.constantFrom('"', ',', ';', '{', ':', '\\', 'a', 'a-1', ' ', '𝄞') });
    const cell = fc.oneof(
      json.map((value) => JSON.stringify(value)),
      text,
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 4 }), (cells) => {
        expect(csvLine(cells)).toBe(
          stringify([cells], { record_delimiter: 'windows', quoted_match: /^\s|\s$/ }),
        );
      }),
      trying(500),
    );
  });

  it('reads back whatever the cells hold', () => {
    const text = fc.oneof(
      fc.string({ unit: anyCodePoint }),
      fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', '=', '-', ' ', 'a') }),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 5 }), (cells) => {
        const read = readCsv(csvLine(cells))[0] ?? [];
        expect(read).toHaveLength(cells.length);
        for (const [index, cell] of cells.entries())
          expect(read[index]?.replaceAll("'", '')).toBe(cell.replaceAll("'", ''));
      }),
      trying(500),
    );
  });

  it('never begins a cell with what a spreadsheet runs', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' ', "'", 'a', ';', ',') }),
        (text) => {
          for (const part of (cellOf(text) ?? '').split(/[,;\t\r\n]/))
            expect(part).not.toMatch(/^\s*[=+\-@]/);
        },
      ),
      trying(500),
    );
  });
});
