import { describe, expect, it } from 'vitest';
import { auditReport } from '../../../../src/entrypoints/http/audit/audit-schemas.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';
import { aCustomer, get, type Opened, pay } from './audit-calls.ts';

describe('GET /audit/report', () => {
  const report = async (opened: Opened, query = '') => {
    const response = await get(opened, `/audit/report${query}`);
    expect(response.status).toBe(200);
    return auditReport.parse(await response.json());
  };

  it('counts events by type and by user', async () => {
    const opened = await anHttpApp();
    await pay(opened);
    await pay(opened, { payment_method: 'test_declined' });
    const { total_events, events_by_type, user_activity, anomalies } = await report(opened);
    expect(events_by_type).toMatchObject({
      'payment.created': 2,
      'payment.succeeded': 1,
      'payment.failed': 1,
    });
    expect(user_activity['user-1']).toBeGreaterThanOrEqual(6);
    expect(Object.values(events_by_type).reduce((sum, count) => sum + count)).toBe(total_events);
    expect(anomalies).toEqual([]);
    const none = await report(opened, '?start_date=2020-01-01&end_date=2020-01-31');
    expect(none).toEqual({ total_events: 0, events_by_type: {}, user_activity: {}, anomalies: [] });
  });

  it('finds high values, repeated failures and exports by the events themselves', async () => {
    const opened = await anHttpApp();
    const dear = await pay(opened, { amount: 100_001 });
    await pay(opened, { amount: 100_000 });
    for (let each = 0; each < 3; each += 1) await pay(opened, { payment_method: 'test_declined' });
    await (await get(opened, '/payments/export?format=csv')).text();
    const { anomalies } = await report(opened);
    expect(anomalies.map(({ type, severity }) => `${type} ${severity}`).toSorted()).toEqual([
      'data_export low',
      'high_value_transaction medium',
      'repeated_failures medium',
    ]);
    expect(anomalies.find(({ type }) => type === 'high_value_transaction')?.entity_id).toBe(dear);
    expect(anomalies.find(({ type }) => type === 'repeated_failures')?.entity_id).toBe('user-1');
  });

  it('finds customers that are too quick or fail too often, and does not mix them up', async () => {
    const opened = await anHttpApp();
    const [quick, unlucky, calm] = [
      await aCustomer(opened),
      await aCustomer(opened),
      await aCustomer(opened),
    ];
    for (let each = 0; each < 5; each += 1) await pay(opened, { customer_id: quick });
    for (let each = 0; each < 3; each += 1)
      await pay(opened, { customer_id: unlucky, payment_method: 'test_declined' });
    for (let each = 0; each < 4; each += 1) await pay(opened, { customer_id: calm });
    for (let each = 0; each < 2; each += 1)
      await pay(opened, { customer_id: calm, payment_method: 'test_declined' });
    const { anomalies } = await report(opened);
    expect(
      anomalies.map(({ type, severity, entity_id }) => `${type} ${severity} ${entity_id}`).toSorted(),
    ).toEqual(
      [
        `high_velocity medium ${calm}`,
        `high_velocity medium ${quick}`,
        `repeated_failures medium ${unlucky}`,
      ].toSorted(),
    );
  });

  it('is CSV when asked, and no cell of it is a formula', async () => {
    const opened = await anHttpApp();
    const authorization = `Bearer ${await aToken({ sub: '=cmd|1' })}`;
    const order = JSON.stringify(aPaymentBody({ idempotency_key: 'formula', amount: 200_000 }));
    await opened.app.request('/payments', await aRequest({ body: order, headers: { authorization } }));
    const response = await get(opened, '/audit/report?format=csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="audit-report.csv"');
    const lines = (await response.text()).split('\r\n');
    expect(lines[0]).toBe('section,type,count,severity,timestamp,entity_id,description');
    expect(lines).toContain('event,payment.created,1,,,,');
    expect(lines).toContain("user,'=cmd|1,3,,,,");
    expect(lines.find((line) => line.startsWith('anomaly'))).toMatch(
      /^anomaly,high_value_transaction,,medium,\d{4}-.+Z,pay_[0-9a-f]{32},A payment of 200000 minor units of USD, more than 100000$|"A payment of 200000 minor units of USD, more than 100000"$/,
    );
    expect(lines.at(-1)).toBe('');
  });
});
