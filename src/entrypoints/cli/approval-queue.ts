import { APPROVALS_TOKENS } from '../../composition/tokens.ts';
import type { ApprovalMessage } from '../../domain/approvals/approval-message.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ApprovalQueue } from '../../ports/approvals/approval-queue.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened, openApprovals } from './open-platform.ts';
import type { Terminal } from './terminal.ts';

export type ListDeadOptions = Readonly<{ limit: number; json?: boolean }>;
export type ReceiveOptions = Readonly<{ limit: number; remove?: boolean; json?: boolean }>;

/** Prints what the queue holds, and its dead letters. */
export const listQueueCommand = (
  config: Config,
  { limit, json = false }: ListDeadOptions,
  terminal: Terminal,
): Promise<ExitCode> =>
  withQueue(config, terminal, async (queue, clock) => {
    const depth = await queue.depth(clock.now());
    const dead = await queue.deadLetters(limit, clock.now());
    if (depth.isErr() || dead.isErr()) return silent(terminal);
    const { waiting, hidden, dead: count } = depth.value;
    terminal.out(
      json
        ? `${JSON.stringify({ ...depth.value, dead_letters: dead.value })}\n`
        : `${waiting} waiting; ${hidden} hidden; ${count} dead\n${dead.value.map(lineOf).join('')}`,
    );
    return EXIT.ok;
  });

/** Prints messages as a consumer receives them. What is printed is removed only behind the print. */
export const receiveCommand = (
  config: Config,
  { limit, remove = false, json = false }: ReceiveOptions,
  terminal: Terminal,
): Promise<ExitCode> =>
  withQueue(config, terminal, async (queue, clock) => {
    const received = await queue.receive(limit, clock.now());
    if (received.isErr()) return silent(terminal);
    for (const { receives, message } of received.value)
      terminal.out(json ? `${JSON.stringify({ receives, ...message })}\n` : lineOf(message));
    if (!json && received.value.length === 0) terminal.out('nothing waits\n');
    if (!remove) return EXIT.ok;
    const removed = await queue.remove(received.value.map(({ receipt }) => receipt));
    return removed.isErr() ? silent(terminal) : EXIT.ok;
  });

/** Lets the dead letters wait again. */
export const redriveCommand = (
  config: Config,
  { json = false }: Readonly<{ json?: boolean }>,
  terminal: Terminal,
): Promise<ExitCode> =>
  withQueue(config, terminal, async (queue, clock) => {
    const redriven = await queue.redrive(clock.now());
    if (redriven.isErr()) return silent(terminal);
    const { moved } = redriven.value;
    const text = moved === undefined ? 'SQS is moving them' : `${moved} wait again`;
    terminal.out(json ? `${JSON.stringify(present({ moved }))}\n` : `${text}\n`);
    return EXIT.ok;
  });

async function withQueue(
  config: Config,
  { err }: Terminal,
  command: (queue: ApprovalQueue, clock: Clock) => Promise<ExitCode>,
): Promise<ExitCode> {
  const opened = await openApprovals(config);
  if ('says' in opened) return notOpened(opened, err);
  const { approvals, close } = opened;
  try {
    const { clock } = approvals.get(APPROVALS_TOKENS.ports);
    return await command(approvals.get(APPROVALS_TOKENS.messaging).queue, clock);
  } finally {
    await close();
  }
}

function silent({ err }: Terminal): ExitCode {
  err('paywright: the queue does not answer\n');
  return EXIT.failed;
}

const lineOf = ({ body, attributes }: ApprovalMessage): string =>
  `  ${body.paymentId}  incident ${body.incidentId}  ${body.amountCents} cents  ${body.createdAt}  ${attributes.priority}\n`;
