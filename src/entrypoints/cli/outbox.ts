import {
  type OutboxState,
  readOutbox,
  unparkAll,
  unparkEvents,
} from '../../application/outbox/parked-events.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import type { ApprovalEvent } from '../../domain/approvals/approval-events.ts';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import { type EventId, parseId } from '../../domain/kernel/ids.ts';
import { rfc3339 } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened, openApprovals, openPlatform } from './open-platform.ts';
import { openSystem } from './open-system.ts';
import type { NotReady } from './storage-fitness.ts';
import type { Terminal } from './terminal.ts';

type ServiceName = 'platform' | 'approvals';
type ServiceOption = Readonly<{ service?: ServiceName; json?: boolean }>;
export type ListOptions = ServiceOption & Readonly<{ limit: number }>;
export type UnparkOptions = ServiceOption & Readonly<{ all?: boolean }>;

/** Prints what waits in each service's outbox, and what is parked there. */
export const listOutboxCommand = (
  config: Config,
  { service, limit, json = false }: ListOptions,
  terminal: Terminal,
): Promise<ExitCode> =>
  withOutboxes(config, service, terminal, async (outboxes) => {
    const states: [ServiceName, OutboxState<AnyEvent>][] = [];
    for (const [name, ports] of outboxes) {
      const state = await readOutbox(ports)(limit);
      if (state.isErr()) return silent(terminal);
      states.push([name, state.value]);
    }
    terminal.out(
      json
        ? `${JSON.stringify(Object.fromEntries(states.map(([name, state]) => [name, jsonOf(state)])))}\n`
        : states.map(([name, state]) => textOf(name, state)).join(''),
    );
    return EXIT.ok;
  });

/** Puts parked events of each service's outbox back on their way. */
export function unparkCommand(
  config: Config,
  texts: readonly string[],
  { service, all = false, json = false }: UnparkOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const ids = texts.flatMap((text) => parseId('evt', text) ?? []);
  if ((ids.length === 0) !== all || ids.length < texts.length) {
    terminal.err('paywright: give ids that begin with evt_, or --all\n');
    return Promise.resolve(EXIT.usage);
  }
  return withOutboxes(config, service, terminal, async (outboxes) => {
    let unparked = 0;
    let more = false;
    let left: readonly EventId[] = ids;
    for (const [, ports] of outboxes) {
      if (all) {
        const done = await unparkAll(ports)();
        if (done.isErr()) return silent(terminal);
        unparked += done.value.unparked;
        more ||= done.value.more;
      } else {
        const done = await unparkEvents(ports)(left);
        if (done.isErr()) return silent(terminal);
        const found = new Set<string>(done.value);
        left = left.filter((id) => !found.has(id));
        unparked += done.value.length;
      }
    }
    const rest = more ? '; run it again for the rest' : '';
    terminal.out(
      json
        ? `${JSON.stringify({ unparked, more, not_parked: left })}\n`
        : `${unparked} on the way again${rest}\n`,
    );
    for (const id of left) terminal.err(`paywright: ${id} is not parked\n`);
    return left.length > 0 ? EXIT.failed : EXIT.ok;
  });
}

type AnyEvent = DomainEvent | ApprovalEvent;
type OutboxPorts = Readonly<{ outbox: Outbox<AnyEvent>; wakeUps: WakeUps }>;
type Outboxes = readonly (readonly [ServiceName, OutboxPorts])[];

/** Opens the services that are meant, and closes them again. */
async function withOutboxes(
  config: Config,
  service: ServiceName | undefined,
  { err }: Terminal,
  command: (outboxes: Outboxes) => Promise<ExitCode>,
): Promise<ExitCode> {
  const opened = await open(config, service);
  if ('says' in opened) return notOpened(opened, err);
  try {
    return await command(outboxesOf(opened));
  } finally {
    await opened.close();
  }
}

type Opened = Exclude<Awaited<ReturnType<typeof open>>, NotReady>;

const open = (config: Config, service: ServiceName | undefined) => {
  if (service === undefined) return openSystem(config);
  return service === 'platform' ? openPlatform(config) : openApprovals(config);
};

const outboxesOf = (opened: Opened): Outboxes => [
  ...('platform' in opened ? [['platform', opened.platform.get(TOKENS.ports)] as const] : []),
  ...('approvals' in opened ? [['approvals', opened.approvals.get(APPROVALS_TOKENS.ports)] as const] : []),
];

function silent({ err }: Terminal): ExitCode {
  err('paywright: the storage does not answer\n');
  return EXIT.failed;
}

const jsonOf = ({ backlog: { unsent, parked, oldestAt }, parked: events }: OutboxState<AnyEvent>) => ({
  unsent,
  ...present({ oldest_at: oldestAt === undefined ? undefined : rfc3339(oldestAt) }),
  parked,
  events: events.map(({ id, type, created, tries, error }) => ({
    id,
    type,
    created: rfc3339(created),
    tries,
    ...present({ error }),
  })),
});

function textOf(name: ServiceName, { backlog, parked }: OutboxState<AnyEvent>): string {
  const { unsent, oldestAt } = backlog;
  const oldest = oldestAt === undefined ? '' : `, the oldest of ${rfc3339(oldestAt)}`;
  const lines = parked.map(
    ({ id, type, created, tries, error = '' }) =>
      `  ${id}  ${type}  ${rfc3339(created)}  ${tries} tries  ${error}\n`,
  );
  return `${name}: ${unsent} unsent${oldest}; ${backlog.parked} parked\n${lines.join('')}`;
}
