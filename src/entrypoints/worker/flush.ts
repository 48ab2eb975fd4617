import type { ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { RunningWorker } from './recovery.ts';

export type FlushParts = Readonly<{
  /** Writes what has gathered; what could not be written must be kept for the next time. */
  flush: () => ResultAsync<void, StorageUnavailable>;
  log: Readonly<{
    warn(facts: object, message: string): void;
    error(facts: object, message: string): void;
  }>;
  everyMs?: number;
}>;

/** Flushes about once a second for as long as it runs, never twice at a time, and once more when it is stopped. */
export function startFlushing({ flush, log, everyMs = 1_000 }: FlushParts): RunningWorker {
  let underWay: Promise<void> | undefined;
  const flushOnce = () => {
    underWay ??= attempt().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
  const timer = setInterval(() => void flushOnce(), everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await underWay;
      await flushOnce();
    },
  };

  async function attempt(): Promise<void> {
    try {
      const flushed = await flush();
      if (flushed.isErr())
        log.warn({ code: flushed.error.kind, cause: flushed.error.cause }, 'counts wait for the store');
    } catch (fault) {
      log.error({ defect: fault }, 'counts could not be written');
    }
  }
}
