import type { Actor } from '../kernel/actor.ts';
import type { EventId } from '../kernel/ids.ts';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import type { ApprovalEvent } from './approval-events.ts';
import type { AuditLogEntry } from './audit-log.ts';

/** What the link of an event that was put back on its way is called. */
export const EVENT_UNPARKED = 'event.unparked';

type ReleasedAs = Readonly<{ eventId: EventId; eventType: string }>;

/**
 * What is sealed of it, but for its place. It changes nothing of the payment, as a refusal does not, and is linked in the same chain
 * beside the payment's. Who did it looks after the installation, and has no role in approvals by that.
 */
export const releasedEvent = (
  { id, type, paymentId }: Pick<ApprovalEvent, 'id' | 'type' | 'paymentId'>,
  actor: Actor,
  at: Instant,
) => ({
  paymentId,
  action: EVENT_UNPARKED,
  actor: { ...actor, roles: [] },
  after: { eventId: id, eventType: type } satisfies ReleasedAs,
  timestamp: at,
});

/** Each release is a link of its own. */
export const releaseKey = ({
  action,
  after,
  timestamp,
}: Pick<AuditLogEntry, 'action' | 'after' | 'timestamp'>) =>
  [rfc3339(timestamp), action, (after as ReleasedAs).eventId].join(' ');
