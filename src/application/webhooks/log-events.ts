import type { EventLog } from '../../ports/event-log.ts';
import type { EventSink } from '../outbox/event-sink.ts';

/** Keeps every event for `GET /events` and for replays, whether or not an endpoint subscribes to it. One write. */
export const logEvents = ({ eventLog }: Readonly<{ eventLog: EventLog }>): EventSink => ({
  name: 'event_log',
  take: (events) =>
    eventLog
      .addAll(events)
      .map(() => [])
      .mapErr(({ cause }) => ({ kind: 'SinkUnavailable', cause })),
});
