import { Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { standardOutput } from '../../../src/entrypoints/cli/standard-output.ts';
import { dataDirectory, startCli } from '../../support/cli-process.ts';

/** A stream that takes so many writes, and refuses those that follow as the system would. */
const failingWith = (code: string, taken: number) => {
  let left = taken;
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (chunk.length > 0) left -= 1;
      done(left < 0 ? Object.assign(new Error(code), { code }) : null);
    },
  });
};
const over = (stdout: Writable, stderr: Writable = failingWith('EPIPE', 9)) => {
  const onEnd = vi.fn();
  const streams = { stdout, stderr } as unknown as Pick<NodeJS.Process, 'stdout' | 'stderr'>;
  return { ...standardOutput(streams, onEnd), onEnd, stderr };
};

describe('Standard output', () => {
  it('whose reader leaves stops the command, and is no fault of it', async () => {
    const output = over(failingWith('EPIPE', 1));
    output.write('read');
    expect(await output.written()).toBeUndefined();
    expect(output.onEnd).not.toHaveBeenCalled();
    output.write('not read');
    expect(await output.written()).toBeUndefined();
    expect(output.onEnd).toHaveBeenCalled();
  });

  it('that is cut off by a full disk says so, however many writes follow', async () => {
    const output = over(failingWith('ENOSPC', 1));
    for (const line of ['written', 'not written', 'nor this']) output.write(line);
    expect(await output.written()).toBe('ENOSPC');
    expect(output.onEnd).toHaveBeenCalled();
  });

  it('goes on where standard error is not read any more', async () => {
    const output = over(failingWith('EPIPE', 9), failingWith('EPIPE', 0));
    output.stderr.write('lost');
    expect(await output.written()).toBeUndefined();
    expect(output.onEnd).not.toHaveBeenCalled();
  });

  it('that has no reader makes no stack trace, and a command ends as what it found says', async () => {
    const data = dataDirectory();
    const cli = startCli(['doctor'], { STORAGE: 'memory', PAYWRIGHT_DATA_DIR: data.path });
    cli.child.stdout?.destroy();
    expect(await cli.ended).toBe(0);
    expect(cli.stderr()).toBe('');
    data.remove();
  });
});
