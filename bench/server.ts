import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAYWRIGHT = fileURLToPath(new URL('../bin/paywright', import.meta.url));

/** The whole server as `bin/paywright serve` and `npm start` run it, in a process of its own. */
export type Server = Readonly<{
  url: URL;
  /** A merchant's. */
  token: string;
  pid: number;
  /** The other way to sign on: `--role admin`, `--merchant merchant-456`. */
  tokenFor(...args: readonly string[]): string;
  /** The exit code, once it has ended by itself or by `stop`. */
  ended: Promise<number | null>;
  stop(): Promise<void>;
}>;

/** Its log goes to `serve.log` in its folder; it has none unless `settings` say so. */
export async function startServer(
  storage: string,
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const env = {
    ...process.env,
    STORAGE: storage,
    PAYWRIGHT_DATA_DIR: dataDir,
    PORT: '0',
    LOG_LEVEL: 'silent',
    ...settings,
  };
  mkdirSync(dataDir, { recursive: true });
  const log = openSync(join(dataDir, 'serve.log'), 'a');
  const child = spawn(PAYWRIGHT, ['serve'], { env, stdio: ['ignore', 'pipe', log] });
  closeSync(log);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let said = '';
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk);
    if (said.includes('Stop: Ctrl-C')) break;
  }
  const [, url] = /url +(\S+)/.exec(said) ?? [];
  if (url === undefined || child.pid === undefined) throw new Error(`the server did not start: ${said}`);
  const tokenFor = (...args: readonly string[]) =>
    spawnSync(PAYWRIGHT, ['token', ...args], { env, encoding: 'utf8' }).stdout.trim();
  let token: string | undefined;
  return {
    url: new URL(url),
    get token() {
      return (token ??= tokenFor('--merchant', 'merchant-123'));
    },
    pid: child.pid,
    tokenFor,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const MIB = 1_024 * 1_024;

/** What the process has in memory now, and at most since it was last asked to begin anew; in MiB. Linux only. */
export function memoryOf(pid: number): Readonly<{ now: number; peak: number }> {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string) => (Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) * 1_024) / MIB;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** How long the process's main thread has run on a processor, in milliseconds; what else the machine does is not in it. */
export const processorMsOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1_000_000;

/** Every process that the process started, and those that they did. */
export function descendantsOf(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name of the program stands in brackets and may hold anything.
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const children = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}
