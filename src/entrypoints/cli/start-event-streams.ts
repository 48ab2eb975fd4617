import { Gauge } from 'prom-client';
import { eventStreams } from '../../application/webhooks/event-streams.ts';
import type { Service } from '../../composition/compose-service.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { PlatformMetrics } from '../http/server/metrics.ts';
import type { ServedStreams } from '../http/webhooks/event-stream.ts';
import { type RunningWorker, startLoop, type WorkerLog } from '../worker/loop.ts';
import { fewATurn } from './few-a-turn.ts';

/** Two rounds are at least so far apart, whatever happens: streams stand back by more. */
const GATHER_MS = 750;
const POLL_MS = 250;
/** The same where nothing happened for a while. */
const REST_MS = 5_000;
const LONGEST_PAUSE_MS = 10_000;
/** Streams that are written to between two looks at what else there is to do, which takes them about a millisecond. */
const STREAMS_A_TURN = 8;

/** The streams of events that this process serves, and what reads on for them. Stopped, it ends them, so that their connections can be closed. */
export function startEventStreams(
  platform: Service,
  log: WorkerLog,
  { registry }: PlatformMetrics,
): Readonly<{ streams: ServedStreams; worker: RunningWorker }> {
  const ports = platform.get(TOKENS.ports);
  const streams = eventStreams(ports);
  new Gauge({
    name: 'paywright_event_streams',
    help: 'Streams of events that are open.',
    registers: [registry],
    collect() {
      this.set(streams.count());
    },
  });
  const inTurn = fewATurn(STREAMS_A_TURN);
  let wake = () => {};
  const loop = startLoop({
    name: 'event streams',
    round: streams.round,
    pollMs: POLL_MS,
    restMs: REST_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    gatherMs: GATHER_MS,
    subscribe: (wakeUp) => {
      wake = wakeUp;
      return ports.wakeUps.subscribe('outbox', wakeUp);
    },
    log,
  });
  return {
    streams: {
      open: (request) => {
        wake();
        return streams.open({ ...request, wake: inTurn(request.wake) });
      },
    },
    worker: {
      stop: async () => {
        streams.close();
        await loop.stop();
      },
    },
  };
}
