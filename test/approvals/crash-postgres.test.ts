import { afterAll, inject } from 'vitest';
import { approvalsPostgresStorage } from '../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { crashProof } from './crash-proof.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

crashProof(
  'postgres (embedded)',
  async () => approvalsPostgresStorage(postgresPool({ connectionString: await server.newDatabase() })),
  { oneIn: 1, oneSecondIn: 4 },
);
