import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loginAs, serverUser } from '../../src/adapters/embedded/unprivileged.ts';

const isRoot = process.getuid?.() === 0;
const closed = mkdtempSync(join(tmpdir(), 'paywright-closed-'));
afterEach(() => rmSync(closed, { recursive: true, force: true }));

describe('the login of a server', () => {
  if (!isRoot) {
    process.stdout.write(
      'We are not root, so a server needs no other login, and that of root is not tried.\n',
    );
    it('is our own when we are not root', () => {
      expect(loginAs(serverUser(), [closed])).toEqual({ prefix: [] });
    });
    return;
  }

  it('of root reads its files in a folder closed to others, is root no more, and writes nothing that others own', () => {
    chmodSync(closed, 0o700);
    mkdirSync(join(closed, 'bin'));
    const file = join(closed, 'bin', 'postgres');
    writeFileSync(file, '');
    const { prefix } = loginAs(serverUser(), [file]);
    const script = `
      fs.accessSync(process.argv[1], fs.constants.R_OK);
      let wrote = true;
      try { fs.writeFileSync(process.argv[1], 'x'); } catch { wrote = false; }
      console.log(process.getuid() !== 0, wrote);
    `;

    const [program, ...rest] = [...prefix, process.execPath, '-e', script, file];
    const { status, stdout } = spawnSync(program, rest, { encoding: 'utf8' });

    expect({ status, stdout }).toEqual({ status: 0, stdout: 'true false\n' });
  });
});
