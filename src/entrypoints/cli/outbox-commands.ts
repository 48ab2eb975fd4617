import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from './config.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { ListOptions, UnparkOptions } from './outbox.ts';
import type { Terminal } from './terminal.ts';

/** `paywright outbox …`. */
export function addOutboxCommands(
  program: Command,
  configured: (command: (config: Config) => Promise<ExitCode>) => Promise<void>,
  terminal: Terminal,
): void {
  const outbox = program
    .command('outbox')
    .description('look at events that wait or were parked, and put parked ones back on their way')
    .addHelpText('after', EXIT_HELP);
  outbox
    .command('list')
    .description('print how many events wait, and the parked ones, the oldest first')
    .addOption(service())
    .addOption(
      new Option('--limit <n>', 'print so many parked events of each service, 1 to 1000')
        .argParser(limit)
        .default(20),
    )
    .option('--json', 'print {"platform": {"unsent", "oldest_at", "parked", "events"}, "approvals": {…}}')
    .addHelpText('after', `${LIST_HELP}${EXIT_HELP}`)
    .action((options: ListOptions) =>
      configured(async (config) =>
        (await import('./outbox.ts')).listOutboxCommand(config, options, terminal),
      ),
    );
  outbox
    .command('unpark')
    .description('put parked events back on their way; a running relay tries them again')
    .argument('[ids...]', 'these events')
    .addOption(service())
    .option('--all', 'all that are parked, in place of ids')
    .option('--json', 'print {"unparked", "more", "not_parked"}')
    .addHelpText('after', `${UNPARK_HELP}${EXIT_HELP}`)
    .action((ids: readonly string[], options: UnparkOptions) =>
      configured(async (config) =>
        (await import('./outbox.ts')).unparkCommand(config, ids, options, terminal),
      ),
    );
}

const service = () => new Option('--service <name>', 'of this one only').choices(['platform', 'approvals']);

function limit(text: string): number {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 1_000) throw new InvalidArgumentError('It takes 1 to 1000.');
  return number;
}

const LIST_HELP = `
Examples:
  paywright outbox list
  paywright outbox list --service approvals --limit 100 --json

An event is parked when a sink has refused it five times, with the last error beside it.
`;

const UNPARK_HELP = `
Examples:
  paywright outbox unpark evt_…
  paywright outbox unpark --all --service platform --json

Ends with 1 when one of the ids is not parked; the others are on their way all the same.
`;
