/** One request of a load, by the moment at which it was to leave, in milliseconds since the load began. */
export type Sample = Readonly<{
  at: number;
  /** From the moment at which it was to leave until its answer, however late it left. */
  tookMs: number;
  kind: 'read' | 'write';
  isError: boolean;
}>;

/** So many requests in each second of a stretch. */
export type Stretch = Readonly<{ seconds: number; perSecond: number }>;

/** Where time comes from; `until` resolves at a moment or later, never before. */
export type LoadClock = Readonly<{ now(): number; until(moment: number): Promise<void> }>;

/** Timers are a millisecond coarse, so moments closer than that pass at once. */
const systemLoadClock: LoadClock = {
  now: () => performance.now(),
  until(moment) {
    const left = moment - performance.now();
    return left < 1 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, left));
  },
};

/**
 * Requests leave on the clock, whether or not the ones before were answered, and each latency counts from the moment at which its request
 * was to leave: a server that stops for a second delays all that were due in it, and all of them say so. `send` resolves to false
 * for what counts as an error. A stretch is asked for when the one before has left. Ends when all are answered.
 */
export async function openLoop(
  stretches: Iterable<Stretch>,
  kindOf: (n: number) => Sample['kind'],
  send: (kind: Sample['kind'], n: number) => Promise<boolean>,
  clock: LoadClock = systemLoadClock,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const asked: Promise<void>[] = [];
  const began = clock.now();
  let start = 0;
  for (const { seconds, perSecond } of stretches) {
    for (let n = 0; n < seconds * perSecond; n += 1) {
      const at = start + (n * 1_000) / perSecond;
      await clock.until(began + at);
      const kind = kindOf(asked.length);
      asked.push(
        send(kind, asked.length).then((isAnswered) => {
          samples.push({ at, tookMs: clock.now() - began - at, kind, isError: !isAnswered });
        }),
      );
    }
    start += seconds * 1_000;
  }
  await Promise.all(asked);
  return samples;
}
