import { descendantsOf, forgetPeak, memoryOf, type Server } from '../server.ts';
import { type Answered, after, payments, percentile } from './load.ts';
import type { Table } from './main.ts';

/** So many in a row are no accident. */
const IN_A_ROW = 20;

/**
 * The whole server under load while every process of its store is stopped (SIGSTOP) and goes on again (SIGCONT). Rejects when
 * the server ends, or takes no payment for a minute after.
 */
export async function stoppedStore(name: string, server: Server, quick: boolean): Promise<Table> {
  // What each store takes on a machine that both share, with room.
  const perSecond = name === 'postgres' ? 100 : 30;
  const stoppedMs = quick ? 8_000 : 60_000;
  const load = payments(server, perSecond);
  await after(quick ? 3_000 : 10_000);
  const before = memoryOf(server.pid).now;
  forgetPeak(server.pid);
  const store = descendantsOf(server.pid);
  if (store.length === 0) throw new Error('the store has no process of its own');
  const from = load.since();
  for (const pid of store) process.kill(pid, 'SIGSTOP');
  await after(stoppedMs);
  const { peak } = memoryOf(server.pid);
  const to = load.since();
  for (const pid of store.toReversed()) process.kill(pid, 'SIGCONT');
  const ended = await Promise.race([
    server.ended.then(() => true),
    after(quick ? 10_000 : 20_000).then(() => false),
  ]);
  if (ended) throw new Error('the server ended');
  await load.end();
  const during = load.answered.filter(({ at }) => at >= from && at < to);
  const refused = during.filter(({ status }) => status === 503);
  const odd = load.answered.map(({ status }) => status).filter((status) => ![201, 202, 503].includes(status));
  // While all was well, on this machine.
  const usual = load.answered.filter(({ at, status }) => at < from && status === 201);
  const usualMs = Math.max(
    1_000,
    2 *
      percentile(
        usual.map(({ tookMs }) => tookMs),
        99,
      ),
  );
  return {
    title: `${name} stopped for ${stoppedMs / 1_000} s under ${perSecond} payments a second:`,
    head: ['', ''],
    rows: [
      ['sent while it was stopped', String(during.length)],
      ['answered 503', String(refused.length)],
      ['with `Retry-After`', String(refused.filter(({ saysWhen }) => saysWhen).length)],
      [
        'p50 until that, ms',
        percentile(
          refused.map(({ tookMs }) => tookMs),
          50,
        ).toFixed(0),
      ],
      [
        'p99 until that, ms',
        percentile(
          refused.map(({ tookMs }) => tookMs),
          99,
        ).toFixed(0),
      ],
      [
        'answered otherwise than 201, 202 or 503 (0: cut)',
        `${odd.length} ${[...new Set(odd)].join(' ')}`.trimEnd(),
      ],
      ['memory (RSS) before, MiB', before.toFixed(0)],
      ['most while it was stopped, MiB', peak.toFixed(0)],
      ['payments as usual again after, s', (usualAgain(load.answered, to, usualMs) / 1_000).toFixed(1)],
    ],
  };
}

/** How long after that moment the first of many payments in a row was sent that took no longer than usual. */
function usualAgain(answered: readonly Answered[], moment: number, usualMs: number): number {
  const later = answered.filter(({ at }) => at >= moment).toSorted((a, b) => a.at - b.at);
  const first = later.findIndex((_, index) => {
    const next = later.slice(index, index + IN_A_ROW);
    return next.length === IN_A_ROW && next.every(({ status, tookMs }) => status === 201 && tookMs < usualMs);
  });
  const found = later[first];
  return found === undefined ? Number.POSITIVE_INFINITY : found.at - moment;
}
