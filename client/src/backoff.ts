/** A wait before a repeat is no longer than this, unless a server asks for more. */
const LONGEST_MS = 10_000;

/** Timers take no longer than this, some 25 days, and go off at once instead. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Full jitter: anything from nothing to a bound that doubles, so that clients that failed together do not come back together. */
export const jittered = (attempt: number, firstMs: number): number =>
  Math.random() * Math.min(LONGEST_MS, firstMs * 2 ** Math.min(attempt, 20));

/** Rejects with the signal's reason as soon as that aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(ms, LONGEST_TIMER_MS),
    );
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** What the work comes to, unless the signal aborts first: work that does not hear of that is left behind. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Aborts after some time, or with another signal, until it is released. */
export type Limit = Readonly<{ signal: AbortSignal; ranOut: () => boolean; release: () => void }>;

/** Unlike `AbortSignal.timeout` it can be released: the rest of an answer that is read as a stream has no limit of time. */
export function limited(ms: number, outer: AbortSignal): Limit {
  const own = new AbortController();
  const timer = setTimeout(
    () => own.abort(new DOMException(`No answer in ${ms} ms`, 'TimeoutError')),
    Math.min(ms, LONGEST_TIMER_MS),
  );
  return {
    signal: AbortSignal.any([outer, own.signal]),
    ranOut: () => own.signal.aborted,
    release: () => clearTimeout(timer),
  };
}
