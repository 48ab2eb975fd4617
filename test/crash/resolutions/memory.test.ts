import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { resolutionsProof } from './proof.ts';

resolutionsProof('memory', () => Promise.resolve(memoryStorage()), {
  faults: 'distinct and some',
  ordersEach: 2,
  oneSecondIn: 3,
  oneRecountIn: 1,
  pairs: 200,
});
