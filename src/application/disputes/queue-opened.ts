import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { QueueDispute } from './queue-dispute.ts';

/** Disputes that a processor without notifications has, by its names for them. */
export type OpenedDisputes = () => readonly string[];

/** Queues each dispute that has opened since this was made, and each once more after a restart; gives how many were new. */
export type QueueOpened = () => ResultAsync<number, StorageUnavailable>;

/** In place of notifications: each dispute is queued as one of its name would have it. One read for each that it has not seen before. */
export const queueOpened = (opened: OpenedDisputes, queueDispute: QueueDispute): QueueOpened => {
  const seen = new Set<string>();
  return () =>
    safeTry<number, StorageUnavailable>(async function* () {
      let queued = 0;
      for (const id of opened()) {
        if (seen.has(id)) continue;
        const end = yield* queueDispute({ id, dispute: { id }, requestId: id });
        seen.add(id);
        if (end === 'queued') queued += 1;
      }
      return ok(queued);
    });
};
