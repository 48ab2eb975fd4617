import { describe, expect, it } from 'vitest';
import { type Charges, faultsOf, type Stored } from '../../bench/load/books.ts';
import { figuresOf, recoveryMs } from '../../bench/load/figures.ts';
import { openLoop, type Sample } from '../../bench/load/open-loop.ts';
import { reportPage, reportText } from '../../bench/load/report.ts';
import { PARTS, partsOn, runLoad } from '../../bench/load/run-load.ts';

describe('a load', () => {
  it('counts latency from when a request was to leave, also of those that a stall held back', async () => {
    let now = 0;
    const clock = {
      now: () => now,
      until: (moment: number) => {
        now = Math.max(now, moment);
        return Promise.resolve();
      },
    };
    const stalled = (n: number) => {
      if (n === 2) now += 5_000;
      return Promise.resolve(true);
    };
    const samples = await openLoop(
      [{ seconds: 1, perSecond: 10 }],
      () => 'write',
      (_, n) => stalled(n),
      clock,
    );
    expect(samples.map(({ at }) => at)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(samples.slice(3).map(({ tookMs }) => tookMs)).toEqual([
      4_900, 4_800, 4_700, 4_600, 4_500, 4_400, 4_300,
    ]);
    expect(figuresOf(samples, 0, 1_000).p99Ms).toBe(5_000);
  });

  const burst = { since: 0, burst: 2_000, end: 3_000 };
  const tookMs = (of: (at: number) => number): readonly Sample[] =>
    Array.from({ length: 80 }, (_, n) => n * 100).map((at) => ({
      at,
      tookMs: of(at),
      kind: 'read',
      isError: false,
    }));

  it('has recovered with the first whole second that is as fast as those before the burst', () => {
    expect(
      recoveryMs(
        tookMs((at) => (at < 2_000 ? 10 : at < 4_500 ? 90 : 10)),
        burst,
      ),
    ).toBe(1_500);
    expect(
      recoveryMs(
        tookMs(() => 10),
        burst,
      ),
    ).toBe(0);
    expect(
      recoveryMs(
        tookMs((at) => (at < 2_000 ? 10 : 90)),
        burst,
      ),
    ).toBeUndefined();
  });
});

describe('the books after a load', () => {
  const asked = [
    { merchantId: 'm', key: 'a', amount: 10, paymentId: 'pay_a' },
    { merchantId: 'm', key: 'b', amount: 20 },
  ];
  const a: Stored = { id: 'pay_a', merchantId: 'm', key: 'a', amount: 10, status: 'succeeded' };
  const b: Stored = { id: 'pay_b', merchantId: 'm', key: 'b', amount: 20, status: 'succeeded' };
  const both: Charges = new Map([
    ['pay_a', 10],
    ['pay_b', 20],
  ]);

  it('agree where all that was answered is there and charged, and what was not may be', () => {
    expect(faultsOf(asked, [a], new Map([['pay_a', 10]]))).toEqual([]);
    expect(faultsOf(asked, [a, b], both)).toEqual([]);
  });

  it.each<[string, readonly Stored[], Charges | undefined, RegExp]>([
    ['a payment that is lost', [b], undefined, /^lost: pay_a/],
    ['a key with two payments', [a, b, { ...b, id: 'pay_c' }], undefined, /^doubled: b /],
    ['another amount', [{ ...a, amount: 11 }], undefined, /^changed: pay_a/],
    ['an answer that does not stand', [{ ...a, status: 'failed' }], undefined, /^changed: pay_a/],
    ['a key that was never asked for', [a, { ...b, key: 'z' }], undefined, /^strange: pay_b/],
    ['a charge without a payment', [a], both, /^charge: pay_b was charged/],
    ['a payment without a charge', [a, b], new Map([['pay_a', 10]]), /^charge: pay_b is succeeded/],
    ['a charge of a payment that failed', [a, { ...b, status: 'failed' }], both, /^charge: pay_b is failed/],
  ])('name %s', (_, stored, charges, fault) => {
    expect(faultsOf(asked, stored, charges)).toEqual([expect.stringMatching(fault)]);
  });
});

describe('npm run load', { timeout: 600_000 }, () => {
  it.each(['postgres', 'dynamodb'] as const)(
    'measures every load on %s, loses and doubles nothing, and draws a page of it',
    async (storage) => {
      const report = await runLoad(storage, PARTS, { seconds: 2, perSecond: 10 });
      expect(report.faults).toEqual([]);
      expect(report.parts).toHaveLength(4);
      for (const { rows } of report.parts)
        expect(rows.map(({ figures }) => figures.requests > 0)).toEqual(rows.map(() => true));
      expect(report.compared).toContain('Verify: nothing is wrong.');
      expect(report.parts.at(-1)?.rows[1]?.more).toMatch(/^[1-9]\d* payments held by it/);
      expect(report.parts.at(-1)?.rows[3]?.more).toMatch(/^[1-9]\d* refused by it, 0 taken /);
      expect(reportText(report)).toContain('| one frozen |');
      expect(reportText(report)).toContain('| one fenced |');
      const page = reportPage(report);
      expect(page.match(/<svg /g)).toHaveLength(4);
      expect(page).not.toMatch(/(?:src|href)=|https?:/);
    },
  );

  it('of regions is refused on memory when it is asked for, and else left out', () => {
    expect(partsOn('memory', ['regions'])).toBeUndefined();
    expect(partsOn('memory', ['bursts', 'regions'])).toBeUndefined();
    expect(partsOn('memory', undefined)).toEqual(['realistic', 'bursts']);
    expect(partsOn('postgres', undefined)).toEqual(PARTS);
    expect(partsOn('dynamodb', ['regions'])).toEqual(['regions']);
  });

  it('leaves the regions out where each server has a memory of its own', async () => {
    const { parts, faults, compared } = await runLoad('memory', ['bursts', 'regions'], {
      seconds: 2,
      perSecond: 10,
    });
    expect(parts.map(({ title }) => title)).toEqual([expect.stringContaining('bursts of 50/s')]);
    expect(faults).toEqual([]);
    expect(compared.join()).toContain('was not verified');
  });
});
