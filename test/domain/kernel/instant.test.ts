import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRfc3339, parseDay, parseInstant, rfc3339 } from '../../../src/domain/kernel/instant.ts';
import { trying } from '../arbitraries.ts';

const YEAR_0 = Date.parse('0000-01-01T00:00:00.000Z');
const YEAR_9999 = Date.parse('9999-12-31T23:59:59.999Z');
const DAY_MS = 86_400_000;

const instant = fc.integer({ min: YEAR_0, max: YEAR_9999 });

/** An instant, and one of the ways in which it can be written. */
const written = fc
  .record({
    at: fc.integer({ min: YEAR_0 + DAY_MS, max: YEAR_9999 - DAY_MS }),
    offset: fc.integer({ min: -(24 * 60 - 1), max: 24 * 60 - 1 }),
    finer: fc.stringMatching(/^[0-9]{0,6}$/),
    t: fc.constantFrom('T', 't'),
    z: fc.constantFrom('Z', 'z', '+00:00', '-00:00'),
  })
  .map(({ at, offset, finer, t, z }) => {
    const local = rfc3339(at + offset * 60_000).slice(0, -1);
    const two = (number: number) => String(number).padStart(2, '0');
    const minutes = Math.abs(offset);
    const zone =
      offset === 0 ? z : `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
    return { at, text: `${local.replace('T', t)}${finer}${zone}` };
  });

describe('a time that others write', () => {
  it('reads every instant back from the text that it is written as', () => {
    fc.assert(
      fc.property(instant, (at) => {
        expect(parseInstant(rfc3339(at))).toBe(at);
        expect(fromRfc3339(rfc3339(at))).toBe(at);
      }),
      trying(500),
    );
  });

  it('is the same instant at any offset, in either case, however much finer than a millisecond', () => {
    fc.assert(
      fc.property(written, ({ at, text }) => {
        expect(parseInstant(text)).toBe(at);
      }),
      trying(1_000),
    );
  });

  it('is what Date reads, wherever Date reads it as the text says', () => {
    const digits = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
    const text = fc
      .tuple(
        fc.integer({ min: 0, max: 9_999 }).map((year) => String(year).padStart(4, '0')),
        digits(13),
        digits(32),
        digits(25),
        digits(61),
        digits(61),
      )
      .map(([y, mo, d, h, mi, s]) => `${y}-${mo}-${d}T${h}:${mi}:${s}.000Z`);
    fc.assert(
      fc.property(text, (each) => {
        const read = new Date(each);
        const same = !Number.isNaN(read.getTime()) && read.toISOString() === each;
        expect(parseInstant(each)).toBe(same ? read.getTime() : undefined);
      }),
      trying(2_000),
    );
  });

  it.each([
    ['2026-03-01T12:00:00.1239999Z', '2026-03-01T12:00:00.123Z'],
    ['2026-03-01T12:00:00.999999999Z', '2026-03-01T12:00:00.999Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['2026-03-01T12:00:00.5+02:00', '2026-03-01T10:00:00.500Z'],
    ['2026-03-01t12:00:00z', '2026-03-01T12:00:00.000Z'],
    ['2026-03-01T00:30:00+23:59', '2026-02-28T00:31:00.000Z'],
    ['2024-02-29T23:00:00-02:00', '2024-03-01T01:00:00.000Z'],
    ['0000-02-29T00:00:00Z', '0000-02-29T00:00:00.000Z'],
  ])('is cut, never rounded, and put to UTC: %s is %s', (text, utc) => {
    expect(rfc3339(parseInstant(text) ?? Number.NaN)).toBe(utc);
  });

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-03-00T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T12:60:00Z',
    '2016-12-31T23:59:60Z',
    '2026-03-01T12:00:00',
    '2026-03-01T12:00Z',
    '2026-03-01',
    '2026-03-01 12:00:00Z',
    '2026-03-01T12:00:00+25:00',
    '2026-03-01T12:00:00+24:00',
    '2026-03-01T12:00:00+02:60',
    '2026-03-01T12:00:00+02',
    '2026-03-01T12:00:00+0200',
    '2026-03-01T12:00:00 02:00',
    '2026-03-01T12:00:00−02:00',
    '2026-03-01T12:00:00.Z',
    '2026-03-01T12:00:00,5Z',
    '2026-03-01T12:00:00.1234567890Z',
    '+012026-03-01T12:00:00Z',
    '12026-03-01T12:00:00Z',
    '-0001-03-01T12:00:00Z',
    '26-03-01T12:00:00Z',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '２026-03-01T12:00:00Z',
    '2026-03-01T12:00:00Z\n',
    ' 2026-03-01T12:00:00Z',
    '20260301T120000Z',
    'March 1, 2026',
    '1772366400000',
    '',
  ])('is refused when it does not exist or leaves something open: %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

describe('a day', () => {
  it('begins at midnight in UTC, and exists in its month', () => {
    fc.assert(
      fc.property(instant, (at) => {
        const day = rfc3339(at).slice(0, 10);
        expect(parseDay(day)).toBe(Math.floor(at / DAY_MS) * DAY_MS);
      }),
      trying(500),
    );
    for (const none of ['2026-02-30', '2025-02-29', '2026-04-31', '2026-3-1', '20260301', '2026-03-01Z', ''])
      expect(parseDay(none)).toBeUndefined();
  });
});
