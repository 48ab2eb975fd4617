import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, resourcesOf, theResource } from './synthesized.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'docs/operations');
const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
const textOf = (page: string) => readFileSync(join(FOLDER, page), 'utf8');
const index = textOf('README.md');

const alarms = resourcesOf('AWS::CloudWatch::Alarm').map(({ Properties }) => ({
  name: String(Properties['AlarmName']).replace('paywright-production-', ''),
  runbook:
    /Runbook: docs\/operations\/([a-z-]+\.md)$/.exec(String(Properties['AlarmDescription']))?.[1] ?? '',
}));

describe('Alarms', () => {
  it('are those of SPEC 5: dead letters, depth, errors, throttles, latency and connections', () => {
    const names = alarms.map(({ name }) => name);
    for (const each of FUNCTION_NAMES)
      expect(names).toEqual(expect.arrayContaining([`${each}-errors`, `${each}-throttles`]));
    expect(names.filter((name) => !/-(errors|throttles)$/.test(name)).toSorted()).toEqual([
      'approval-dead-letters',
      'approval-queue-depth',
      'approvals-dead-letters',
      'approvals-events-parked',
      'approvals-latency',
      'approvals-outbox-depth',
      'approvals-outbox-oldest',
      'approvals-outbox-parked',
      'authorizations-stuck',
      'database-capacity',
      'database-connections',
      'database-connections-pinned',
      'payments-attention-oldest',
      'payments-stuck',
      'payouts-stuck',
      'platform-dead-letters',
      'platform-events-parked',
      'platform-latency',
      'platform-outbox-depth',
      'platform-outbox-oldest',
      'platform-outbox-parked',
      'relay-behind',
      'webhooks-failed',
      'work-completed-dead-letters',
    ]);
  });

  it.each([
    ['approval-dead-letters', 1],
    ['work-completed-dead-letters', 1],
    ['platform-dead-letters', 1],
    ['approval-queue-depth', 100],
    ['platform-events-parked', 1],
    ['approvals-events-parked', 1],
    ['process-errors', 1],
    ['process-throttles', 1],
    ['platform-latency', 1_000],
    ['database-connections', 2_306],
    ['database-connections-pinned', 1_441],
    ...['platform', 'approvals'].flatMap((service): [string, number][] => [
      [`${service}-outbox-parked`, 1],
      [`${service}-outbox-depth`, 1_000],
      [`${service}-outbox-oldest`, 300],
    ]),
    ['webhooks-failed', 1],
    ['payments-stuck', 1],
    ['authorizations-stuck', 1],
    ['payments-attention-oldest', 28_800],
    ['payouts-stuck', 1],
  ])('%s begins at %i', (name, threshold) => {
    const [alarm] = resourcesOf('AWS::CloudWatch::Alarm').filter(
      ({ Properties }) => Properties['AlarmName'] === `paywright-production-${name}`,
    );
    expect(alarm?.Properties).toMatchObject({
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      AlarmActions: [expect.anything()],
    });
  });

  it('of latency look at the slowest hundredth', () => {
    const latency = resourcesOf('AWS::CloudWatch::Alarm').filter(({ Properties }) =>
      String(Properties['AlarmName']).endsWith('-latency'),
    );
    expect(latency.map(({ Properties }) => Properties['ExtendedStatistic'])).toEqual(['p99', 'p99']);
  });

  it('of parked events look at what the functions that relay write, which is in EMF', () => {
    for (const service of ['platform', 'approvals']) {
      const [alarm] = resourcesOf('AWS::CloudWatch::Alarm').filter(
        ({ Properties }) => Properties['AlarmName'] === `paywright-production-${service}-events-parked`,
      );
      expect(alarm?.Properties).toMatchObject({
        Namespace: 'paywright',
        MetricName: 'events_relayed',
        Dimensions: expect.arrayContaining([
          { Name: 'service', Value: service },
          { Name: 'outcome', Value: 'parked' },
        ]),
        Statistic: 'Sum',
      });
    }
  });

  it.each([
    ['platform-outbox-parked', 'outbox_parked', 'platform', 'Maximum'],
    ['approvals-outbox-parked', 'outbox_parked', 'approvals', 'Maximum'],
    ['platform-outbox-depth', 'outbox_unsent', 'platform', 'Maximum'],
    ['approvals-outbox-oldest', 'outbox_oldest_seconds', 'approvals', 'Maximum'],
    ['webhooks-failed', 'webhooks_failed', 'platform', 'Sum'],
    ['payments-stuck', 'payments_stuck', 'platform', 'Maximum'],
    ['authorizations-stuck', 'authorizations_stuck', 'platform', 'Maximum'],
    ['payments-attention-oldest', 'payments_attention_oldest_seconds', 'platform', 'Maximum'],
    ['payouts-stuck', 'payouts_stuck', 'approvals', 'Maximum'],
  ])('%s reads %s, which functions of %s write', (name, metric, service, statistic) => {
    expect(
      theResource('AWS::CloudWatch::Alarm', { AlarmName: `paywright-production-${name}` }).Properties,
    ).toMatchObject({
      Namespace: 'paywright',
      MetricName: metric,
      Dimensions: [{ Name: 'service', Value: service }],
      Statistic: statistic,
      Period: 60,
      TreatMissingData: 'notBreaching',
    });
  });

  it('are mailed to the address of the settings', () => {
    expect(resourcesOf('AWS::SNS::Subscription').map(({ Properties }) => Properties['Endpoint'])).toEqual([
      'payments@example.com',
    ]);
  });

  it.each(alarms)('$name names a page that is there and in the index', ({ name, runbook }) => {
    expect(PAGES).toContain(runbook);
    const row = FUNCTION_NAMES.some((each) => name === `${each}-errors` || name === `${each}-throttles`)
      ? `<function>-${name.slice(name.lastIndexOf('-') + 1)}`
      : name.endsWith('-dead-letters')
        ? '…-dead-letters'
        : name;
    expect(index).toMatch(new RegExp(`\\\`${row}\\\`.*\\(${runbook}\\)`));
  });
});
