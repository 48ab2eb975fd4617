import { afterAll, inject } from 'vitest';
import { approvalsPostgresStorage } from '../../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresServer } from '../../support/postgres-database.ts';
import { approvalsProof } from './proof.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

approvalsProof(
  'postgres (embedded)',
  async () =>
    approvalsPostgresStorage(postgresPool({ connectionString: await server.newDatabase(), max: 3 })),
  { faults: 'distinct', ordersEach: 1, oneSecondIn: 8, pairs: 60 },
);
