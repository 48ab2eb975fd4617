import { okAsync, ResultAsync } from 'neverthrow';
import type { ApprovalQueue } from '../ports/approvals/approval-queue.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { EventBus } from '../ports/approvals/event-bus.ts';
import type { StorageRisk } from '../ports/storage-risk.ts';
import type { ApprovalsSettings } from './approvals-settings.ts';
import type { MessagingPart } from './aws-messaging.ts';
import { openEventBridge, openSqs } from './aws-on-demand.ts';

/** Where approvals' messages and events go. Nothing connects before it is used. */
export type Messaging = Readonly<{
  queue: ApprovalQueue;
  bus: EventBus;
  /** What of them no serving process in production may leave open. Asks the services; stand-ins are refused by settings. */
  risks(): ResultAsync<readonly StorageRisk[], never>;
  close(): void;
}>;

/** What the settings name, and else what the storage has in its place. */
export function openMessaging(
  settings: Pick<ApprovalsSettings, 'queue' | 'bus'>,
  { approvalQueue, eventBus }: Pick<ApprovalsStorage, 'approvalQueue' | 'eventBus'>,
): Messaging {
  const queue = settings.queue.kind === 'storage' ? standIn(approvalQueue) : openSqs(settings.queue);
  const bus = settings.bus.kind === 'storage' ? standIn<EventBus>(eventBus) : openEventBridge(settings.bus);
  return {
    queue: queue.port,
    bus: bus.port,
    risks: () => ResultAsync.combine([queue.risks(), bus.risks()]).map((risks) => risks.flat()),
    close() {
      queue.close();
      bus.close();
    },
  };
}

const standIn = <Port>(port: Port): MessagingPart<Port> => ({
  port,
  risks: () => okAsync([]),
  close: () => {},
});
