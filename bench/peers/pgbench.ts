import { spawn, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One statement, the writes of a payment's first commit. */
export const SCRIPT = fileURLToPath(new URL('./payment.sql', import.meta.url));

/** The first that runs, of the PATH's and of those that Debian's packages install beside it, the newest first. */
export function findPgbench(): Readonly<{ command: string; version: string }> | undefined {
  const installed = globSync('/usr/lib/postgresql/*/bin/pgbench').toSorted((one, other) =>
    other.localeCompare(one, 'en', { numeric: true }),
  );
  for (const command of ['pgbench', ...installed]) {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { command, version: /[\d.]+/.exec(stdout)?.[0] ?? '' };
  }
  return undefined;
}

/** Commits per second of so many connections, each of which repeats the script for so long, its statement prepared once. */
export async function pgbench(
  command: string,
  url: string,
  { connections, seconds }: Readonly<{ connections: number; seconds: number }>,
): Promise<number> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const child = spawn(
    command,
    [
      ['--no-vacuum', '--protocol=prepared', `--file=${SCRIPT}`, '--jobs=2'],
      [`--client=${connections}`, `--time=${seconds}`],
    ].flat(),
    {
      env: {
        ...process.env,
        PGHOST: hostname,
        PGPORT: port,
        PGUSER: username,
        PGPASSWORD: decodeURIComponent(password),
        PGDATABASE: pathname.slice(1),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const [, tps] = /^tps = ([\d.]+)/m.exec(said) ?? [];
  if (code !== 0 || tps === undefined) throw new Error(`pgbench ended with ${String(code)}: ${said}`);
  return Number(tps);
}
