import { Agent, request } from 'node:http';
import {
  HOSTILE_BODIES,
  HOSTILE_TEXTS,
  type HostilePlace,
  hostileHeaders,
  hostilePlaces,
} from '../../test/support/hostile-places.ts';
import type { Document } from '../../test/support/operations.ts';
import { processorMsOf, type Server } from '../server.ts';
import type { Table } from './main.ts';

const KIB = 1_024;
/** Of a text; the other run has half of it. */
const MOST_BYTES = 64 * KIB;
const SHOWN = 12;
/** The kernel adds up a thread's time when it stops to run, or at a tick: up to 4 ms late while it still runs. */
const SETTLED_MS = 5;

/**
 * What each text field, parameter and header costs when its text is n long, and 2n: the processor time of the server's main
 * thread, the least of some requests, added up over all kinds of hostile text. Linear work comes to 2.0, and less where a
 * limit refuses both.
 */
export async function texts(server: Server, quick: boolean): Promise<Table> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const document = (await (await fetch(new URL('/openapi.json', server.url))).json()) as Document;
  const admin = `Bearer ${server.tokenFor('--merchant', 'merchant-123', '--permissions', 'admin')}`;
  const merchant = `Bearer ${server.token}`;
  const approver = `Bearer ${server.tokenFor('--role', 'admin')}`;
  const authorizationOf = (path: string) =>
    path.startsWith('/approvals') ? approver : path.startsWith('/merchants') ? admin : merchant;
  const order = JSON.stringify({ amount: 1, currency: 'USD', payment_method: 'card', idempotency_key: 'k' });
  const headers = { authorization: merchant, 'content-type': 'application/json' };
  const places = [
    ...hostilePlaces(document, authorizationOf),
    ...hostileHeaders('/payments', { method: 'POST', headers, body: order }),
  ];
  const bodies = Object.entries(HOSTILE_BODIES).map(([kind, make]): HostilePlace & { make: typeof make } => ({
    name: `post /payments, ${kind}`,
    mostBytes: 192 * KIB,
    make,
    request: (text) => ({ path: '/payments', init: { method: 'POST', headers, body: text } }),
  }));
  const rows: { name: string; n: number; once: number; twice: number }[] = [];
  for (const place of quick ? places.filter((_, index) => index % 20 === 0) : places)
    rows.push(await costOf(place, Object.values(HOSTILE_TEXTS)));
  for (const { make, ...place } of quick ? bodies.slice(0, 2) : bodies)
    rows.push(await costOf(place, [make]));
  agent.destroy();
  const ratio = ({ once, twice }: (typeof rows)[number]) => twice / once;
  const costly = rows.toSorted((a, b) => ratio(b) - ratio(a));
  return {
    title: `Cost of 2n beside n, of ${rows.length} text fields, parameters, headers and bodies; the ${SHOWN} that grow most:`,
    head: ['where', 'n, KiB', 'ms at n', 'ms at 2n', 'ratio'],
    rows: costly
      .slice(0, SHOWN)
      .map((row) => [
        row.name,
        (row.n / KIB).toFixed(0),
        row.once.toFixed(2),
        row.twice.toFixed(2),
        ratio(row).toFixed(2),
      ]),
  };

  async function costOf(
    { name, mostBytes, request: place }: HostilePlace,
    makers: readonly ((bytes: number) => string)[],
  ) {
    const n = Math.floor(Math.min(mostBytes, MOST_BYTES) / 2);
    let once = 0;
    let twice = 0;
    for (const make of makers) {
      const [short, long] = [make(n), make(2 * n)].map(place);
      if (short === undefined || long === undefined) continue;
      const took = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let run = 0; run < (quick ? 2 : 4); run += 1)
        for (const [index, each] of [short, long].entries())
          took[index] = Math.min(took[index] ?? 0, await timed(each));
      once += took[0] ?? 0;
      twice += took[1] ?? 0;
    }
    return { name, n, once, twice };
  }

  function timed({ path, init }: ReturnType<HostilePlace['request']>): Promise<number> {
    const before = processorMsOf(server.pid);
    return new Promise((resolve) => {
      const end = () => setTimeout(() => resolve(processorMsOf(server.pid) - before), SETTLED_MS);
      try {
        const call = request(
          new URL(path, server.url),
          { agent, method: init.method ?? 'GET', headers: init.headers as Record<string, string> },
          (response) => response.resume().once('close', end),
        );
        call.once('error', end).end(init.body);
      } catch {
        // Some bytes make no request at all.
        end();
      }
    });
  }
}
