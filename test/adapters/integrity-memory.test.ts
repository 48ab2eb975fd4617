import { integrityContract } from '../scenarios/integrity.scenario.ts';
import { tamperedMemory } from '../support/tampering/memory.ts';

integrityContract('memory', () => Promise.resolve(tamperedMemory()));
