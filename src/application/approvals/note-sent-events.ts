import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import { sentEvent } from '../../domain/approvals/sent-event.ts';
import type { SentEvents } from '../../ports/approvals/sent-events.ts';
import type { Digests } from '../../ports/digests.ts';
import type { EventSink } from '../outbox/event-sink.ts';

/** Notes what queue and bus have taken: it stands behind them, so that it is given nothing that they have not. One write. */
export const noteSentEvents = ({
  sentEvents,
  digests,
}: Readonly<{ sentEvents: SentEvents; digests: Digests }>): EventSink<ApprovalEvent> => ({
  name: 'sent_events',
  take: (events) =>
    sentEvents
      .addAll(events.map((event) => sentEvent(event, digests.sha256)))
      .map(() => [])
      .mapErr(({ cause }) => ({ kind: 'SinkUnavailable', cause })),
});
