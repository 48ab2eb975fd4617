import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { SCHEMA_VERSION } from '../../../src/adapters/dynamodb/schema-item.ts';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import approvals from '../../../src/adapters/postgres/approvals/migrations/manifest.json' with {
  type: 'json',
};
import { someFunctions } from '../../support/lambda/functions.ts';
import { postgresServer } from '../../support/postgres-database.ts';
import { asOwner } from '../../support/postgres-roles.ts';

const functions = someFunctions();
let server: Awaited<ReturnType<typeof postgresServer>>;
let engine: Awaited<ReturnType<typeof startDynamoDbEngine>>;
beforeAll(async () => {
  [server, engine] = await Promise.all([postgresServer(inject('postgresUrl')), startDynamoDbEngine({})]);
});
afterAll(async () => {
  await functions.close();
  await Promise.all([server.close(), engine.stop()]);
});

it('A function migrates approvals on Postgres from the files in its bundle, and a second time has nothing to do', async () => {
  const DATABASE_URL = await server.newDatabase();
  await asOwner(DATABASE_URL, 'DROP SCHEMA approvals CASCADE');
  const migrate = await functions.start('approvals-migrate', 'postgres', { DATABASE_URL });
  expect(await migrate.invoke({})).toEqual({
    kind: 'result',
    payload: { applied: Object.keys(approvals) },
  });
  expect(await migrate.invoke({})).toEqual({ kind: 'result', payload: { applied: [] } });
});

it('A function brings the table to this version, and a second time has nothing to do', async () => {
  const migrate = await functions.start('migrate', 'dynamodb', {
    DYNAMODB_ENDPOINT: engine.url,
    DYNAMODB_TABLE: `migrated-${Date.now()}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  expect(await migrate.invoke({})).toMatchObject({
    payload: { applied: expect.arrayContaining([`schema-${SCHEMA_VERSION}`]) },
  });
  expect(await migrate.invoke({})).toEqual({ kind: 'result', payload: { applied: [] } });
});
