import { execFile } from 'node:child_process';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../src/adapters/embedded/free-port.ts';
import { dataDirectory, type Offered, runCli, startCli, startServing } from '../../support/cli-process.ts';

const shell = async (line: string): Promise<string> => (await promisify(execFile)('sh', ['-c', line])).stdout;

type Payment = Readonly<{ id: string; status: string }>;

const pay = (served: Offered, key: string, paymentMethod = 'card'): Promise<Response> =>
  fetch(`${served.url}/payments`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${served.token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ amount: 500, currency: 'EUR', payment_method: paymentMethod }),
  });

const find = async (served: Offered, id: string): Promise<Payment> => {
  const reply = await fetch(`${served.url}/payments/${id}`, {
    headers: { authorization: `Bearer ${served.token}` },
  });
  expect(reply.status).toBe(200);
  return (await reply.json()) as Payment;
};

/** A posted payment whose body stops half-way until `finish`; `reply` is every byte that came back. */
function halfSent(served: Offered) {
  const { hostname, port } = new URL(served.url);
  const body = '{"amount":1,"currency":"EUR","payment_method":"card"}';
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.write(
    [
      'POST /payments HTTP/1.1',
      'host: x',
      `authorization: Bearer ${served.token}`,
      'content-type: application/json',
      'idempotency-key: half',
      `content-length: ${body.length}`,
      '',
      body.slice(0, 20),
    ].join('\r\n'),
  );
  return {
    finish: () => socket.write(body.slice(20)),
    reply: new Promise<string>((resolve) => {
      socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    }),
  };
}

