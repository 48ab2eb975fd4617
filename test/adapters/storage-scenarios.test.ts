import { afterAll, inject } from 'vitest';
import { storageScenarios } from '../scenarios/everything.ts';
import { everyStorage } from '../support/every-storage.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

for (const { name, open } of kinds) storageScenarios(name, open);
