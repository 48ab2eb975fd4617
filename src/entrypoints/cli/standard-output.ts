/** What may be written to, and what became of it. */
export type StandardOutput = Readonly<{
  write(text: string): void;
  /** Resolves once all is written or given up: with why, such as `ENOSPC`, where some of it could not be. */
  written(): Promise<string | undefined>;
}>;

/**
 * Standard output as a command needs it: a reader that leaves, as `head` does, and a disk that is full end no work by an
 * exception, and a command that was cut off by the latter does not pass for done. What cannot be told on standard error is told nowhere.
 * `onEnd` is called when nothing that is written is read any more.
 */
export function standardOutput(
  { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>,
  onEnd: () => void,
): StandardOutput {
  let fault: string | undefined;
  const take = ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    // A reader that left has had what it wanted.
    if (code !== 'EPIPE') fault ??= code;
    onEnd();
  };
  stdout.on('error', take);
  stderr.on('error', () => {});
  return {
    write: (text) => void stdout.write(text),
    written: () =>
      new Promise((resolve) => {
        // A write that failed says so a turn later.
        stdout.write('', () => setImmediate(() => resolve(fault)));
      }),
  };
}
