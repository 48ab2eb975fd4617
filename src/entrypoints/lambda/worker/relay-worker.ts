import type { Relay } from '../../../composition/relay.ts';
import { releaseShards } from '../../worker/loop.ts';
import { relayRound } from '../../worker/relay.ts';
import type { FunctionTelemetry } from '../function/function-telemetry.ts';
import type { Invocation } from '../function/invocation.ts';
import { runRounds, type WorkResult } from './run-rounds.ts';

/** Relays the shards of an outbox that are this invocation's, and gives them back: the next may be another instance's. */
export function relayFor(
  invocation: Invocation,
  { relayEvents, share }: Relay,
  { log, metrics }: FunctionTelemetry,
): Promise<WorkResult> {
  const events = metrics.counted('events_relayed', 'outcome');
  const round = relayRound({
    relayEvents,
    share,
    record({ lagsMs, retried, parked }) {
      events.inc({ outcome: 'sent' }, lagsMs.length);
      events.inc({ outcome: 'retried' }, retried);
      events.inc({ outcome: 'parked' }, parked);
    },
    log,
  });
  const atEnd = () => releaseShards(share, log);
  return runRounds({ name: 'relay', round, atEnd, log, metrics }, invocation);
}
