import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// What this process and those it starts write is for its own user: some of it lies in a folder that a server's login may pass.
process.umask(0o077);

// The next start finds what this one compiles, which is half of its work. It is kept where the code is and by no other user's leave: it
// is code as well. Where this user may not write, nothing is kept.
enableCompileCache(fileURLToPath(new URL('../../../node_modules/.cache/paywright', import.meta.url)));
const { runProgram } = await import('./program.ts');
const { EXIT } = await import('./exit-codes.ts');
const { standardOutput } = await import('./standard-output.ts');

/** One Ctrl-C reaches us twice under npm, from the terminal and passed on: only a later one is a second one. */
const SAME_SIGNAL_MS = 500;

const stop = Promise.withResolvers<void>();
let firstAt: number | undefined;
for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  process.on(signal, () => {
    firstAt ??= performance.now();
    if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(code);
    stop.resolve();
  });
}

// A signal to npm ends the shell between it and us and goes no further, so we notice that we were left behind.
if (process.env['npm_lifecycle_event'] !== undefined) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) stop.resolve();
  }, 250);
  watch.unref();
}

const output = standardOutput(process, stop.resolve);

/** Everything that was acknowledged is on disk by now, and nothing else is worth waiting for. */
const exit = async (code: number): Promise<never> => {
  const fault = await output.written();
  if (fault === undefined) process.exit(code);
  process.stderr.write(`paywright: standard output cannot be written: ${fault}\n`);
  process.exit(code === EXIT.ok ? EXIT.failed : code);
};

try {
  await exit(
    await runProgram(process.argv.slice(2), {
      env: process.env,
      out: output.write,
      err: (text) => process.stderr.write(text),
      interactive: process.stdout.isTTY,
      untilStopped: stop.promise,
    }),
  );
} catch (fault) {
  process.stderr.write(`paywright: ${fault instanceof Error ? fault.message : String(fault)}\n`);
  await exit(EXIT.failed);
}
