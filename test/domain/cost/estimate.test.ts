import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bill } from '../../../src/domain/cost/bill.ts';
import { costRecord } from '../../../src/domain/cost/cost-record.ts';
import {
  DEFAULTS,
  type Estimate,
  type EstimateRequest,
  estimate,
} from '../../../src/domain/cost/estimate.ts';
import { fraction } from '../../../src/domain/cost/fraction.ts';
import { PRICES, type Priced, unitPrices } from '../../../src/domain/cost/prices.ts';
import { type Bills, billsOf } from '../../../src/domain/cost/recommendations.ts';
import { MODELS, PRESETS } from '../../../src/domain/cost/request-units.ts';
import type { Usage } from '../../../src/domain/cost/usage.ts';

const estimated = (request: Partial<EstimateRequest> = {}): Estimate =>
  estimate({ ...DEFAULTS, ...request })._unsafeUnwrap();

const CLASSIC: EstimateRequest = {
  ...DEFAULTS,
  preset: 'classic-2024',
  usage: { ...DEFAULTS.usage, refundsPerTransaction: fraction('0') },
};

const usages: fc.Arbitrary<Usage> = fc.record({
  transactionsPerMonth: fc.bigInt({ min: 0n, max: 1_000_000_000n }),
  queriesPerTransaction: fc.record({
    of: fc.bigInt({ min: 0n, max: 1_000_000n }),
    over: fc.constant(1_000n),
  }),
  refundsPerTransaction: fc.record({ of: fc.bigInt({ min: 0n, max: 1_000n }), over: fc.constant(1_000n) }),
  retentionDays: fc.bigInt({ min: 0n, max: 36_500n }),
  regions: fc.bigInt({ min: 1n, max: 10n }),
});
const requests: fc.Arbitrary<EstimateRequest> = fc.record({
  preset: fc.constantFrom(...PRESETS),
  region: fc.constant('us-east-1'),
  usage: usages,
  utilisation: fc.record({ of: fc.bigInt({ min: 1n, max: 100n }), over: fc.constant(100n) }),
});

/** The bills alone, without what is recommended after comparing hundreds of them. */
function billed({ preset, region, usage, utilisation }: EstimateRequest): Bills {
  const prices = unitPrices(PRICES, region);
  if (prices === undefined) throw new Error(`${region} has no prices`);
  return billsOf({ model: MODELS[preset], prices, utilisation }, usage);
}

const billsIn = (request: EstimateRequest): readonly Bill[] => Object.values(billed(request));

describe('classic-2024', () => {
  it('is 14.19 a month to the cent, of a million transactions with 5.2 queries each, kept for 90 days', () => {
    expect(costRecord(estimated(CLASSIC))).toMatchObject({
      monthly_total: 14.19,
      yearly_total: 170.25,
      items: {
        writes: { monthly: 3.75 },
        reads: { monthly: 1.3 },
        indexes: { monthly: 3.7875 },
        streams: { monthly: 0.2 },
        storage: { monthly: 4.291534424, yearly: 51.498413088 },
        backup: { monthly: 0.858306885 },
      },
      per_transaction: 0.000014187341,
    });
  });
});

describe('paywright’s own estimate', () => {
  it('is the one that the README gives', () => {
    const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8').replaceAll(
      /\s+/g,
      ' ',
    );
    const { monthly_total, provisioned, aurora, requests } = costRecord(estimated());
    expect(readme).toContain(
      `are ${monthly_total} USD in us-east-1 on demand, ${provisioned.monthly_total} provisioned and half used, ${aurora.monthly_total} on Aurora`,
    );
    const payment = requests['payment'];
    const writes = (payment?.write_units ?? 0) + (payment?.index_write_units ?? 0);
    expect(readme).toContain(`A payment is ${writes} write units and ${payment?.read_units} read units`);
  });
});

