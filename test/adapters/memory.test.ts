import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { storageContracts } from '../contract/everything.ts';

storageContracts('memory', () => Promise.resolve(memoryStorage()));
