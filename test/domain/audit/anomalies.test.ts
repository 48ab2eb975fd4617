import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANOMALY_RULES,
  type Anomaly,
  type AuditFact,
  excessiveFailedAuth,
  watchTrail,
} from '../../../src/domain/audit/anomalies.ts';
import { auditReporting, auditReportRecord, MOST_ANOMALIES } from '../../../src/domain/audit/audit-report.ts';
import { GENESIS_HASH } from '../../../src/domain/kernel/audit-chain.ts';
import type { AuditEntry } from '../../../src/domain/kernel/audit-entry.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';
import { trying } from '../arbitraries.ts';

const MINUTE = 60_000;

const aLink = (parts: Partial<AuditEntry>): AuditEntry => ({
  id: idOf('aud', 'a'.repeat(32)),
  entityType: 'payment',
  entityId: `pay_${'1'.repeat(32)}`,
  merchantId: aMerchantId(),
  sequence: 1,
  action: 'payment.resumed',
  actor: { id: 'user-1', type: 'user' },
  timestamp: NOON,
  previousHash: GENESIS_HASH,
  hash: GENESIS_HASH,
  ...parts,
});

const created = (
  timestamp: number,
  customerId?: string,
  amount: number | bigint = 1,
  currency = 'USD',
): AuditFact => ({
  entry: aLink({ action: 'payment.created', timestamp, after: { amount, currency } }),
  ...present({ customerId }),
});

const failed = (timestamp: number, customerId?: string, actor = 'user-1'): AuditFact => ({
  entry: aLink({ action: 'payment.failed', sequence: 2, timestamp, actor: { id: actor, type: 'user' } }),
  ...present({ customerId }),
});

/** Facts in the order they happened, watched as a trail gives them. */
const anomaliesOf = (facts: readonly AuditFact[], rules = ANOMALY_RULES): readonly Anomaly[] => {
  const watch = watchTrail(rules);
  return facts.toSorted((a, b) => b.entry.timestamp - a.entry.timestamp).flatMap(watch);
};

const typesOf = (facts: readonly AuditFact[]) => anomaliesOf(facts).map(({ type }) => type);

const every = (gapMs: number, times: number, from = NOON) =>
  Array.from({ length: times }, (_, index) => from + index * gapMs);

describe('failed authentications', () => {
  const windows = (...counts: readonly number[]) =>
    excessiveFailedAuth(
      counts.map((count, index) => ({ minute: NOON + index, count })),
      ANOMALY_RULES,
    );

  it('are excessive from the sixth within a minute on', () => {
    expect(windows(0, 1, 5)).toEqual([]);
    expect(windows(5, 6, 4)).toEqual([
      {
        type: 'excessive_failed_auth',
        description:
          '6 refused tokens within a minute, more than 5, claimed this merchant; who sent them is not proved',
        severity: 'low',
        timestamp: NOON + 1,
      },
    ]);
  });
});

describe('the value of a payment', () => {
  it.each([
    [100_000, []],
    [100_001, ['high_value_transaction']],
    [2n ** 60n, ['high_value_transaction']],
  ])('of %s minor units gives %j', (amount, types) => {
    expect(typesOf([created(NOON, undefined, amount)])).toEqual(types);
  });

  it.each([
    [1_000_000, 'JPY', 1_000_001],
    [30_000, 'KWD', 30_001],
  ] as const)('has a threshold of its own, %i, in %s', (most, currency, more) => {
    const rules = { ...ANOMALY_RULES, mostAmounts: { JPY: 1_000_000n, KWD: 30_000n } };
    expect(anomaliesOf([created(NOON, undefined, most, currency)], rules)).toEqual([]);
    expect(anomaliesOf([created(NOON, undefined, more, currency)], rules)).toMatchObject([
      { description: `A payment of ${more} minor units of ${currency}, more than ${most}` },
    ]);
  });

  it('in a currency without a threshold is held against the number in USD, and says so', () => {
    const rules = { ...ANOMALY_RULES, mostAmounts: { JPY: 1_000_000n } };
    expect(anomaliesOf([created(NOON, undefined, 100_000, 'EUR')], rules)).toEqual([]);
    expect(anomaliesOf([created(NOON, undefined, 100_001, 'EUR')], rules)).toMatchObject([
      {
        description:
          'A payment of 100001 minor units of EUR, more than 100000, the threshold in USD: there is none in EUR',
      },
    ]);
  });

  it('says which payment', () => {
    expect(anomaliesOf([created(NOON, undefined, 250_000)])).toEqual([
      {
        type: 'high_value_transaction',
        description: 'A payment of 250000 minor units of USD, more than 100000',
        severity: 'medium',
        timestamp: NOON,
        entityId: `pay_${'1'.repeat(32)}`,
      },
    ]);
  });
});

describe('an export', () => {
  it('is an anomaly when it starts, once', () => {
    const entityId = `exp_${'1'.repeat(32)}`;
    const links = ['export.created', 'export.started', 'export.completed'].map((action, index) => ({
      entry: aLink({ action, entityId, sequence: index + 1, timestamp: NOON + index }),
    }));
    expect(anomaliesOf(links)).toEqual([
      {
        type: 'data_export',
        description: 'export.created by user-1',
        severity: 'low',
        timestamp: NOON,
        entityId,
      },
    ]);
  });
});