describe('an estimate', () => {
  it('costs nothing for nothing, however it is paid for', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const none = { ...request, usage: { ...request.usage, transactionsPerMonth: 0n } };
        for (const { items, total } of billsIn(none)) {
          expect(total).toBe(0n);
          for (const item of Object.values(items)) expect(item).toBe(0n);
        }
      }),
    );
    const none = estimated({ usage: { ...DEFAULTS.usage, transactionsPerMonth: 0n } });
    expect(none.recommendations).toEqual([]);
    expect(costRecord(none)).toMatchObject({ per_transaction: 0, monthly_total: 0, yearly_total: 0 });
  });

  it('is the sum of its items, in every bill', () => {
    fc.assert(
      fc.property(requests, (request) => {
        for (const { items, total } of billsIn(request))
          expect(Object.values(items).reduce((sum, item) => sum + item, 0n)).toBe(total);
      }),
    );
  });

  const more: Readonly<Record<string, (usage: Usage, by: bigint) => Usage>> = {
    transactions: (usage, by) => ({ ...usage, transactionsPerMonth: usage.transactionsPerMonth + by }),
    queries: (usage, by) => ({
      ...usage,
      queriesPerTransaction: { ...usage.queriesPerTransaction, of: usage.queriesPerTransaction.of + by },
    }),
    refunds: (usage, by) => ({
      ...usage,
      refundsPerTransaction: { ...usage.refundsPerTransaction, of: usage.refundsPerTransaction.of + by },
    }),
    days: (usage, by) => ({ ...usage, retentionDays: usage.retentionDays + by }),
    regions: (usage, by) => ({ ...usage, regions: usage.regions + by }),
  };

  it.each(Object.keys(more))('never gets cheaper by more %s', (name) => {
    fc.assert(
      fc.property(requests, fc.bigInt({ min: 0n, max: 1_000n }), (request, by) => {
        const raised = billsIn({ ...request, usage: more[name]?.(request.usage, by) ?? request.usage });
        for (const [index, { items }] of billsIn(request).entries())
          for (const [item, cost] of Object.entries(items))
            expect(raised[index]?.items[item]).toBeGreaterThanOrEqual(cost);
      }),
    );
  });

  it('is as many times what one region writes and keeps as regions hold it, and once what is read', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const within = (regions: bigint) =>
          billed({ ...request, usage: { ...request.usage, regions } }).onDemand.items;
        const [one, many] = [within(1n), within(request.usage.regions)];
        for (const name of ['writes', 'storage', 'backup', 'streams'] as const)
          expectNear(many[name], request.usage.regions * (one[name] ?? 0n), request.usage.regions);
        expect(many['reads']).toBe(one['reads']);
      }),
    );
  });

  it('doubles with the transactions, but for the rounding of an item and the least that Aurora comes to', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const of = (transactionsPerMonth: bigint) =>
          billed({ ...request, usage: { ...request.usage, transactionsPerMonth } });
        const count = request.usage.transactionsPerMonth;
        const [once, twice] = [of(count), of(2n * count)];
        for (const [name, cost] of Object.entries(once.onDemand.items))
          expectNear(twice.onDemand.items[name], 2n * cost, 4n);
        for (const [name, cost] of Object.entries(once.aurora.items))
          if (name !== 'capacity' || cost > leastOfAurora(request.usage))
            expectNear(twice.aurora.items[name], 2n * cost, 4n);
      }),
    );
  });

  it.each(['queries', 'refunds'] as const)(
    'adds up over %s, in each item of a bill but the least that Aurora comes to',
    (name) => {
      const field = `${name}PerTransaction` as const;
      const counts = fc.bigInt({ min: 0n, max: 1_000_000n });
      fc.assert(
        fc.property(requests, counts, counts, (request, some, others) => {
          const busy = { ...request.usage, transactionsPerMonth: 1_000_000_000n };
          const of = (count: bigint) =>
            billed({ ...request, usage: { ...busy, [field]: { of: count, over: 1_000n } } });
          const [none, one, other, both] = [of(0n), of(some), of(others), of(some + others)];
          for (const way of ['onDemand', 'aurora'] as const)
            for (const [item, cost] of Object.entries(both[way].items))
              expectNear(
                cost + (none[way].items[item] ?? 0n),
                (one[way].items[item] ?? 0n) + (other[way].items[item] ?? 0n),
                8n,
              );
        }),
      );
    },
  );

  /** Half a capacity unit in each region, by the prices of us-east-1. */
  const leastOfAurora = ({ regions }: Usage): bigint => 43_800_000_000n * regions;

  /** Each of the sums was rounded once for every part. */
  function expectNear(cost: bigint | undefined, wanted: bigint, most: bigint): void {
    const off = (cost ?? -1n) - wanted;
    expect(off < 0n ? -off : off).toBeLessThanOrEqual(most);
  }
});

