import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { approvalsContracts } from '../contract/approvals/everything.ts';

approvalsContracts('memory', () => Promise.resolve(memoryApprovalsStorage()));
