import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ListDeadOptions, ReceiveOptions } from './approval-queue.ts';
import type { Config } from './config.ts';
import type { ListEventsOptions } from './event-bus.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

type Configured = (command: (config: Config) => Promise<ExitCode>) => Promise<void>;

/** `paywright approval-queue …` and `paywright event-bus …`. */
export function addMessagingCommands(program: Command, configured: Configured, terminal: Terminal): void {
  addQueueCommands(program, configured, terminal);
  addBusCommand(program, configured, terminal);
}

function addQueueCommands(program: Command, configured: Configured, terminal: Terminal): void {
  const queue = program
    .command('approval-queue')
    .description(
      "look at the approvers' queue, in SQS or in the database, and let its dead letters wait again",
    )
    .addHelpText('after', EXIT_HELP);
  queue
    .command('list')
    .description('print how many messages wait, are hidden and are dead, and the dead ones')
    .addOption(
      new Option('--limit <n>', 'print so many dead ones, 1 to 100').argParser(upTo(100)).default(20),
    )
    .option('--json', 'print {"waiting", "hidden", "dead", "dead_letters"}')
    .addHelpText('after', `${LIST_HELP}${EXIT_HELP}`)
    .action((options: ListDeadOptions) =>
      configured(async (config) =>
        (await import('./approval-queue.ts')).listQueueCommand(config, options, terminal),
      ),
    );
  queue
    .command('receive')
    .description('receive messages as an approver’s tool does: each is hidden from others for five minutes')
    .addOption(new Option('--limit <n>', 'receive so many, 1 to 10').argParser(upTo(10)).default(1))
    .option('--remove', 'take them out of the queue once they are printed')
    .option('--json', 'print a line {"receives", "body", "attributes"} for each')
    .addHelpText('after', `${RECEIVE_HELP}${EXIT_HELP}`)
    .action((options: ReceiveOptions) =>
      configured(async (config) =>
        (await import('./approval-queue.ts')).receiveCommand(config, options, terminal),
      ),
    );
  queue
    .command('redrive')
    .description('let all dead letters wait again, as if they had never been received')
    .option('--json', 'print {"moved"}, without it where SQS moves them in its own time')
    .addHelpText('after', `${REDRIVE_HELP}${EXIT_HELP}`)
    .action((options: { json?: boolean }) =>
      configured(async (config) =>
        (await import('./approval-queue.ts')).redriveCommand(config, options, terminal),
      ),
    );
}

function addBusCommand(program: Command, configured: Configured, terminal: Terminal): void {
  program
    .command('event-bus')
    .description('read what stands in for the event bus where EVENT_BUS_NAME is not set')
    .addHelpText('after', EXIT_HELP)
    .command('list')
    .description('print the newest events of approvals, the newest first')
    .addOption(new Option('--limit <n>', 'print so many, 1 to 1000').argParser(upTo(1_000)).default(20))
    .option('--json', 'print a line {"id", "type", "created", "detail"} for each')
    .addHelpText('after', `${BUS_HELP}${EXIT_HELP}`)
    .action((options: ListEventsOptions) =>
      configured(async (config) =>
        (await import('./event-bus.ts')).listEventsCommand(config, options, terminal),
      ),
    );
}

function upTo(most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    if (number < 1 || number > most) throw new InvalidArgumentError(`It takes 1 to ${most}.`);
    return number;
  };
}

const LIST_HELP = `
Examples:
  paywright approval-queue list
  paywright approval-queue list --limit 100 --json

A message is dead when it was received three times and no consumer removed it. Numbers of SQS are rough.
`;

const RECEIVE_HELP = `
Examples:
  paywright approval-queue receive --limit 10
  paywright approval-queue receive --remove --json
`;

const REDRIVE_HELP = `
Examples:
  paywright approval-queue redrive
  paywright approval-queue redrive --json

Mend what consumers failed at first, or the same messages are dead again after three more receives.
`;

const BUS_HELP = `
Examples:
  paywright event-bus list
  paywright event-bus list --limit 1000 --json
`;
