import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endProcess, isAlive } from '../../src/adapters/embedded/owner.ts';

const isLinux = process.platform === 'linux';
if (!isLinux)
  process.stdout.write(
    'Processes that have ended and are not waited for were not looked at: Linux alone tells them.\n',
  );
describe.runIf(isLinux)('the owner of an embedded server', () => {
  it('is dead once it has ended, also where its parent never waits for it, as in a container without an init', async () => {
    // The shell becomes a program that waits for none of its children.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [said] = (await once(parent.stdout, 'data')) as [Buffer];
      const child = Number(said.toString());
      expect([isAlive(child), isAlive(parent.pid as number)]).toEqual([true, true]);
      await endProcess(child, 'SIGKILL');
      expect(isAlive(child)).toBe(false);
      expect(() => process.kill(child, 0)).not.toThrow();
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
