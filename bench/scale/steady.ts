import { anInstallation, type StorageName } from '../load/installation.ts';
import { openLoop } from '../load/open-loop.ts';
import { mixed } from '../load/parts.ts';
import { aTill } from '../load/till.ts';
import { memoryOf } from '../server.ts';
import { countingReceiver } from './received.ts';
import { type Point, slopeOf } from './slope.ts';

/** The memory (RSS) of a server process over a run, in MiB: the means of its first, middle and last tenth, and what it gains in a minute. */
export type Steady = Readonly<{
  storage: StorageName;
  minutes: number;
  perSecond: number;
  requests: number;
  errors: number;
  first: number;
  middle: number;
  last: number;
  aMinute: number;
  /** The same over the second half alone, when what a process fills once is full. */
  aMinuteLater: number;
}>;

const SAMPLE_MS = 1_000;
/** Of five requests; the others take payments. */
const READS = 1;

/** One server under a load that stays the same, its webhooks delivered. Linux only. */
export async function steadyOn(
  storage: StorageName,
  { minutes, perSecond }: Readonly<{ minutes: number; perSecond: number }>,
): Promise<Steady> {
  const installation = await anInstallation(storage);
  const till = aTill(installation.merchants);
  const server = await installation.start();
  const receiver = await countingReceiver(installation, server);
  const points: Point[] = [];
  const began = performance.now();
  const sampling = setInterval(() => {
    points.push({ x: (performance.now() - began) / 60_000, y: memoryOf(server.pid).now });
  }, SAMPLE_MS);
  try {
    const samples = await openLoop([{ seconds: minutes * 60, perSecond }], mixed(READS), async (kind, n) =>
      kind === 'read'
        ? (await till.read(server, n)).status === 200
        : (await till.pay(server, till.next())).status === 201,
    );
    clearInterval(sampling);
    return {
      storage,
      minutes,
      perSecond,
      requests: samples.length,
      errors: samples.filter(({ isError }) => isError).length,
      ...seriesOf(points),
    };
  } finally {
    clearInterval(sampling);
    till.close();
    await receiver.stop();
    await installation.close();
  }
}

/** Of figures at moments in minutes, in order. */
export function seriesOf(
  points: readonly Point[],
): Pick<Steady, 'first' | 'middle' | 'last' | 'aMinute' | 'aMinuteLater'> {
  const tenth = Math.max(1, Math.floor(points.length / 10));
  const half = Math.floor(points.length / 2);
  const from = Math.max(0, half - Math.floor(tenth / 2));
  const mean = (some: readonly Point[]) => some.reduce((sum, { y }) => sum + y, 0) / some.length;
  return {
    first: mean(points.slice(0, tenth)),
    middle: mean(points.slice(from, from + tenth)),
    last: mean(points.slice(-tenth)),
    aMinute: slopeOf(points) ?? Number.NaN,
    aMinuteLater: slopeOf(points.slice(half)) ?? Number.NaN,
  };
}
