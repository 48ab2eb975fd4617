import { afterAll, inject } from 'vitest';
import { integrityContract } from '../scenarios/integrity.scenario.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { tamperedPostgres } from '../support/tampering/postgres.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

integrityContract('Postgres', async () => tamperedPostgres(await server.newDatabase()));
