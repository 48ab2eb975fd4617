import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { present } from '../../src/domain/kernel/present.ts';
import { localSecret } from '../../src/entrypoints/cli/local-secret.ts';
import { MERCHANT_PERMISSIONS, signToken } from '../../src/entrypoints/cli/tokens.ts';
import { DEFAULT_DATA_DIR } from '../../src/entrypoints/cli/variables.ts';
import { bundledProgram } from './bundled-program.ts';

/** A CLI process with nothing in its environment but what the test gives it. */
export type CliProcess = Readonly<{
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The exit code, or -1 when a signal ended it, once all output is there. */
  ended: Promise<number>;
  /** The first match on standard output; rejects when the process ends before there is one. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
}>;

type Settings = Readonly<Record<string, string>>;

/** Starts the bundled program, unless `command` is another one. */
export function startCli(
  args: readonly string[],
  env: Settings = {},
  command = process.execPath,
): CliProcess {
  const { main, environment } = bundledProgram();
  const child = spawn(command, [...(command === process.execPath ? [main] : []), ...args], {
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', ...environment, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk;
  });
  const ended = new Promise<number>((resolve) => {
    child.on('close', (code) => resolve(code ?? -1));
  });
  return {
    child,
    stdout: () => text.out,
    stderr: () => text.err,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text.out);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        void ended.then((code) => reject(new Error(`ended with ${code}: ${text.err}`)));
        look();
      }),
  };
}

/** Runs a command line to its end. */
export async function runCli(args: readonly string[], env: Settings = {}, command = process.execPath) {
  const cli = startCli(args, env, command);
  const code = await cli.ended;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}

/** A token as `paywright token` would print it for a server with these settings. */
export const developmentToken = (
  { PAYWRIGHT_DATA_DIR: dataDir = DEFAULT_DATA_DIR, JWT_SECRET: given }: Settings,
  as: Readonly<
    | { merchant: string; role?: string; subject?: string; permissions?: readonly string[] }
    | { role: string; permissions?: readonly string[] }
  >,
): Promise<string> =>
  signToken(
    {
      kind: 'hs256',
      secret: given ?? localSecret(dataDir, 'jwt-secret'),
      issuer: 'paywright',
      audience: 'paywright',
    },
    'merchant' in as
      ? {
          subject: as.subject ?? as.merchant,
          merchantId: as.merchant,
          ...present({ role: as.role }),
          permissions: as.permissions ?? MERCHANT_PERMISSIONS,
          lifetimeSeconds: 3_600,
        }
      : { subject: as.role, role: as.role, permissions: as.permissions ?? [], lifetimeSeconds: 3_600 },
  );

/** What the start-up text offers, taken from it as a reader would. */
export type Offered = Readonly<{ cli: CliProcess; url: string; token: string; curl: string }>;

export async function startServing(env: Settings): Promise<Offered> {
  const cli = startCli(['serve'], { PORT: '0', ...env });
  await cli.said(/Stop: Ctrl-C/);
  const [, url = ''] = await cli.said(/url +(\S+)/);
  const token = await developmentToken(env, { merchant: 'merchant-123' });
  const [, curl = ''] = await cli.said(/\n {2}(curl .+)\n/);
  return { cli, url, token, curl };
}

/** A data directory of the test's own; `remove` once nothing runs in it any more. */
export function dataDirectory() {
  const path = mkdtempSync(join(tmpdir(), 'paywright-cli-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
