import { okAsync } from 'neverthrow';
import type { Instant } from '../../../domain/kernel/instant.ts';
import {
  type ApprovalQueue,
  HIDDEN_MS,
  MESSAGES_KEPT_MS,
  MOST_MESSAGES_COUNTED,
  MOST_RECEIVES,
  type ReceivedApproval,
} from '../../../ports/approvals/approval-queue.ts';
import { heldBy, receiptOf } from '../../shared/receipt.ts';
import type { Kept } from '../retention.ts';
import type { ApprovalsStore, StoredMessage } from './store.ts';

type Messages = Pick<ApprovalsStore, 'messages'>;

/** Stands in for a queue where there is none. */
export function memoryApprovalQueue({ messages }: Messages): ApprovalQueue {
  const inOrder = () =>
    [...messages].sort(([a, one], [b, other]) => one.visibleAt - other.visibleAt || (a < b ? -1 : 1));
  const dead = (now: Instant) => inOrder().filter(([, stored]) => isDead(stored, now));
  return {
    send(queued, now) {
      for (const { eventId, message } of queued)
        if (!messages.has(eventId)) messages.set(eventId, { message, visibleAt: now, receives: 0 });
      return okAsync([]);
    },
    receive(limit, now) {
      const waiting = inOrder().filter(([, stored]) => stored.visibleAt <= now && !isDead(stored, now));
      return okAsync(
        waiting.slice(0, limit).map(([eventId, stored]): ReceivedApproval => {
          const receives = stored.receives + 1;
          messages.set(eventId, { ...stored, receives, visibleAt: now + HIDDEN_MS });
          return { receipt: receiptOf({ eventId, receives }), receives, message: stored.message };
        }),
      );
    },
    remove(receipts) {
      for (const { eventId, receives } of heldBy(receipts))
        if (messages.get(eventId)?.receives === receives) messages.delete(eventId);
      return okAsync(undefined);
    },
    depth(now) {
      const counted = inOrder().slice(0, MOST_MESSAGES_COUNTED);
      const hidden = counted.filter(([, { visibleAt }]) => visibleAt > now).length;
      const gone = counted.filter(([, stored]) => isDead(stored, now)).length;
      return okAsync({ waiting: counted.length - hidden - gone, hidden, dead: gone });
    },
    deadLetters: (limit, now) =>
      okAsync(
        dead(now)
          .slice(0, limit)
          .map(([, { message }]) => message),
      ),
    redrive(now) {
      const letters = dead(now);
      for (const [eventId, stored] of letters)
        messages.set(eventId, { ...stored, receives: 0, visibleAt: now });
      return okAsync({ moved: letters.length });
    },
  };
}

const isDead = ({ receives, visibleAt }: StoredMessage, now: Instant): boolean =>
  receives >= MOST_RECEIVES && visibleAt <= now;

export const keptMessages =
  ({ messages }: Messages): Kept =>
  () =>
    [...messages].map(([eventId, { visibleAt }]) => ({
      endsAt: visibleAt + MESSAGES_KEPT_MS,
      forget: () => messages.delete(eventId),
    }));
