import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { crashProof } from './crash-proof.ts';

crashProof('memory', () => Promise.resolve(memoryApprovalsStorage()), { oneIn: 1, oneSecondIn: 1 });
