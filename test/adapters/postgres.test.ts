import { afterAll, inject } from 'vitest';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { storageContracts } from '../contract/everything.ts';
import { postgresServer } from '../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

storageContracts('postgres (embedded)', async () => postgresStorage(await server.newPool()));
