import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { paymentsProof } from './proof.ts';

paymentsProof('memory', () => Promise.resolve(memoryStorage()), {
  faults: 'distinct and some',
  ordersEach: 6,
  oneSecondIn: 1,
  oneRecountIn: 1,
  pairs: 3_000,
});
