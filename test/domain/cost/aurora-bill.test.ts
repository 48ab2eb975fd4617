import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHARE_OF_A_PAYMENT } from '../../../src/domain/cost/aurora-bill.ts';
import { costRecord } from '../../../src/domain/cost/cost-record.ts';
import { DEFAULTS, type EstimateRequest, estimate } from '../../../src/domain/cost/estimate.ts';
import { type Fraction, fraction } from '../../../src/domain/cost/fraction.ts';
import { MEASURED } from '../../../src/domain/cost/measured-capacity.ts';
import type { Usage } from '../../../src/domain/cost/usage.ts';

const BENCHMARKS = readFileSync(join(import.meta.dirname, '../../../docs/benchmarks.md'), 'utf8');

const estimated = (request: Partial<EstimateRequest> = {}) =>
  estimate({ ...DEFAULTS, ...request })._unsafeUnwrap();

describe('a bill of Aurora', () => {
  const capacity = (usage: Partial<Usage>) =>
    costRecord(estimated({ usage: { ...DEFAULTS.usage, ...usage } })).aurora.items['capacity']?.monthly ?? 0;

  it('has capacity for reads and refunds, and not for payments alone', () => {
    const least = capacity({});
    expect(least).toBe(43.8);
    // 10^10 reads a month are 3 805 a second, the work of 476 payments: 9.5 units at half use.
    expect(capacity({ queriesPerTransaction: fraction('10000') })).toBeCloseTo(834.02, 2);
    expect(capacity({ refundsPerTransaction: fraction('100') })).toBeGreaterThan(2 * least);
  });

  it('says of reads when it is the wrong thing to do', () => {
    const usage = { ...DEFAULTS.usage, queriesPerTransaction: fraction('10000') };
    const found = estimated({ usage }).recommendations.find(({ action }) => action === 'use_aurora');
    expect(found?.wrongWhen).toContain('reads are of lists');
  });

  it('counts a read and a refund as no less of a payment than PostgreSQL was measured to do', () => {
    const perSecond = (work: string): number => {
      const row = new RegExp(`^\\| postgres \\| ${work} \\| ([0-9 ]+) \\|`, 'm').exec(BENCHMARKS);
      if (row?.[1] === undefined) throw new Error(`docs/benchmarks.md has no row of ${work}`);
      return Number(row[1].replaceAll(' ', ''));
    };
    const share = (work: string) => perSecond('process a payment') / perSecond(work);
    const counted = ({ of, over }: Fraction) => Number(of) / Number(over);
    expect(counted(SHARE_OF_A_PAYMENT.read)).toBeGreaterThanOrEqual(share('replay'));
    expect(counted(SHARE_OF_A_PAYMENT.refund)).toBeGreaterThanOrEqual(share('refund'));
    expect(3 * perSecond('page of 100')).toBeLessThanOrEqual(perSecond('process a payment'));
  });

  it('is paid for the bytes that payments were measured to leave in PostgreSQL', () => {
    const usage = { ...DEFAULTS.usage, refundsPerTransaction: fraction('0') };
    const kept = (1_000_000 * MEASURED.postgres.bytes * 90 * 12) / 365 / 1_073_741_824;
    expect(costRecord(estimated({ usage })).aurora.items['storage']?.monthly).toBeCloseTo(kept * 0.1, 6);
  });

  it('says when it was measured in each preset, and DynamoDB in its own alone', () => {
    const measured_on = MEASURED.measured_on;
    const of = (request: EstimateRequest) => costRecord(estimated(request));
    const CLASSIC = { ...DEFAULTS, preset: 'classic-2024' } as const;
    expect(of(CLASSIC).aurora.capacity_measured_on).toBe(measured_on);
    expect(of(CLASSIC)).not.toHaveProperty('capacity_measured_on');
    expect(of(DEFAULTS)).toMatchObject({
      capacity_measured_on: measured_on,
      aurora: { capacity_measured_on: measured_on },
    });
  });
});
