import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { keyedProof } from './proof.ts';

keyedProof('memory', () => Promise.resolve(memoryStorage()), {
  faults: 'distinct and some',
  ordersEach: 2,
  oneSecondIn: 1,
  pairs: 500,
});
