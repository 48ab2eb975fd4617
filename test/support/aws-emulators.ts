import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/adapters/embedded/free-port.ts';
import { madeOnce, startOnceARun } from './once-a-run.ts';

const INSTALLED = join(import.meta.dirname, '../../.emulators');
const PYTHON = join(INSTALLED, 'python/bin/python');
const RUN = join(import.meta.dirname, '../../tools/emulators/run.py');

/** All services on one port (`ministack`, `moto`), or S3 alone, the most faithful of them (`versitygw`). */
export type AwsEmulator = 'ministack' | 'moto' | 'versitygw';

/** Beside AWS's: Stripe's own mock, which checks parameters and keeps no state. */
type Emulator = AwsEmulator | 'stripe-mock';

/** For clients, whose requests no emulator but versitygw checks. */
export const EMULATOR_CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };

const PROGRAMS: Readonly<
  Record<Emulator, Readonly<{ file: string; command: (port: number, folder: string) => readonly string[] }>>
> = {
  ministack: { file: 'python/bin/ministack', command: (port) => [PYTHON, RUN, 'ministack', String(port)] },
  moto: { file: 'python/bin/moto_server', command: (port) => [PYTHON, RUN, 'moto', String(port)] },
  versitygw: {
    file: 'go/versitygw',
    command: (port, folder) => [
      join(INSTALLED, 'go/versitygw'),
      '--access',
      EMULATOR_CREDENTIALS.accessKeyId,
      '--secret',
      EMULATOR_CREDENTIALS.secretAccessKey,
      '--region',
      'eu-central-1',
      '--port',
      `127.0.0.1:${port}`,
      '--quiet',
      'posix',
      folder,
    ],
  },
  'stripe-mock': {
    file: 'go/stripe-mock',
    command: (port) => [join(INSTALLED, 'go/stripe-mock'), '-http-addr', `127.0.0.1:${port}`],
  },
};

/** `AWS_EMULATOR_URL` stands in for those that speak for every service of AWS. */
const given = (name: Emulator): string | undefined =>
  name === 'versitygw' || name === 'stripe-mock' ? undefined : process.env['AWS_EMULATOR_URL'] || undefined;

/** Whether tests that need it can run here: it was installed by `npm run emulators`, or is given. */
export const hasEmulator = (name: Emulator): boolean =>
  given(name) !== undefined || existsSync(join(INSTALLED, PROGRAMS[name].file));

const CFN_LINT = join(INSTALLED, 'python/bin/cfn-lint');

/** AWS's linter of templates, which is installed beside the emulators; undefined where it is not. */
export const cfnLint = (): string | undefined => (existsSync(CFN_LINT) ? CFN_LINT : undefined);

/** Stripe's description of its API, as the pinned stripe-mock embeds it. */
export const STRIPE_DESCRIPTION = join(INSTALLED, 'stripe/spec3.json');

/** Whether it is on this machine: without it the double of Stripe cannot be held to anything, and is not started. */
export const hasStripeDescription = (): boolean => existsSync(STRIPE_DESCRIPTION);

/** What a run leaves out here, in a line for its beginning; undefined when that is nothing. */
export function missingEmulators(): string | undefined {
  const missing: string[] = (Object.keys(PROGRAMS) as readonly Emulator[]).filter(
    (name) => !hasEmulator(name),
  );
  if (cfnLint() === undefined) missing.push('cfn-lint');
  if (!hasStripeDescription()) missing.push("the description of Stripe's API");
  return missing.length === 0
    ? undefined
    : `NOT TESTED: what needs ${missing.join(', ')}. \`npm run emulators\` installs them (Python 3, and Go for versitygw and stripe-mock).`;
}

/** Where the emulator listens, which is started when the first test of a run asks, and shared by all of its files. */
export const emulatorUrl = (name: Emulator): Promise<string> =>
  madeOnce(process.env['TEST_EMULATORS_URL'], name);

/** What starts each emulator once for a run, when it is asked for, and ends them all. */
export type EmulatorStarter = Readonly<{ url: string; close(): Promise<void> }>;

/** Answers with the emulator's URL. */
export async function startEmulatorStarter(): Promise<EmulatorStarter> {
  const running: Promise<Running>[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'paywright-emulators-'));
  const { url, close } = await startOnceARun(async (asked) => {
    const name = asked as Emulator;
    const one = given(name);
    if (one !== undefined) return one;
    const started = launch(name, folder);
    running.push(started);
    return (await started).url;
  });
  return {
    url,
    async close() {
      close();
      for (const started of await Promise.allSettled(running))
        if (started.status === 'fulfilled') end(started.value.child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Running = Readonly<{ url: string; child: ChildProcess }>;

/**
 * An emulator leads a group of processes, with one that ends the whole group once our end of its standard input is closed: by the
 * system, when this process dies in whichever way.
 */
const WITH_US = `exec 3<&0; (cat <&3 >/dev/null; kill -9 0) & exec "$@" </dev/null`;

async function launch(name: Emulator, above: string): Promise<Running> {
  const port = await freePort();
  const folder = mkdtempSync(join(above, `${name}-`));
  const logFile = join(above, `${name}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn('sh', ['-c', WITH_US, 'sh', ...PROGRAMS[name].command(port, folder)], {
    detached: true,
    cwd: folder,
    stdio: ['pipe', log, log],
    // Without the machine's credentials, also for the functions that an emulator runs.
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, TMPDIR: folder, AWS_REGION: 'eu-central-1' },
  });
  const url = `http://127.0.0.1:${port}`;
  for (const deadline = performance.now() + 120_000; performance.now() < deadline; ) {
    if (child.exitCode !== null) break;
    if (await answers(url)) return { url, child };
    await new Promise((wait) => setTimeout(wait, 50));
  }
  end(child);
  throw new Error(`${name} does not start: ${readFileSync(logFile, 'utf8').slice(-2_000)}`);
}

/** An answer of whichever status comes from what listens. */
const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    () => true,
    () => false,
  );

function end({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}
