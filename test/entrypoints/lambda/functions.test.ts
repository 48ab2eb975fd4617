import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { httpEvent, restEvent } from '../../support/gateway.ts';
import { aCall, SCHEDULED } from '../../support/lambda/functions.ts';
import {
  type Answer,
  answered,
  functionsOnPostgres,
  linesOf,
  pay,
  resultOf,
} from '../../support/lambda/functions-on-postgres.ts';

const { onPostgres, start, url } = functionsOnPostgres();

describe('the functions of the API', () => {
  it('take a payment from either kind of gateway, and one instance serves both', async () => {
    const process_ = await onPostgres('process');
    const first = resultOf(await process_.invoke(await httpEvent(await pay('first')))) as Answer;
    expect(first.statusCode).toBe(201);
    const again = resultOf(await process_.invoke(await restEvent(await pay('first')))) as Answer;
    expect([again.statusCode, again.body]).toEqual([201, first.body]);

    const query = await onPostgres('query');
    const { id } = JSON.parse(first.body) as { id: string };
    expect(await answered(query, await aCall(`/payments/${id}`))).toMatchObject({
      status: 200,
      body: { id },
    });
  });

  it("say in every line which invocation and which of the gateway's requests it is of, and write what they measured", async () => {
    const query = await onPostgres('query');
    const headers = { 'x-request-id': 'named-by-its-client' };
    for (const _ of [1, 2]) await answered(query, await aCall('/payments', { headers }));
    const requests = linesOf(query).filter((line) => line['route'] === '/payments');
    expect(requests.map((line) => line['cold_start'])).toEqual([true, false]);
    expect(new Set(requests.map((line) => line['function_request_id'])).size).toBe(2);
    expect(requests[0]).toMatchObject({
      trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      function: 'under-test',
      api_request_id: 'JKJaXmPLvHcESHA=',
      request_id: 'named-by-its-client',
    });
    const measured = linesOf(query).filter((line) => '_aws' in line);
    expect(measured).toHaveLength(2);
    expect(measured[0]).toMatchObject({
      service: 'platform',
      cold_starts: 1,
      request_seconds: expect.any(Number),
    });
    expect(measured[1]).not.toHaveProperty('cold_starts');
  });

  it('refuse what is no request of API Gateway, and go on', async () => {
    const query = await onPostgres('query');
    const balancer = { httpMethod: 'GET', path: '/', requestContext: { elb: { targetGroupArn: 'arn' } } };
    for (const event of [balancer, SCHEDULED, null])
      expect(await query.invoke(event)).toMatchObject({
        kind: 'error',
        message: expect.stringMatching(/not served|no request/),
      });
    expect((await answered(query, await aCall('/readyz'))).status).toBe(200);
  });

  it('do not start without their secrets, and name them', async () => {
    const query = await onPostgres('query', { PAYWRIGHT_CUSTOMER_KEYS: '' });
    expect(await query.initError()).toMatch(/PAYWRIGHT_CUSTOMER_KEYS/);
  });

  it('do not start on a storage that they were not bundled for', async () => {
    const query = await start('query', 'postgres', { STORAGE: 'dynamodb' });
    expect(await query.initError()).toMatch(/made without dynamodb/);
  });

  it('hold two connections at most, and send no NOTIFY', async () => {
    const process_ = await onPostgres('process', { DATABASE_URL: `${url()}?application_name=counted` });
    for (const key of ['a', 'b', 'c'])
      expect((await answered(process_, await pay(`counted-${key}`))).status).toBe(201);
    const { rows } = await counted(
      `SELECT count(*) <= 2 AS few, count(*) FILTER (WHERE query ~ 'pg_notify|LISTEN') AS told FROM pg_stat_activity WHERE application_name = 'counted'`,
    );
    expect(rows).toEqual([{ few: true, told: '0' }]);
  });

  it('answer after they were frozen and their connections had been closed', async () => {
    const query = await onPostgres('query');
    expect((await answered(query, await aCall('/payments'))).status).toBe(200);
    query.freeze();
    await closeConnections();
    query.thaw();
    expect((await answered(query, await aCall('/payments'))).status).toBe(200);
  });

  it('that are ended by their time-out leave a key that another instance answers, once', async () => {
    const terms = { PAYWRIGHT_PROCESSOR_TIMEOUT_MS: '100', PAYWRIGHT_LEASE_MS: '200' };
    const lock = new pg.Client({ connectionString: url() });
    await lock.connect();
    await lock.query('BEGIN; LOCK TABLE payment IN ACCESS EXCLUSIVE MODE');
    const slow = await onPostgres('process', terms);
    expect(await slow.invoke(await httpEvent(await pay('slow')), 1_500)).toEqual({ kind: 'timed out' });
    await lock.query('COMMIT');
    await lock.end();

    const next = await onPostgres('process', terms);
    await expect.poll(async () => (await answered(next, await pay('slow'))).status).toBe(201);
    const { rows } = await counted(`SELECT count(*) FROM payment WHERE idempotency_key = 'slow'`);
    expect(rows).toEqual([{ count: '1' }]);
  });
});

async function closeConnections(): Promise<void> {
  await counted(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
}

async function counted(statement: string) {
  const client = new pg.Client({ connectionString: url() });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}
