import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { crashProof } from './crash-proof.ts';

crashProof('memory', () => Promise.resolve(memoryStorage()), {
  ordersEach: 5,
  oneSecondIn: 1,
  oneRecountIn: 1,
  pairs: 3_000,
});