describe('paywright serve', () => {
  let dir = dataDirectory();
  const running: Offered[] = [];
  const serve = async (env: Readonly<Record<string, string>>): Promise<Offered> => {
    const served = await startServing({ PAYWRIGHT_DATA_DIR: dir.path, ...env });
    running.push(served);
    return served;
  };

  afterEach(async () => {
    for (const { cli } of running.splice(0)) {
      cli.child.kill('SIGTERM');
      await cli.ended;
    }
    dir.remove();
    dir = dataDirectory();
  });

  it('offers a curl line that takes a payment, and takes it once', async () => {
    const { cli, curl } = await serve({ STORAGE: 'memory' });
    const first = await shell(curl);
    expect(JSON.parse(first)).toMatchObject({
      status: 'succeeded',
      amount: 1999,
      merchant_id: 'merchant-123',
    });
    expect(await shell(curl)).toBe(first);
    expect(cli.stdout()).toMatch(/storage +memory/);
  });

  it('keeps log lines and people’s text apart, and tokens out of the log', async () => {
    const served = await serve({ STORAGE: 'memory' });
    await pay(served, 'k');
    served.cli.child.kill('SIGTERM');
    expect(await served.cli.ended).toBe(0);
    const lines = served.cli.stderr().trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { route?: string }).route)).toContain('/payments');
    expect(served.cli.stderr()).not.toContain(served.token.slice(0, 30));
  });

  it('logs the client that a trusted proxy names last, in however many headers, for both services', async () => {
    const served = await serve({ STORAGE: 'memory', PAYWRIGHT_TRUSTED_PROXIES: '127.0.0.1' });
    const named = `-H 'X-Forwarded-For: 198.51.100.1' -H 'X-Forwarded-For: 198.51.100.2, 203.0.113.9'`;
    for (const path of ['/payments', '/approvals/payments', '/metrics'])
      await shell(`curl -s -o /dev/null ${named} -H 'Forwarded: for=198.51.100.3' ${served.url}${path}`);
    await after(100);
    const lines = served.cli
      .stderr()
      .split('\n')
      .filter((line) => line.includes('client_address'));
    expect(lines.map((line) => (JSON.parse(line) as { client_address: string }).client_address)).toEqual([
      '203.0.113.9',
      '203.0.113.9',
      '203.0.113.9',
    ]);
  });

  it('measures use cases and the processor', async () => {
    const served = await serve({ STORAGE: 'memory' });
    await pay(served, 'k');
    const metrics = await (await fetch(`${served.url}/metrics`)).text();
    expect(metrics).toContain('paywright_use_case_seconds_count{use_case="process_payment",outcome="ok"} 1');
    expect(metrics).toContain('paywright_processor_seconds_count{call="charge",outcome="ok"} 1');
  });

  it('serves /metrics on a port of its own, where one is set, and nowhere else', async () => {
    const port = await freePort();
    const served = await serve({ STORAGE: 'memory', PAYWRIGHT_METRICS_PORT: `${port}` });
    expect((await fetch(`${served.url}/metrics`)).status).toBe(404);
    const own = `http://127.0.0.1:${port}`;
    expect(await (await fetch(`${own}/metrics`)).text()).toContain('paywright_approval_queue_depth 0');
    expect((await fetch(`${own}/payments`)).status).toBe(404);
    expect(served.cli.stdout()).not.toContain(`${port}`);
  });

  it('finishes what is in flight at SIGTERM, takes nothing new, and ends well', async () => {
    const served = await serve({ STORAGE: 'memory' });
    const half = halfSent(served);
    await after(200);
    served.cli.child.kill('SIGTERM');
    await after(200);
    await expect(pay(served, 'late')).rejects.toThrow();
    half.finish();
    const reply = await half.reply;
    expect(reply).toMatch(/^HTTP\/1.1 201 /);
    expect(reply.toLowerCase()).toContain('connection: close');
    expect(await served.cli.ended).toBe(0);
  });

  it('ends at once at the second signal', async () => {
    const served = await serve({ STORAGE: 'memory' });
    const half = halfSent(served);
    await after(200);
    served.cli.child.kill('SIGINT');
    await after(800);
    served.cli.child.kill('SIGINT');
    expect(await served.cli.ended).toBe(130);
    expect(await half.reply).toBe('');
  });

  it('takes a doubled Ctrl-C for one', async () => {
    const { cli } = await serve({ STORAGE: 'memory' });
    cli.child.kill('SIGINT');
    cli.child.kill('SIGINT');
    expect(await cli.ended).toBe(0);
  });

  it('stops with the npm that started it', async () => {
    const npm = startCli(
      ['start'],
      { STORAGE: 'memory', PORT: '0', PAYWRIGHT_DATA_DIR: dir.path, npm_config_update_notifier: 'false' },
      'npm',
    );
    const [, url = ''] = await npm.said(/url +(\S+)/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    npm.child.kill('SIGTERM');
    await expect
      .poll(() =>
        fetch(url).then(
          () => 'answers',
          () => 'gone',
        ),
      )
      .toBe('gone');
  });

  it('prints no tokens where an identity provider signs them', async () => {
    const cli = startCli(['serve'], {
      STORAGE: 'memory',
      PORT: '0',
      PAYWRIGHT_DATA_DIR: dir.path,
      JWT_JWKS_URL: 'http://127.0.0.1:1/jwks',
      JWT_ISSUER: 'me',
      JWT_AUDIENCE: 'you',
    });
    await cli.said(/Bearer tokens come from me/);
    cli.child.kill('SIGTERM');
    expect(await cli.ended).toBe(0);
    expect(cli.stdout()).not.toContain('eyJ');
  });

  it.each(['postgres', 'dynamodb'])(
    'loses nothing acknowledged to kill -9 on %s, and keeps it from other users',
    async (STORAGE) => {
      const first = await serve({ STORAGE });
      const response = await pay(first, 'kept');
      const body = await response.text();
      const { id } = JSON.parse(body) as Payment;
      const open = (await (await pay(first, 'open', 'test_timeout_approved')).json()) as Payment;
      first.cli.child.kill('SIGKILL');
      await first.cli.ended;
      const left = readdirSync(dir.path, { withFileTypes: true }).filter((entry) => entry.isFile());
      expect(left.map(({ name }) => name)).toContain('simulator.sqlite-wal');
      const openToOthers = left.filter(({ name }) => (statSync(join(dir.path, name)).mode & 0o077) !== 0);
      expect(openToOthers.map(({ name }) => name)).toEqual([]);
      chmodSync(dir.path, 0o755);

      const second = await serve({ STORAGE });
      const same = { ...second, token: first.token };
      expect(await find(same, id)).toMatchObject({ status: 'succeeded' });
      const replay = await pay(same, 'kept');
      expect(replay.headers.get('idempotency-replayed')).toBe('true');
      expect(await replay.text()).toBe(body);
      expect(statSync(dir.path).mode & 0o067).toBe(0);
      await expect.poll(async () => (await find(same, open.id)).status).toBe('succeeded');
    },
  );

  it.each(['postgres', 'dynamodb'])(
    'shares its embedded %s with a worker and a migration',
    async (STORAGE) => {
      const served = await serve({ STORAGE });
      const env = { STORAGE, PAYWRIGHT_DATA_DIR: dir.path };
      const worker = startCli(['worker'], env);
      await worker.said(new RegExp(`running on ${STORAGE}`));
      expect(await runCli(['migrate', '--json'], env)).toMatchObject({
        code: 0,
        stdout: `{"storage":"${STORAGE}","applied":[]}\n`,
      });
      worker.child.kill('SIGTERM');
      expect(await worker.ended).toBe(0);
      expect((await pay(served, 'after')).status).toBe(201);
    },
  );

  it.each(['postgres', 'dynamodb'])('migrates a new %s by itself, once', async (STORAGE) => {
    const env = { STORAGE, PAYWRIGHT_DATA_DIR: dir.path };
    const { code, stdout } = await runCli(['migrate'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(applied \S+\n)+$/);
    expect(await runCli(['migrate'], env)).toMatchObject({ code: 0, stdout: 'up to date\n' });
  });
});
