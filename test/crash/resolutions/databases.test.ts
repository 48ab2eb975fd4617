import { afterAll, inject } from 'vitest';
import { everyStorage } from '../../support/every-storage.ts';
import { resolutionsProof } from './proof.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

for (const { name, open } of kinds.filter((each) => each.name !== 'memory'))
  resolutionsProof(name, open, {
    faults: 'distinct',
    ordersEach: 1,
    oneSecondIn: 24,
    oneRecountIn: name === 'DynamoDB' ? 24 : 4,
    pairs: 20,
  });
