import type { Server } from '../server.ts';
import { type Figures, figuresOf, recoveryMs } from './figures.ts';
import { openLoop, type Sample, type Stretch } from './open-loop.ts';
import type { Till } from './till.ts';

/** A stretch of time that a picture shows apart. */
export type Mark = Readonly<{ fromMs: number; toMs: number; says: string }>;

/** One load and what was measured of it: a row for each stretch. */
export type Part = Readonly<{
  title: string;
  rows: readonly Readonly<{ what: string; figures: Figures; more?: string }>[];
  samples: readonly Sample[];
  marks: readonly Mark[];
}>;

/** `seconds` is how long each load lasts. */
export type Sizes = Readonly<{ seconds: number; perSecond: number }>;

/** Of every five requests so many are reads. */
export const mixed =
  (readsOfFive: number) =>
  (n: number): Sample['kind'] =>
    n % 5 < readsOfFive ? 'read' : 'write';

/** One request of either kind; anything but 200 or 201 is an error. */
const oneOf = (server: Server, till: Till) => async (kind: Sample['kind'], n: number) =>
  kind === 'read'
    ? (await till.read(server, n)).status === 200
    : (await till.pay(server, till.next())).status === 201;

/** A steady load over all merchants; of every five requests so many are reads. */
export async function realistic(
  server: Server,
  till: Till,
  { seconds, perSecond }: Sizes,
  readsOfFive: number,
): Promise<Part> {
  const samples = await openLoop([{ seconds, perSecond }], mixed(readsOfFive), oneOf(server, till));
  const of = (kind: Sample['kind']) => samples.filter((sample) => sample.kind === kind);
  return {
    title: `${perSecond}/s for ${seconds} s, ${readsOfFive * 20} % reads, ${100 - readsOfFive * 20} % writes`,
    rows: [
      { what: 'reads', figures: figuresOf(of('read'), 0, seconds * 1_000) },
      { what: 'writes', figures: figuresOf(of('write'), 0, seconds * 1_000) },
    ],
    samples,
    marks: [],
  };
}

const BURST = 5;
/** Of fifteen parts of the time two are bursts, each between stretches of the usual rate. */
const PARTS = [4, 1, 4, 1, 5] as const;

/** Twice five times the usual rate, and how long after each burst the p99 of a second is what it was before the first. */
export async function bursts(server: Server, till: Till, { seconds, perSecond }: Sizes): Promise<Part> {
  const stretches = PARTS.map(
    (parts, index): Stretch => ({
      seconds: (parts * seconds) / 15,
      perSecond: index % 2 === 0 ? perSecond : BURST * perSecond,
    }),
  );
  const samples = await openLoop(stretches, mixed(4), oneOf(server, till));
  const ends = stretches.map((_, index) =>
    stretches.slice(0, index + 1).reduce((sum, each) => sum + each.seconds * 1_000, 0),
  );
  const spans = ends.map((toMs, index) => ({ fromMs: ends[index - 1] ?? 0, toMs }));
  const usual = { since: 0, burst: ends[0] ?? 0 };
  const rows = spans.map(({ fromMs, toMs }, index) => {
    const isBurst = index % 2 === 1;
    const next = spans[index + 1]?.toMs ?? toMs;
    const until = samples.filter(({ at }) => at < next);
    const recovered = isBurst ? recoveryMs(until, { ...usual, end: toMs }) : undefined;
    return {
      what: isBurst ? `burst of ${BURST * perSecond}/s` : `${perSecond}/s`,
      figures: figuresOf(samples, fromMs, toMs),
      ...(isBurst && { more: recovered === undefined ? 'not recovered' : `recovered after ${recovered} ms` }),
    };
  });
  const marks = spans.filter((_, index) => index % 2 === 1).map((span) => ({ ...span, says: 'burst' }));
  return {
    title: `${perSecond}/s with bursts of ${BURST * perSecond}/s for ${seconds} s, 80 % reads`,
    rows,
    samples,
    marks,
  };
}
