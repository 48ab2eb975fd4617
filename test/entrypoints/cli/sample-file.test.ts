import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { dataDirectory } from '../../support/cli-process.ts';
import { postgresServer } from '../../support/postgres-database.ts';
import { runInProcess } from '../../support/run-program.ts';

const server = await postgresServer(inject('postgresUrl'));
const dir = dataDirectory();
afterAll(async () => {
  await server.close();
  dir.remove();
});

describe('the sample of a file and its reconciliation, as the README has them', () => {
  it('settle two rows and show one that is mismatched and one that is missing, in the columns of each source', async () => {
    const env = {
      PAYWRIGHT_DATA_DIR: dir.path,
      STORAGE: 'postgres',
      DATABASE_URL: await server.newDatabase(),
    };
    for (const [n, source] of ['native', 'stripe', 'adyen'].entries()) {
      const options = n === 0 ? [] : ['--source', source];
      const sample = await runInProcess(['sample-file', ...options], env);
      expect([sample.code, sample.err]).toEqual([0, '']);
      const file = join(dir.path, `${source}.csv`);
      writeFileSync(file, sample.out);
      const { code, out } = await runInProcess(
        ['reconcile', file, '--merchant', 'merchant-123', ...options],
        env,
      );
      expect(code).toBe(0);
      expect(out).toContain(`4 rows of ${source}.csv\n`);
      // What the first of the files settles is settled once.
      expect(out).toMatch(n === 0 ? /matched +2\n/ : /duplicate +2\n/);
      expect(out).toMatch(/mismatched +1\n/);
      expect(out).toMatch(/missing here +1\n/);
    }
  });
});
