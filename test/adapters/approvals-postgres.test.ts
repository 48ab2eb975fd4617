import { afterAll, inject } from 'vitest';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { approvalsContracts } from '../contract/approvals/everything.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

approvalsContracts('postgres (embedded)', async () => approvalsPostgresStorage(await server.newPool()));
