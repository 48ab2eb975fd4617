import { connect, type Socket } from 'node:net';
import { forgetPeak, memoryOf, type Server } from '../server.ts';
import { after, payments, percentile } from './load.ts';
import type { Table } from './main.ts';

const HONEST_PER_SECOND = 20;

type Attack = Readonly<{ name: string; connections: number; begin: (socket: Socket, n: number) => void }>;

/** What the server holds, and what honest payments take, while many connections send or read as they should not. */
export async function readers(server: Server, quick: boolean): Promise<Table> {
  const count = quick ? 40 : 500;
  const seconds = quick ? 3 : 20;
  await fill(server, quick ? 30 : 300);
  const get = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token}\r\n\r\n`;
  const silent = (text: string) => (socket: Socket) => void socket.pause().write(text);
  const attacks: readonly Attack[] = [
    { name: 'honest clients alone', connections: 0, begin: () => {} },
    {
      name: '1 000 pipelined GETs of the docs bundle each, unread',
      connections: count,
      begin: silent(get('/docs/swagger-ui-bundle.js').repeat(1_000)),
    },
    {
      name: '16 pipelined GETs of the docs bundle each, unread',
      connections: count,
      begin: silent(get('/docs/swagger-ui-bundle.js').repeat(16)),
    },
    {
      name: '16 pipelined pages of 100 large payments each, unread',
      connections: count,
      begin: silent(get('/payments?limit=100').repeat(16)),
    },
    {
      name: 'unread exports',
      connections: 40,
      begin: silent(get('/payments/export')),
    },
    {
      name: 'slowloris: a byte of a header each second',
      connections: count,
      begin(socket) {
        socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nX: ');
        const dripping = setInterval(() => socket.write('x'), 1_000);
        socket.once('close', () => clearInterval(dripping));
      },
    },
    {
      name: 'bodies that stop half-way',
      connections: count,
      begin: (socket) =>
        void socket.write(
          `POST /payments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.token}\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n{"amount":`,
        ),
    },
  ];
  const rows: (readonly string[])[] = [];
  for (const attack of attacks) rows.push(await under(attack));
  return {
    title: `The server's memory (RSS) and honest payments, ${HONEST_PER_SECOND} a second, during ${seconds} s of:`,
    head: ['clients', 'connections', 'before, MiB', 'peak', 'after', 'honest p50 ms', 'p99 ms', 'failed'],
    rows,
  };

  async function under({ name, connections, begin }: Attack): Promise<readonly string[]> {
    const before = memoryOf(server.pid).now;
    forgetPeak(server.pid);
    const load = payments(server, HONEST_PER_SECOND);
    const sockets: Socket[] = [];
    const end = load.since() + seconds * 1_000;
    // Those that the server hangs up on come again.
    while (load.since() < end) {
      while (sockets.length < connections) sockets.push(attacker(begin, sockets.length));
      await after(100);
      for (const [index, socket] of sockets.entries())
        if (socket.destroyed) sockets[index] = attacker(begin, index);
    }
    const { peak } = memoryOf(server.pid);
    for (const socket of sockets) socket.destroy();
    await load.end();
    await after(2_000);
    const took = load.answered.map(({ tookMs }) => tookMs);
    return [
      name,
      String(connections),
      before.toFixed(0),
      peak.toFixed(0),
      memoryOf(server.pid).now.toFixed(0),
      percentile(took, 50).toFixed(1),
      percentile(took, 99).toFixed(1),
      failures(load.answered.map(({ status }) => status).filter((status) => status !== 201)),
    ];
  }

  function attacker(begin: Attack['begin'], n: number): Socket {
    const socket = connect(Number(server.url.port), server.url.hostname);
    socket.on('error', () => {});
    begin(socket, n);
    return socket;
  }
}

/** How many, and their statuses; 0 is a connection that was not had or did not last. */
const failures = (statuses: readonly number[]): string =>
  statuses.length === 0 ? '0' : `${statuses.length} (${[...new Set(statuses)].join(', ')})`;

/** Payments as large as they can be. */
async function fill({ url, token }: Server, count: number): Promise<void> {
  const metadata = Object.fromEntries(
    Array.from({ length: 50 }, (_, n) => [`${n}`.padEnd(40, 'n'), 'v'.repeat(500)]),
  );
  for (let n = 0; n < count; n += 1) {
    const response = await fetch(new URL('/payments', url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': `large-${n}`,
      },
      body: JSON.stringify({ amount: 1_000, currency: 'EUR', payment_method: 'card', metadata }),
    });
    if (response.status !== 201) throw new Error(`answered ${response.status}`);
    await response.arrayBuffer();
  }
}
