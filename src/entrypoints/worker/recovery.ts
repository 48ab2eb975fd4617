import type { RecoverPayments } from '../../application/payments/recover-payments.ts';
import { nap } from './nap.ts';

/** The lines a worker writes. `cause` and `defect` are for the logger to reduce to what may be told. */
export type WorkerLog = Readonly<{
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}>;

export type RecoveryParts = Readonly<{
  recoverPayments: RecoverPayments;
  log: WorkerLog;
  /** Between 0 and 1: spreads the rounds of many workers. */
  random?: () => number;
}>;

/** A loop that runs until it is told to stop. */
export type RunningWorker = Readonly<{
  /** Begins no more rounds and waits for the one under way, so that no lease is left to run out. */
  stop(): Promise<void>;
}>;

const PAYMENTS_PER_ROUND = 100;
const IDLE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Finishes open payments for as long as it runs: round after round while rounds settle something, once a second
 * otherwise, ever less often (up to 30 s) while the store does not answer. Rounds never overlap.
 */
export function startRecovery({ recoverPayments, log, random = Math.random }: RecoveryParts): RunningWorker {
  const stopping = new AbortController();
  const finished = run();
  return {
    async stop() {
      stopping.abort();
      await finished;
    },
  };

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const settled = await round();
      failures = settled === undefined ? failures + 1 : 0;
      if (settled === undefined || settled === 0) await pause(IDLE_MS * 2 ** failures);
    }
  }

  /** How many payments the round settled; undefined when it could not be done. */
  async function round(): Promise<number | undefined> {
    try {
      const result = await recoverPayments(PAYMENTS_PER_ROUND);
      if (result.isErr()) {
        log.warn({ code: result.error.kind, cause: result.error.cause }, 'recovery waits for the store');
        return undefined;
      }
      const { due, settled, waiting, skipped } = result.value;
      if (due > 0) log.info({ due, settled, waiting, skipped }, 'recovery round');
      return settled;
    } catch (fault) {
      log.error({ defect: fault }, 'recovery round failed');
      return undefined;
    }
  }

  function pause(lengthMs: number): Promise<void> {
    const spread = Math.min(lengthMs, LONGEST_PAUSE_MS) * (0.75 + random() / 2);
    return nap(spread, stopping.signal);
  }
}