describe('velocity', () => {
  it.each([
    ['four within a minute', every(1, 4), []],
    ['five within exactly a minute', every(MINUTE / 4, 5), [NOON + MINUTE]],
    ['five within a minute and a millisecond', [...every(MINUTE / 4, 4), NOON + MINUTE + 1], []],
    ['five at one moment', every(0, 5), [NOON]],
    ['an unbroken run of twenty', every(10_000, 20), [NOON + 190_000]],
    ['two runs', [...every(1, 5), ...every(1, 5, NOON + 10 * MINUTE)], [NOON + 10 * MINUTE + 4, NOON + 4]],
  ])('of %s', (_, times, told) => {
    const anomalies = anomaliesOf(times.map((at) => created(at, 'cus_1')));
    expect(anomalies.map(({ timestamp }) => timestamp)).toEqual(told);
    for (const anomaly of anomalies)
      expect(anomaly).toMatchObject({ type: 'high_velocity', severity: 'medium', entityId: 'cus_1' });
  });

  it('is each customer’s own, and is not counted without a customer', () => {
    expect(typesOf(every(1, 8).map((at, index) => created(at, `cus_${index % 2}`)))).toEqual([]);
    expect(typesOf(every(1, 50).map((at) => created(at)))).toEqual([]);
  });
});

describe('failures', () => {
  it.each([
    ['two', every(1, 2), 0],
    ['three within exactly half an hour', every(15 * MINUTE, 3), 1],
    ['three within a millisecond more', [NOON, NOON + 1, NOON + 30 * MINUTE + 1], 0],
  ])('%s', (_, times, count) => {
    expect(anomaliesOf(times.map((at) => failed(at, 'cus_1')))).toHaveLength(count);
    expect(anomaliesOf(times.map((at) => failed(at)))).toHaveLength(count);
  });

  it('count for the customer, or for the actor where there is none', () => {
    const [t1, t2, t3] = every(1, 3) as [number, number, number];
    expect(
      anomaliesOf([failed(t1, 'cus_1', 'a'), failed(t2, 'cus_1', 'b'), failed(t3, 'cus_1', 'c')]),
    ).toEqual([
      {
        type: 'repeated_failures',
        description: '3 or more failed payments by one customer, each 3 within 30 min',
        severity: 'medium',
        timestamp: t3,
        entityId: 'cus_1',
      },
    ]);
    expect(anomaliesOf([failed(t1), failed(t2), failed(t3)])).toMatchObject([{ entityId: 'user-1' }]);
    expect(anomaliesOf([failed(t1, 'cus_1'), failed(t2, 'cus_2'), failed(t3)])).toEqual([]);
  });
});

const rule = fc.record({ count: fc.integer({ min: 2, max: 6 }), withinMs: fc.integer({ min: 0, max: 40 }) });
const events = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom('a', 'b', 'c')), {
  maxLength: 60,
});

/** By looking at every event with all that follow it: those whose window is full, less those that continue a run. */
function runsOf(
  times: readonly number[],
  { count, withinMs }: typeof ANOMALY_RULES.velocity,
): readonly number[] {
  const newestFirst = times.toSorted((a, b) => b - a);
  const isFull = (index: number) =>
    index >= count - 1 && (newestFirst[index - count + 1] ?? 0) - (newestFirst[index] ?? 0) <= withinMs;
  return newestFirst.flatMap((_, index) =>
    isFull(index) && !(index > 0 && isFull(index - 1)) ? [newestFirst[index - count + 1] ?? 0] : [],
  );
}

it('every run of any rate is one anomaly, at its newest event, whatever lies between', () => {
  fc.assert(
    fc.property(rule, events, (velocity, made) => {
      const rules = { ...ANOMALY_RULES, velocity };
      const told = anomaliesOf(
        made.map(([at, who]) => created(at, who)),
        rules,
      );
      for (const who of ['a', 'b', 'c'])
        expect(told.filter(({ entityId }) => entityId === who).map(({ timestamp }) => timestamp)).toEqual(
          runsOf(
            made.filter(([, each]) => each === who).map(([at]) => at),
            velocity,
          ),
        );
    }),
    trying(500),
  );
});

describe('an audit report', () => {
  it('counts events by action and by actor, and lists anomalies newest first', () => {
    const reporting = auditReporting(ANOMALY_RULES);
    for (const at of every(-MINUTE, 3)) reporting.add(failed(at, undefined, '__proto__'));
    reporting.add(created(NOON - 10 * MINUTE, undefined, 100_001));
    const report = auditReportRecord(reporting.report([{ minute: NOON - 5 * MINUTE, count: 9 }]));
    expect(JSON.stringify(report)).toContain('"user_activity":{"__proto__":3,"user-1":1}');
    expect(report).toMatchObject({
      total_events: 4,
      events_by_type: { 'payment.created': 1, 'payment.failed': 3 },
      anomalies: [
        { type: 'repeated_failures', timestamp: '2026-03-01T12:00:00.000Z', entity_id: '__proto__' },
        { type: 'excessive_failed_auth', severity: 'low', timestamp: '2026-03-01T11:55:00.000Z' },
        { type: 'high_value_transaction' },
      ],
    });
    expect(report).not.toHaveProperty('anomalies_omitted');
  });

  it('of nothing is nothing', () => {
    expect(auditReportRecord(auditReporting(ANOMALY_RULES).report([]))).toEqual({
      total_events: 0,
      events_by_type: {},
      user_activity: {},
      anomalies: [],
    });
  });

  it('keeps the newest anomalies and counts the rest', () => {
    const reporting = auditReporting(ANOMALY_RULES);
    for (let age = 0; age < MOST_ANOMALIES + 20; age += 1)
      reporting.add(created(NOON - age, undefined, 200_000));
    const report = reporting.report([{ minute: NOON + 1, count: 6 }]);
    expect(report.anomalies).toHaveLength(MOST_ANOMALIES);
    expect(report.anomalies[0]?.type).toBe('excessive_failed_auth');
    expect(report.anomaliesOmitted).toBe(21);
    expect(report.totalEvents).toBe(MOST_ANOMALIES + 20);
  });
});
