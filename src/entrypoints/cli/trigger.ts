import { setTimeout as sleep } from 'node:timers/promises';
import type { components } from '../../../client/src/api.ts';
import { dataOf, type PaywrightClient } from '../../../client/src/client.ts';
import type { EventType } from '../../domain/kernel/events.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { askServer, type ServerOptions } from './server-access.ts';
import type { Terminal } from './terminal.ts';
import { TRIGGERS } from './triggers.ts';

const PATIENCE_MS = 60_000;

/** Makes an event happen at a development server, and prints it once it has. */
export const triggerCommand = (name: string, options: ServerOptions, terminal: Terminal): Promise<ExitCode> =>
  askServer(options, terminal, async ({ client, isDevelopment }) => {
    if (!isDevelopment) {
      terminal.err(
        'paywright: only a development server on this machine is asked to; leave PAYWRIGHT_TOKEN out\n',
      );
      return EXIT.failed;
    }
    const entity = await TRIGGERS[name]?.run(client);
    const event = entity === undefined ? undefined : await happened(client, name, entity);
    if (event === undefined) {
      terminal.err(`paywright: ${name} has not happened within a minute to ${entity}\n`);
      return EXIT.failed;
    }
    terminal.out(
      options.json
        ? `${JSON.stringify(event)}\n`
        : `${event.created}  ${event.event_type}  ${event.id}  ${entity}\n`,
    );
    return EXIT.ok;
  });

/** What of an event may name what it is about. */
const ABOUT = ['id', 'payment_id', 'batch_id'];

type Event = components['schemas']['Event'];

/** Workers make some of it happen later, and the list of events has it moments after that. */
async function happened(client: PaywrightClient, name: string, entity: string): Promise<Event | undefined> {
  const until = performance.now() + PATIENCE_MS;
  const query = { event_type: name as EventType, limit: 100 };
  while (performance.now() < until) {
    const { items } = await dataOf(client.GET('/events', { params: { query } }));
    const found = items.find(({ data }) => ABOUT.some((name) => data[name] === entity));
    if (found !== undefined) return found;
    await sleep(500);
  }
  return undefined;
}
