import { afterAll, inject } from 'vitest';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { postgresServer } from '../../support/postgres-database.ts';
import { paymentsProof } from './proof.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

paymentsProof('postgres (embedded)', async () => postgresStorage(await server.newPool({ max: 3 })), {
  faults: 'distinct',
  ordersEach: 1,
  oneSecondIn: 24,
  oneRecountIn: 1,
  pairs: 160,
});
