import type { StreamedEvent } from '../../../client/src/client.ts';
import type { EventType } from '../../domain/kernel/events.ts';
import { lastIdAt } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { askServer, type ServerOptions } from './server-access.ts';
import type { Terminal } from './terminal.ts';

export type TailOptions = ServerOptions &
  Readonly<{ since?: Instant; after?: string; type?: readonly EventType[] }>;

/** Prints events as they happen until it is stopped; with `since` or `after` those before first, the oldest first. */
export const tailCommand = (options: TailOptions, terminal: Terminal): Promise<ExitCode> =>
  askServer(options, terminal, async ({ client }) => {
    const stop = new AbortController();
    void terminal.untilStopped.then(() => stop.abort());
    const { since, type, json } = options;
    // Events are in the order of their ids, which begin with the time.
    const after = since === undefined ? options.after : lastIdAt('evt', since - 1);
    for await (const event of client.events({ signal: stop.signal, ...present({ after }) })) {
      if (type?.some((each) => each === event.event_type) === false) continue;
      terminal.out(json ? `${JSON.stringify(event)}\n` : lineOf(event));
    }
    return EXIT.ok;
  });

function lineOf({ id, event_type, created, ...about }: StreamedEvent): string {
  return `${created}  ${event_type.padEnd(24)} ${id}  ${Object.values(about).join(' ')}\n`;
}
