import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { mappingOf } from '../../../src/entrypoints/cli/mapping-file.ts';
import { mappingFile } from '../../fixtures/settlement-files.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { runInProcess } from '../../support/run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'paywright-mapping-'));
const dir = dataDirectory();
afterAll(() => {
  dir.remove();
  rmSync(folder, { recursive: true, force: true });
});

const written = (text: string): string => {
  const path = join(folder, 'mapping.json');
  writeFileSync(path, text);
  return path;
};

describe('--mapping of paywright reconcile', () => {
  it('is the name of a mapping, or a file that is held to the same rules as one over HTTP', async () => {
    expect((await mappingOf('acquirer'))._unsafeUnwrap()).toBe('acquirer');
    const mapping = mappingFile('mapped-acquirer.json');
    expect((await mappingOf(written(JSON.stringify(mapping))))._unsafeUnwrap()).toEqual(mapping);
  });

  it.each([
    ['{"columns":', 'is not JSON'],
    ['{"columns":{},"columns":{}}', 'columns: is given twice'],
    [
      JSON.stringify({ ...mappingFile('mapped-tabs.json'), dates: 'today' }),
      'dates: must be one of `YYYY-MM-DD`',
    ],
    [' '.repeat(300_000), 'is too large'],
  ])('says what is wrong with a file', async (text, fault) => {
    expect((await mappingOf(written(text)))._unsafeUnwrapErr()).toContain(fault);
  });

  it('is given with the source mapped and with no other, before anything is opened', async () => {
    const file = written('{}');
    const run = (args: readonly string[]) =>
      runInProcess(['reconcile', file, '--merchant', 'merchant-123', ...args], {
        PAYWRIGHT_DATA_DIR: dir.path,
        STORAGE: 'memory',
      });
    const needed = 'paywright: --mapping is for --source mapped, which needs it\n';
    expect(await run(['--source', 'mapped'])).toEqual({ code: 2, out: '', err: needed });
    expect(await run(['--mapping', 'acquirer'])).toEqual({ code: 2, out: '', err: needed });
    const { code, err } = await run(['--source', 'mapped', '--mapping', './absent.json']);
    expect([code, err]).toEqual([2, 'paywright: there is no mapping ./absent.json\n']);
  });
});
