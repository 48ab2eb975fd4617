import { APPROVALS_TOKENS } from '../../composition/tokens.ts';
import { rfc3339 } from '../../domain/kernel/instant.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened, openApprovals } from './open-platform.ts';
import type { Terminal } from './terminal.ts';

export type ListEventsOptions = Readonly<{ limit: number; json?: boolean }>;

/** Prints the newest events of what stands in for the bus; a bus itself cannot be read. */
export async function listEventsCommand(
  config: Config,
  { limit, json = false }: ListEventsOptions,
  { out, err }: Terminal,
): Promise<ExitCode> {
  const { bus } = config.approvals;
  if (bus.kind !== 'storage') {
    err(
      `paywright: events go to ${bus.name}, which keeps none to be read: see its rules and their targets\n`,
    );
    return EXIT.failed;
  }
  const opened = await openApprovals(config);
  if ('says' in opened) return notOpened(opened, err);
  const { approvals, close } = opened;
  try {
    const { storage } = approvals.get(APPROVALS_TOKENS.openStorage);
    const events = await storage.eventBus.newest(limit);
    if (events.isErr()) {
      err('paywright: the storage does not answer\n');
      return EXIT.failed;
    }
    if (!json && events.value.length === 0) out('no event is kept\n');
    for (const { id, type, paymentId, created, data } of events.value)
      out(
        json
          ? `${jsonText({ id, type, created: rfc3339(created), detail: data })}\n`
          : `${id}  ${rfc3339(created)}  ${type}  ${paymentId}\n`,
      );
    return EXIT.ok;
  } finally {
    await close();
  }
}
