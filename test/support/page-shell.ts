import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

type Parts = Readonly<{
  /** Commands run in it, and what they write stays there. */
  folder: string;
  /** Where AWS is; the commands' own credentials and region go with it. */
  emulator: string;
  /** What `npx` does, as lines of sh. */
  npx: string;
  /** Beside those of an emulated account. */
  environment?: Readonly<Record<string, string>>;
  /** What a later command of the page reads of an earlier one. */
  variables: readonly string[];
}>;

/** Blocks of commands of a page, in their order. */
export const blocksOf = (page: string): readonly string[] =>
  [...page.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, text = '']) => text);

/**
 * Runs commands of a page as one shell would one after the other, with `aws` and `npx` of the test's own. Gives what they wrote; throws
 * at the first that fails.
 */
export function pageShell({ folder, emulator, npx, environment = {}, variables }: Parts) {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  const program = (name: string, text: string) =>
    writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const python = join(ROOT, '.emulators/python/bin/python');
  program('aws', `exec ${python} ${join(ROOT, 'tools/emulators/aws.py')} "$@"`);
  program('npx', npx);
  const kept = join(folder, 'variables');
  writeFileSync(kept, '');
  const env = {
    PATH: `${programs}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    TMPDIR: folder,
    AWS_ENDPOINT_URL: emulator,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    ...environment,
  };

  return async (commands: string): Promise<string> => {
    // Behind a pipe, since Node's own is a socket, which `/dev/stdout` cannot be opened as.
    const keep = `declare -p ${variables.join(' ')} >${kept} 2>/dev/null || true`;
    const script = `set -eu -o pipefail; set -a; . ${kept}\n{ ${commands}\n${keep}; } | cat`;
    const { stdout } = await run('bash', ['-c', script], { cwd: folder, env, maxBuffer: 64 * 1_024 ** 2 });
    return stdout;
  };
}
