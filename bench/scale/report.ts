import { type Growth, inDigits } from './growth.ts';
import type { Received } from './received.ts';
import type { Shared } from './servers.ts';
import { perTenfold } from './slope.ts';
import type { Steady } from './steady.ts';

/** A Markdown table of one storage: milliseconds in each store, and by what ten times as many payments multiply them. */
export function growthTable({ storage, stores, costs }: Growth): string {
  const titles = stores.map(({ title }) => title);
  return table(
    [`${storage}, ms`, ...titles, 'ten times the payments'],
    costs.map(({ work, ms: each }) => {
      const slope = perTenfold(
        stores.flatMap(({ size }, n) => {
          const y = each[n];
          return size === undefined || y === undefined ? [] : [{ x: size, y }];
        }),
      );
      return [work, ...each.map(ms), slope === undefined ? '' : `× ${slope.toFixed(2)}`];
    }),
  );
}

/** A Markdown table of servers' memory, in MiB. */
export const steadyTable = (runs: readonly Steady[]): string =>
  table(
    [
      'storage',
      'load',
      'minutes',
      'RSS at first, MiB',
      'in the middle',
      'at last',
      'more each minute',
      'in the second half',
    ],
    runs.map((run) => [
      run.storage,
      `${run.perSecond}/s, ${inDigits(run.requests)} requests${run.errors === 0 ? '' : `, ${run.errors} of them failed`}`,
      String(run.minutes),
      ...[run.first, run.middle, run.last].map((mib) => String(Math.round(mib))),
      ...[run.aMinute, run.aMinuteLater].map((mib) => mib.toFixed(2)),
    ]),
  );

/** A Markdown table of processes on one store. */
export const sharedTable = (runs: readonly Shared[]): string =>
  table(
    [
      'processes',
      'payments per second',
      'p50 ms',
      'p99 ms',
      'payments at the end',
      'webhooks an event',
      'with one killed',
      'lost, doubled or wrong',
    ],
    runs.map(({ servers, loop, payments, inLoop, atEnd, faults }) => [
      String(servers),
      String(Math.round(loop.perSecond)),
      ms(loop.p50Ms),
      ms(loop.p99Ms),
      inDigits(payments),
      often(inLoop),
      servers === 1 ? '' : often(atEnd),
      String(faults.length),
    ]),
  );

const often = ({ least, most }: Received): string => (least === most ? String(least) : `${least} to ${most}`);

const ms = (value: number | undefined): string =>
  value === undefined ? '' : value >= 100 ? String(Math.round(value)) : value.toPrecision(3);

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = `|---|${titles
    .slice(1)
    .map(() => '--:|')
    .join('')}`;
  const [head, ...body] = [titles, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [head, rule, ...body].join('\n');
}
