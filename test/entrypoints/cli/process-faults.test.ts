import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { watchFaults } from '../../../src/entrypoints/cli/process-faults.ts';
import { jsonLogger } from '../../../src/entrypoints/http/server/logger.ts';
import { dataDirectory, type Offered, startCli, startServing } from '../../support/cli-process.ts';

const PRELOAD = fileURLToPath(new URL('../../support/faults-preload.ts', import.meta.url));
const TOKEN = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';

const dir = dataDirectory();
let served: Offered | undefined;
afterEach(async () => {
  served?.cli.child.kill('SIGKILL');
  await served?.cli.ended;
});
afterAll(() => dir.remove());

/** A real server, into which faults can be set off. */
async function serving(env: Readonly<Record<string, string>> = {}): Promise<Offered> {
  served = await startServing({
    STORAGE: 'memory',
    PAYWRIGHT_DATA_DIR: dir.path,
    PAYWRIGHT_METRICS_TOKEN: TOKEN,
    NODE_OPTIONS: `--import=${PRELOAD}`,
    ...env,
  });
  return served;
}

const pay = ({ url, token }: Offered, description: string): Promise<Response> =>
  fetch(`${url}/payments`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': description.replaceAll(' ', '-'),
      'x-request-id': description.replaceAll(' ', '-'),
    },
    body: JSON.stringify({ amount: 500, currency: 'EUR', payment_method: 'card', description }),
  });

type Line = Readonly<Record<string, unknown>>;
const uncaught = ({ cli }: Offered): readonly Line[] =>
  cli
    .stderr()
    .split('\n')
    .filter((line) => line.includes('"uncaught_'))
    .map((line) => JSON.parse(line) as Line);

const counted = async ({ url }: Offered): Promise<readonly string[]> =>
  (await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text())
    .split('\n')
    .filter((line) => line.startsWith('paywright_uncaught_faults_total{'))
    .toSorted();

describe('a fault of a request that no handler caught', () => {
  it('is logged under that request and counted, and the server takes payments as before', async () => {
    const server = await serving();
    for (const description of ['floating rejection', 'exception in a callback', 'both after a while'])
      expect((await pay(server, description)).status).toBe(201);
    await expect.poll(() => uncaught(server).length).toBe(4);
    const lines = uncaught(server).map(({ level, code, request_id }) => [level, code, request_id].join(' '));
    expect(lines.toSorted()).toEqual([
      'error uncaught_exception both-after-a-while',
      'error uncaught_exception exception-in-a-callback',
      'error uncaught_rejection both-after-a-while',
      'error uncaught_rejection floating-rejection',
    ]);
    expect(server.cli.stderr()).not.toContain('secret');
    expect(await counted(server)).toEqual([
      'paywright_uncaught_faults_total{origin="request",kind="exception"} 2',
      'paywright_uncaught_faults_total{origin="request",kind="rejection"} 2',
    ]);
    expect((await pay(server, 'after all of these')).status).toBe(201);
    server.cli.child.kill('SIGTERM');
    expect(await server.cli.ended).toBe(0);
  });
});

describe('a fault of a worker that no handler caught', () => {
  it.each(['rejection', 'exception'])(
    'ends the process in order (%s): what is under way is answered, nothing new is taken, the exit code is 1',
    async (kind) => {
      const server = await serving({ FAULT_OF_A_WORKER: kind });
      const { port } = new URL(server.url);
      const body = JSON.stringify({ amount: 500, currency: 'EUR', payment_method: 'card' });
      const socket = connect(Number(port), '127.0.0.1');
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.write(
        [
          'POST /payments HTTP/1.1',
          'host: x',
          `authorization: Bearer ${server.token}`,
          'content-type: application/json',
          'idempotency-key: under-way',
          `content-length: ${body.length}`,
          '',
          body.slice(0, 10),
        ].join('\r\n'),
      );
      server.cli.child.kill('SIGUSR2');
      await expect.poll(() => uncaught(server)).toHaveLength(1);
      expect(uncaught(server)[0]).toMatchObject({ level: 'fatal', code: `uncaught_${kind}` });
      expect(uncaught(server)[0]).not.toHaveProperty('request_id');
      await expect
        .poll(() =>
          fetch(`${server.url}/healthz`).then(
            () => 'taken',
            () => 'refused',
          ),
        )
        .toBe('refused');
      socket.write(body.slice(10));
      expect(await server.cli.ended).toBe(1);
      expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 201/);
      expect(server.cli.stderr()).not.toContain('secret');
    },
  );

  it('ends `paywright worker` in the same way', async () => {
    const cli = startCli(['worker'], {
      STORAGE: 'memory',
      PAYWRIGHT_DATA_DIR: dir.path,
      NODE_OPTIONS: `--import=${PRELOAD}`,
    });
    await cli.said(/worker is running/);
    cli.child.kill('SIGUSR2');
    expect(await cli.ended).toBe(1);
    expect(cli.stderr()).toContain('"code":"uncaught_rejection"');
    expect(cli.stderr()).not.toContain('secret');
  });
});

describe('an end that takes too long', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  /** What takes up exceptions here, called as Node calls it. */
  const watching = () => {
    const before = new Set(process.listeners('uncaughtException'));
    const faults = watchFaults(jsonLogger({ level: 'silent' }));
    const [take] = process.listeners('uncaughtException').filter((each) => !before.has(each));
    return { faults, meet: () => take?.(new Error('secret'), 'uncaughtException') };
  };

  it('is made at once, with the same code; one that does not is left alone', async () => {
    vi.useFakeTimers();
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    for (const isLate of [false, true]) {
      const { faults, meet } = watching();
      meet();
      expect(await faults.untilEnd(new Promise(() => {}))).toBe(1);
      if (!isLate) faults.close();
      vi.advanceTimersByTime(60_000);
      expect(exit.mock.calls).toEqual(isLate ? [[1]] : []);
      faults.close();
    }
  });
});
