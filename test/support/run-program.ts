import { runProgram } from '../../src/entrypoints/cli/program.ts';

/** Runs one command line in this process, under these settings and no others. */
export async function runInProcess(args: readonly string[], env: Readonly<Record<string, string>>) {
  const text = { out: '', err: '' };
  const code = await runProgram(args, {
    env,
    out: (more) => void (text.out += more),
    err: (more) => void (text.err += more),
    interactive: false,
    untilStopped: new Promise(() => {}),
  });
  return { code, ...text };
}
