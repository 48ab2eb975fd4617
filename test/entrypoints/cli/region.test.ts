import { afterAll, expect, inject, it, onTestFinished } from 'vitest';
import { dataDirectory, runCli, startServing } from '../../support/cli-process.ts';
import { eventually } from '../../support/eventually.ts';
import { postgresServer } from '../../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

/** Settings of two regions on one store. */
async function twoRegions() {
  const { path, remove } = dataDirectory();
  onTestFinished(remove);
  const common = {
    STORAGE: 'postgres',
    DATABASE_URL: await server.newDatabase(),
    PAYWRIGHT_DATA_DIR: path,
    LOG_LEVEL: 'silent',
  };
  return { west: { ...common, PAYWRIGHT_REGION: 'west' }, east: { ...common, PAYWRIGHT_REGION: 'east' } };
}

async function served(env: Readonly<Record<string, string>>) {
  const { cli, url, token } = await startServing(env);
  onTestFinished(async () => {
    cli.child.kill('SIGTERM');
    await cli.ended;
  });
  const pay = async (key: string) => {
    const answer = await fetch(`${url}/payments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ amount: 1_000, currency: 'EUR', payment_method: 'card' }),
    });
    return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
  };
  return { pay, statusOf: async (path: string) => (await fetch(`${url}${path}`)).status };
}

it('a server whose region is fenced refuses payments and is not ready, and the other region gives the answers that it gave', async () => {
  const { west, east } = await twoRegions();
  const [inWest, inEast] = await Promise.all([served(west), served(east)]);
  const taken = await inWest.pay('order-1');
  expect(taken.status).toBe(201);
  const fenced = await runCli(['region', 'fence', 'west', '--no-wait', '--json'], west);
  expect(JSON.parse(fenced.stdout)).toEqual({
    name: 'west',
    epoch: 2,
    fenced: true,
    effective_in_ms: 30_000,
  });
  await eventually(async () => expect(await inWest.statusOf('/readyz')).toBe(503));
  expect(await inWest.pay('order-2')).toMatchObject({ status: 503, body: { code: 'region_fenced' } });
  expect(await inWest.statusOf('/healthz')).toBe(200);
  expect(await inEast.statusOf('/readyz')).toBe(200);
  expect(await inEast.pay('order-1')).toEqual(taken);
  expect((await inEast.pay('order-2')).status).toBe(201);
});

it('no server begins in a fenced region, and one that begins after it was let in again serves', async () => {
  const { west } = await twoRegions();
  const before = await served(west);
  expect((await runCli(['region', 'fence', 'west', '--no-wait'], west)).code).toBe(0);
  expect(await runCli(['serve'], { ...west, PORT: '0' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('region west is fenced'),
  });
  expect(await runCli(['worker'], west)).toMatchObject({ code: 1 });
  await runCli(['region', 'unfence', 'west'], west);
  await eventually(async () => expect(await before.statusOf('/readyz')).toBe(503));
  expect((await (await served(west)).pay('order-1')).status).toBe(201);
  expect((await runCli(['region', 'list'], west)).stdout).toBe('west: open, epoch 3\n');
});

it('a region in which no process has begun is not fenced by mistake', async () => {
  const { west } = await twoRegions();
  expect(await runCli(['region', 'fence', 'wset'], west)).toMatchObject({
    code: 1,
    stderr: 'paywright: no process has begun in region wset\n',
  });
  expect((await runCli(['region', 'fence', 'not a name'], west)).code).toBe(2);
});
