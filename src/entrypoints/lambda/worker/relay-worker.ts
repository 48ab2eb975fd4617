import type { Relay } from '../../../composition/relay.ts';
import { releaseShards } from '../../worker/loop.ts';
import { relayRound } from '../../worker/relay.ts';
import type { FunctionTelemetry } from '../function/function-telemetry.ts';
import type { Invocation } from '../function/invocation.ts';
import { RESERVE_MS, runRounds, type WorkResult } from './run-rounds.ts';
import { shareAtOnce } from './share-at-once.ts';

/**
 * Relays the shards of an outbox that are this invocation's, and gives them back: the next may be another instance's. A run by
 * schedule also measures what waits in all of the outbox once it is done; one that a stream woke does not, as it costs a query of each shard.
 */
export function relayFor(
  event: unknown,
  invocation: Invocation,
  { relayEvents, share, backlog }: Relay,
  { log, metrics }: FunctionTelemetry,
  now: () => number = Date.now,
): Promise<WorkResult> {
  const events = metrics.counted('events_relayed', 'outcome');
  const round = relayRound({
    relayEvents,
    share: shareAtOnce(share),
    record({ lagsMs, retried, parked }) {
      events.inc({ outcome: 'sent' }, lagsMs.length);
      events.inc({ outcome: 'retried' }, retried);
      events.inc({ outcome: 'parked' }, parked);
    },
    log,
  });
  const measure = async () => {
    if (!isScheduled(event) || invocation.remainingMs() < RESERVE_MS) return;
    const found = await backlog();
    if (found.isErr()) return log.warn({ cause: found.error.cause }, 'the outbox could not be measured');
    const { unsent, parked, oldestAt } = found.value;
    metrics.add('outbox_unsent', unsent);
    metrics.add('outbox_parked', parked);
    metrics.seconds(
      'outbox_oldest_seconds',
      oldestAt === undefined ? 0 : Math.max(0, now() - oldestAt) / 1_000,
    );
  };
  const atEnd = async () => {
    await releaseShards(share, log);
    await measure();
  };
  return runRounds({ name: 'relay', round, atEnd, log, metrics }, invocation);
}

const isScheduled = (event: unknown): boolean =>
  typeof event === 'object' && event !== null && 'source' in event && event.source === 'aws.events';
