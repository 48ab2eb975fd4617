import { afterAll, describe, expect, inject, it } from 'vitest';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { aMerchantId } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { addEndpoint, anEvent } from '../../fixtures/webhooks.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';
import { runInProcess } from '../../support/run-program.ts';
import { aWebhookWorld } from '../../support/webhook-world.ts';

const server = await postgresServer(inject('postgresUrl'));
const dir = dataDirectory();
afterAll(async () => {
  await server.close();
  dir.remove();
});

const MERCHANT = ['--merchant', 'merchant-a'];
const replay = (args: readonly string[], env: Readonly<Record<string, string>> = { STORAGE: 'memory' }) =>
  runInProcess(['webhooks', 'replay', ...args], { PAYWRIGHT_DATA_DIR: dir.path, ...env });

describe('paywright webhooks replay', () => {
  it('counts what an endpoint missed with --dry-run, puts it on its way without, and says so in JSON', async () => {
    const connectionString = await server.newDatabase();
    const storage = postgresStorage(postgresPool({ ...PATIENT, connectionString }));
    const merchantId = aMerchantId('merchant-a');
    await addMerchants(storage, [aMerchant('merchant-a')]);
    const { endpoint } = await addEndpoint(aWebhookWorld(storage).ports, { merchantId });
    const now = Date.now();
    const types = ['payment.created', 'payment.failed', 'payment.created'] as const;
    const missed = types.map((type, n) => anEvent({ merchantId, type, at: now - (3 - n) * 60_000 }));
    (await storage.eventLog.addAll(missed))._unsafeUnwrap();

    const env = { STORAGE: 'postgres', DATABASE_URL: connectionString };
    const since = new Date(now - 3_600_000).toISOString();
    const all = [...MERCHANT, '--endpoint', endpoint.id, '--since', since];
    expect(await replay([...all, '--dry-run'], env)).toEqual({
      code: 0,
      out: '3 would be on the way\n',
      err: '',
    });
    const until = ['--until', new Date(now - 120_000).toISOString()];
    expect((await replay([...all, ...until, '--dry-run'], env)).out).toMatch(/^2 /);
    const failed = ['--event-types', 'payment.failed,refund.created', '--json'];
    expect(JSON.parse((await replay([...all, ...failed], env)).out)).toEqual({ replayed: 1, more: false });
    expect(await replay(all, env)).toEqual({ code: 0, out: '2 on the way again\n', err: '' });
    const deliveries = (await storage.deliveries.list(merchantId, {}, { limit: 10 }))._unsafeUnwrap();
    expect(deliveries.map(({ eventId }) => eventId).toSorted()).toEqual(
      missed.map(({ id }) => id).toSorted(),
    );
    await storage.close();
  });

  const endpoint = ['--endpoint', `we_${'0'.repeat(32)}`];
  const since = ['--since', '2026-03-01T00:00:00Z'];
  it.each([
    [[], 'either --delivery or --endpoint'],
    [['--delivery', 'evt_1'], 'begins with whd_'],
    [['--delivery', `whd_${'0'.repeat(32)}`, ...since], 'go with --endpoint'],
    [['--delivery', `whd_${'0'.repeat(32)}`, '--dry-run'], 'go with --endpoint'],
    [['--endpoint', 'we_1', ...since], 'begins with we_'],
    [endpoint, '--since takes'],
    [[...endpoint, '--since', 'today'], '--since takes an RFC 3339 time that exists'],
    [[...endpoint, '--since', '2026-02-30T00:00:00Z'], '--since takes'],
    [[...endpoint, '--since', '2026-03-01T24:00:00Z'], '--since takes'],
    [[...endpoint, '--since', '2026-03-01T00:00:00'], '--since takes'],
    [[...endpoint, '--since', '2026-03-01T00:00:00 02:00'], '--since takes'],
    [[...endpoint, '--since', 'March 1, 2026'], '--since takes'],
    [[...endpoint, ...since, '--until', '2026-03-01T12:00:00+25:00'], '--until takes'],
    [[...endpoint, ...since, '--until', '2026-03-01t01:59:59.999999+02:00'], 'must not be after'],
    [[...endpoint, ...since, '--until', 'today'], '--until takes'],
    [[...endpoint, ...since, '--until', '2026-02-28T00:00:00Z'], 'must not be after'],
    [[...endpoint, ...since, '--event-types', 'payment.exploded'], 'is not one of'],
    [['--merchant', 'no merchant', '--delivery', 'whd_1'], '--merchant takes'],
  ])('refuses %j with 2', async (args, says) => {
    const { code, out, err } = await replay([...MERCHANT, ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
  });

  it('says when there is no such delivery or endpoint', async () => {
    const delivery = await replay([...MERCHANT, '--delivery', `whd_${'0'.repeat(32)}`]);
    expect([delivery.code, delivery.err]).toEqual([1, 'paywright: the merchant has no such delivery\n']);
    const none = await replay([...MERCHANT, ...endpoint, ...since]);
    expect([none.code, none.err]).toEqual([1, 'paywright: the merchant has no such webhook endpoint\n']);
  });
});
