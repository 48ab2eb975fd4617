import { afterAll, inject } from 'vitest';
import { everyStorage } from '../../support/every-storage.ts';
import { keyedProof } from './proof.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

for (const { name, open } of kinds.filter((each) => each.name !== 'memory'))
  keyedProof(name, open, { faults: 'distinct', ordersEach: 1, oneSecondIn: 6, pairs: 30 });
