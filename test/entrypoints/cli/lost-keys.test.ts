import { afterAll, expect, inject, it, onTestFinished } from 'vitest';
import { dataDirectory, runCli, startServing } from '../../support/cli-process.ts';
import { postgresServer } from '../../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

/** Of a machine of its own: a ring of keys is made in its folder where there is none. */
function machineOn(databaseUrl: string) {
  const { path, remove } = dataDirectory();
  onTestFinished(remove);
  return {
    STORAGE: 'postgres',
    DATABASE_URL: databaseUrl,
    PAYWRIGHT_DATA_DIR: path,
    LOG_LEVEL: 'silent',
    PORT: '0',
  };
}

/** Serves until `work` is done, which is given what sends a customer. */
async function whileServing(
  env: ReturnType<typeof machineOn>,
  work: (create: (email: string) => Promise<number>) => Promise<void>,
): Promise<void> {
  const { cli, url, token } = await startServing(env);
  await work(async (email) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': email,
    };
    const body = JSON.stringify({ email, name: 'Ada' });
    return (await fetch(`${url}/customers`, { method: 'POST', headers, body })).status;
  });
  cli.child.kill('SIGTERM');
  await cli.ended;
}

it('no server or worker begins with keys that open no customer that is stored, and one that has them takes no email twice', async () => {
  const store = await server.newDatabase();
  const [first, second] = [machineOn(store), machineOn(store)];
  await whileServing(first, async (create) => {
    expect(await create('ada@example.com')).toBe(201);
  });
  for (const command of ['serve', 'worker'])
    expect(await runCli([command], second)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/under which customers are kept, is not among them.*as it was/),
    });
  await whileServing(first, async (create) => {
    expect(await create('ADA@example.com')).toBe(409);
  });
});
