import { afterAll, inject } from 'vitest';
import { approvalsPostgresStorage } from '../../../src/adapters/postgres/approvals/storage.ts';
import { postgresServer } from '../../support/postgres-database.ts';
import { approvalsProof } from './proof.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

approvalsProof(
  'postgres (embedded)',
  async () => approvalsPostgresStorage(await server.newPool({ max: 3 })),
  { faults: 'distinct', ordersEach: 1, oneSecondIn: 8, pairs: 60 },
);
