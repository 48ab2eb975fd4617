import type { ShardAssignment } from '../../application/outbox/shard-assignment.ts';
import type { DeliverWebhooks } from '../../application/webhooks/deliver-webhooks.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  type Round,
  type RunningWorker,
  releaseShards,
  type Sleep,
  type Subscribe,
  sleepOf,
  startLoop,
  type WorkerLog,
} from './loop.ts';

export type DeliveriesParts = Readonly<{
  deliver: DeliverWebhooks;
  share: ShardAssignment;
  subscribe: Subscribe;
  /** Whether there is work for any worker, or will be within that time; without it the worker does not sleep. */
  isAwaited?: Sleep['isAwaited'];
  /** Ends what is still under way when a stop has lasted for too long. */
  cutOff: () => void;
  log: WorkerLog;
  random?: () => number;
}>;

/** How late a delivery is attempted whose wake-up was lost. */
const POLL_MS = 500;
/** The same where nothing happened for a while. */
const REST_MS = 5_000;
/** Deliveries that come in quick succession share a round. */
const GATHER_MS = 10;
const LONGEST_PAUSE_MS = 10_000;
/** What is cut off is sent again by the worker that takes over, so a stop waits for the slow, and not for the silent. */
const LONGEST_DRAIN_MS = 10_000;

/** Says why a delivery could not be attempted, or not be recorded: what was not there, with its cause, or what broke. */
export const tellingFaults =
  (log: WorkerLog) =>
  (fault: unknown): void => {
    const { kind, cause } = (fault ?? {}) as Readonly<{ kind?: unknown; cause?: unknown }>;
    const facts = typeof kind === 'string' ? { code: kind, cause } : { defect: fault };
    log.warn(facts, 'a webhook could not be attempted, or not be recorded');
  };

/** One round over the worker's shards: attempts are begun, and end on their own. */
export const deliveriesRound =
  ({ deliver, share, log }: Pick<DeliveriesParts, 'deliver' | 'share' | 'log'>): Round =>
  () =>
    share
      .held()
      .andThen(deliver.round)
      .map(({ more, taken, deferred, expired, left }) => {
        if (expired > 0) log.warn({ count: expired }, 'deliveries expired');
        if (more) return 'more';
        return taken + deferred + expired + left > 0 ? 'done' : 'idle';
      });

/**
 * Delivers this worker's shards; also woken when an endpoint has room for more, or what was held for it is recalled. When it is stopped,
 * attempts under way may end, for 10 s at most, and the shards are given back.
 */
export function startDeliveries(parts: DeliveriesParts): RunningWorker {
  const { deliver, share, subscribe, cutOff, log, random } = parts;
  return startLoop({
    name: 'delivery',
    round: deliveriesRound(parts),
    pollMs: POLL_MS,
    restMs: REST_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    gatherMs: GATHER_MS,
    ...sleepOf(parts.isAwaited, () => share.rest()),
    subscribe(wake) {
      const leave = [subscribe(wake), deliver.subscribe(wake)];
      return () => {
        for (const each of leave) each();
      };
    },
    async atEnd() {
      deliver.stop();
      await drain();
      await releaseShards(share, log);
    },
    log,
    ...present({ random }),
  });

  async function drain(): Promise<void> {
    const timer = setTimeout(() => {
      deliver.abandon();
      cutOff();
    }, LONGEST_DRAIN_MS);
    while (deliver.underWay() > 0) await deliver.change();
    clearTimeout(timer);
  }
}