describe('recommendations', () => {
  it('save something each, the most first, and never more than there is', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { recommendations, bills } = estimated(request);
        const savings = recommendations.map(({ saving }) => saving);
        expect(savings).toEqual([...savings].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
        for (const saving of savings) {
          expect(saving).toBeGreaterThan(0n);
          expect(saving).toBeLessThanOrEqual(bills.onDemand.total);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('name provisioning only where more of the capacity is used than the prices are even at', () => {
    const at = (text: string) =>
      estimated({
        usage: { ...DEFAULTS.usage, transactionsPerMonth: 500_000_000n },
        utilisation: fraction(text),
      });
    const { evenUtilisation } = at('0.5');
    // 0.00065 for 3600 write units an hour, beside 0.625 for a million.
    expect(Number(evenUtilisation.of) / Number(evenUtilisation.over)).toBeCloseTo(0.2889, 4);
    const actions = (text: string) => at(text).recommendations.map(({ action }) => action);
    expect(actions('0.30')).toContain('provision_capacity');
    expect(actions('0.28')).not.toContain('provision_capacity');
  });

  it('name Aurora from the very transaction on of which it costs less', () => {
    const { auroraFrom } = estimated();
    if (auroraFrom === undefined) throw new Error('Aurora is never cheaper');
    const actions = (transactionsPerMonth: bigint) =>
      estimated({ usage: { ...DEFAULTS.usage, transactionsPerMonth } }).recommendations.map(
        ({ action }) => action,
      );
    expect(actions(auroraFrom)).toContain('use_aurora');
    expect(actions(auroraFrom - 1n)).not.toContain('use_aurora');
  });

  it('name fewer regions only where there are several', () => {
    const actions = (regions: bigint) =>
      estimated({ usage: { ...DEFAULTS.usage, regions } }).recommendations.map(({ action }) => action);
    expect(actions(2n)).toContain('hold_fewer_regions');
    expect(actions(1n)).not.toContain('hold_fewer_regions');
  });

  it('each say when they are wrong', () => {
    const usage = {
      ...DEFAULTS.usage,
      transactionsPerMonth: 500_000_000n,
      regions: 2n,
      retentionDays: 3_650n,
    };
    const { recommendations } = estimated({ usage });
    expect(recommendations).toHaveLength(6);
    for (const { says, wrongWhen } of recommendations) {
      expect(says).toMatch(/\.$/);
      expect(wrongWhen).toMatch(/\.$/);
    }
  });
});

describe('prices', () => {
  it('may each be nothing but that of a write, which capacity is compared with', () => {
    for (const name of Object.keys(PRICES.regions['us-east-1']) as Priced[]) {
      const here = { ...PRICES.regions['us-east-1'], [name]: '0' };
      const result = estimate({ ...DEFAULTS, region: 'here', prices: { ...PRICES, regions: { here } } });
      expect([name, result.isOk()]).toEqual([name, name !== 'write_requests']);
    }
  });

  it.each(Object.keys(PRICES.regions))('of %s are decimals, each of which moves a bill', (region) => {
    const table = { ...PRICES, regions: { here: PRICES.regions[region as keyof typeof PRICES.regions] } };
    const usage = { ...DEFAULTS.usage, transactionsPerMonth: 500_000_000n, retentionDays: 3_650n };
    const request = { ...DEFAULTS, region: 'here', usage };
    const was = estimated({ ...request, prices: table });
    for (const name of Object.keys(table.regions.here) as Priced[]) {
      // Lambda reads the stream for nothing, so that paywright's own estimate has no such item.
      if (name === 'stream_reads') continue;
      const here = { ...table.regions.here, [name]: '0.00001' };
      expect(estimated({ ...request, prices: { ...table, regions: { here } } })).not.toEqual(was);
    }
  });

  it('of a region that is not there, or that are no decimals, are refused with the regions there are', () => {
    const refused = { kind: 'RegionNotPriced', priced: ['us-east-1', 'eu-west-1', 'eu-central-1'] };
    expect(estimate({ ...DEFAULTS, region: 'toString' })._unsafeUnwrapErr()).toMatchObject(refused);
    const here = { ...PRICES.regions['us-east-1'], read_requests: '1e3' };
    const prices = { ...PRICES, regions: { here } };
    expect(estimate({ ...DEFAULTS, region: 'here', prices })._unsafeUnwrapErr()).toMatchObject({
      region: 'here',
    });
  });
});
