import { memoryApprovalsStorage } from '../../../src/adapters/memory/approvals/storage.ts';
import { approvalsProof } from './proof.ts';

approvalsProof('memory', () => Promise.resolve(memoryApprovalsStorage()), {
  faults: 'distinct and some',
  ordersEach: 5,
  oneSecondIn: 1,
  pairs: 600,
});
