import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createClient, dataOf, type PaywrightClient } from '../../client/src/client.ts';
import { type CliProcess, developmentToken, startCli } from '../support/cli-process.ts';
import { eventually } from '../support/eventually.ts';
import { packedClient } from '../support/packed-client.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

/** Where the examples stand as their readers have them, with the client installed from its package. */
const packed = packedClient(['express']);
const dataDir = mkdtempSync(join(tmpdir(), 'paywright-examples-'));
let server: CliProcess;
let url: string;
let token: string;
let client: PaywrightClient;

beforeAll(async () => {
  cpSync(EXAMPLES, packed.shop, { recursive: true });
  server = startCli(['serve'], { STORAGE: 'memory', PORT: '0', PAYWRIGHT_DATA_DIR: dataDir });
  url = (await server.said(/url +(\S+)/))[1] ?? '';
  token = await developmentToken({ PAYWRIGHT_DATA_DIR: dataDir }, { merchant: 'merchant-123' });
  client = createClient({ baseUrl: url, token });
});

afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  packed.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

it('have 80 lines at most', () => {
  const files = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  expect(files).toHaveLength(3);
  for (const path of files)
    expect(readFileSync(join(EXAMPLES, path), 'utf8').split('\n').length, path).toBeLessThanOrEqual(81);
});

/** Runs an example to its end, or until the test's. */
function started(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcess {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: packed.shop,
    env: { PATH: process.env['PATH'] ?? '', PAYWRIGHT_URL: url, PAYWRIGHT_TOKEN: token, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const freePort = async (): Promise<number> => {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  listening.close();
  await once(listening, 'close');
  return port;
};

const endpointAt = (at: string) => dataOf(client.POST('/webhook_endpoints', { body: { url: at } }));

describe('the shop', () => {
  it('is paid once for an order, and learns from webhooks what was open', async () => {
    const port = await freePort();
    const shop = `http://127.0.0.1:${port}`;
    const { secret } = await endpointAt(`${shop}/webhooks`);
    const program = started('shop/server.ts', [], { WEBHOOK_SECRETS: secret, PORT: `${port}` });
    await once(program.stdout as Readable, 'data');
    const pay = async (id: string, payment_method: string) => {
      const response = await fetch(`${shop}/orders/${id}/pay`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ amount: 1999, payment_method }),
      });
      return { status: response.status, ...((await response.json()) as object) };
    };

    const paid = await pay('order-1', 'card');
    expect(paid).toMatchObject({ status: 'paid' });
    expect(await pay('order-1', 'card')).toEqual(paid);
    const query = { 'metadata[order]': 'order-1' } as object;
    const { items } = await dataOf(client.GET('/payments', { params: { query } }));
    expect(items).toHaveLength(1);

    expect(await pay('order-2', 'test_declined')).toMatchObject({ status: 402, code: 'card_declined' });
    expect(await pay('order-2', 'card')).toMatchObject({ status: 'paid' });

    expect(await pay('order-3', 'test_timeout_approved')).toMatchObject({ status: 'processing' });
    await eventually(async () => {
      const order = await fetch(`${shop}/orders/order-3`);
      expect(await order.json()).toMatchObject({ status: 'paid' });
    });

    const forged = await fetch(`${shop}/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ event_type: 'payment.succeeded', data: { metadata: { order: 'order-9' } } }),
    });
    expect(forged.status).toBe(401);
  });
});

describe('the serverless handler', () => {
  it('takes what paywright delivers, once, and nothing else', async () => {
    const requests: object[] = [];
    const receiver = createServer((request, response) => {
      void text(request).then((body) => {
        requests.push({ headers: request.headers, body, isBase64Encoded: false });
        response.writeHead(204).end();
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void receiver.close());
    await once(receiver, 'listening');
    const { secret } = await endpointAt(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`);
    await client.POST('/payments', { body: { amount: 1, currency: 'USD', payment_method: 'card' } });
    const delivered = await eventually(() => {
      const [request] = requests as { body: string; headers: object }[];
      if (request === undefined) throw new Error('nothing is delivered');
      return request;
    });

    const packed64 = {
      ...delivered,
      body: Buffer.from(delivered.body).toString('base64'),
      isBase64Encoded: true,
    };
    const changed = { ...delivered, body: `${delivered.body} ` };
    const runner = `import { handler } from './serverless/webhooks.ts';
for (const request of JSON.parse(process.argv[1])) console.log(JSON.stringify(await handler(request)));`;
    const { stdout } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', runner, JSON.stringify([delivered, packed64, changed])],
      { cwd: packed.shop, encoding: 'utf8', env: { WEBHOOK_SECRETS: `${secret},${secret}` } },
    );
    const { id, event_type } = JSON.parse(delivered.body) as Record<string, string>;
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      expect.objectContaining({ id, event_type }),
      { statusCode: 204 },
      { statusCode: 204 },
      expect.objectContaining({ statusCode: 401 }),
    ]);
  });
});

describe('the reconciliation', () => {
  it('prints what does not fit, and ends with 1', async () => {
    const rows = await Promise.all(
      [700, 900].map(async (amount) => {
        const { id } = await dataOf(
          client.POST('/payments', { body: { amount, currency: 'USD', payment_method: 'card' } }),
        );
        const [transaction] = (await client.untilFinal(id)).transactions;
        return [id, transaction?.id, 'settled', 0, '2026-03-01', '2026-03-01', 'payment', amount, 'USD'];
      }),
    );
    const [right = [], other = []] = rows;
    const unknown = [
      'pay_01990000000070008000000000000001',
      'txn_01990000000070008000000000000001',
      ...right.slice(2),
    ];
    const reconciled = async (name: string, lines: readonly (readonly unknown[])[]) => {
      const columns =
        'payment_id,transaction_id,status,fee,processed_date,settlement_date,type,amount,currency';
      const file = join(packed.shop, name);
      writeFileSync(file, [columns, ...lines.map((line) => line.join(','))].join('\n'));
      const program = started('reconcile/reconcile.ts', [file], {});
      const said = text(program.stdout as Readable);
      const [code] = await once(program, 'close');
      return { code, said: await said };
    };
    expect(await reconciled('right.csv', [right])).toEqual({ code: 0, said: '1 rows: 1 match\n' });
    const { code, said } = await reconciled('wrong.csv', [other.with(7, 800), unknown]);
    expect(code).toBe(1);
    expect(said).toMatch(
      /^2 rows: 0 match\nline 2: mismatched amount 900 here, 800 there\nline 3: missing_here /,
    );
  });
});
