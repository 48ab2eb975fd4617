import { describe, expect, it } from 'vitest';
import { growthOn } from '../../bench/scale/growth.ts';
import { growthTable, sharedTable, steadyTable } from '../../bench/scale/report.ts';
import { serversOnOneStore } from '../../bench/scale/servers.ts';
import { perTenfold } from '../../bench/scale/slope.ts';
import { seriesOf, steadyOn } from '../../bench/scale/steady.ts';

describe('how cost grows', () => {
  it('is said as what a tenfold size multiplies it by', () => {
    const costs = (of: (x: number) => number) => [10, 100, 1_000].map((x) => ({ x, y: of(x) }));
    expect(perTenfold(costs(() => 7))).toBeCloseTo(1);
    expect(perTenfold(costs((x) => 3 * x))).toBeCloseTo(10);
    expect(perTenfold(costs((x) => Math.sqrt(x)))).toBeCloseTo(Math.sqrt(10));
    expect(perTenfold([{ x: 10, y: 1 }])).toBeUndefined();
  });

  it('is measured of every kind of work at every size, and of many merchants', async () => {
    const sizes = { payments: [150, 300], merchants: 12, creates: 20, reads: 4, stuck: 5 };
    const growth = await growthOn('memory', sizes, () => {});
    const works = [
      'create, 64 at once',
      'list, the first 100',
      'list, the last 100',
      'summary',
      'balance',
      'recover, nothing to',
      'recover, each of 5 stuck',
      'verify, a payment',
    ];
    expect(growth.costs.map(({ work }) => work)).toEqual(works);
    for (const { work, ms } of growth.costs)
      expect(ms.map((cost) => cost !== undefined && cost > 0)).toEqual([
        true,
        true,
        work !== 'list, the last 100',
      ]);
    const [head, , ...rows] = growthTable(growth).split('\n');
    expect(head).toBe(
      '| memory, ms | 150 payments | 300 payments | 12 merchants, one each | ten times the payments |',
    );
    expect(rows).toHaveLength(works.length);
    for (const row of rows) expect(row).toMatch(/\| × \d+\.\d\d \|$/);
  });
});

describe('memory under a steady load', () => {
  it('is told apart that grows on from that which grew at first', () => {
    const minutes = Array.from({ length: 40 }, (_, n) => n / 4);
    const grown = seriesOf(minutes.map((x) => ({ x, y: 100 + 2 * x })));
    expect(grown.aMinute).toBeCloseTo(2);
    expect(grown.aMinuteLater).toBeCloseTo(2);
    expect(grown.first).toBeLessThan(grown.middle);
    expect(grown.middle).toBeLessThan(grown.last);
    const levelled = seriesOf(minutes.map((x) => ({ x, y: Math.min(130, 100 + 10 * x) })));
    expect(levelled.aMinute).toBeGreaterThan(0);
    expect(levelled.aMinuteLater).toBeCloseTo(0);
    expect(levelled.last).toBe(130);
  });

  it('is sampled while the server takes payments', async () => {
    const run = await steadyOn('memory', { minutes: 0.05, perSecond: 20 });
    expect(run.requests).toBe(60);
    expect(run.errors).toBe(0);
    expect(run.last).toBeGreaterThan(20);
    expect(steadyTable([run])).toContain('| memory | 20/s, 60 requests | 0.05 |');
  });
});

describe('two processes on one Postgres', () => {
  it('take payments and tell of them once each, also when one of them is killed', async () => {
    const shared = await serversOnOneStore(2, { seconds: 1, connections: 8, rivals: 24 });
    expect(shared.faults).toEqual([]);
    expect(shared.inLoop).toMatchObject({ least: 1, most: 1 });
    expect(shared.atEnd.events).toBe(shared.payments);
    expect(sharedTable([shared])).toMatch(/^\| 2 \|/m);
  }, 600_000);
});
