import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXCEPTION_TYPES } from '../../domain/files/exception.ts';
import { AGES } from '../../domain/files/exception-age.ts';
import type { Config } from './config.ts';
import type { ListExceptionsOptions, ResolveOptions } from './exceptions.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

const ACTIONS = ['link', 'accept_difference', 'expect_later', 'ignore'];

/** `paywright exceptions …`. */
export function addExceptionCommands(
  program: Command,
  configured: (command: (config: Config) => Promise<ExitCode>) => Promise<void>,
  terminal: Terminal,
): void {
  const exceptions = program
    .command('exceptions')
    .description('look at what does not fit between files of processors and the books, and decide about it')
    .addHelpText('after', EXIT_HELP);
  exceptions
    .command('list')
    .description('print exceptions, the newest first')
    .requiredOption('--merchant <id>', 'whose exceptions')
    .addOption(new Option('--kind <name>', 'of this kind only').choices(EXCEPTION_TYPES))
    .addOption(
      new Option('--status <name>', 'in this state only')
        .choices(['open', 'proposed', 'resolved', 'ignored'])
        .default('open'),
    )
    .addOption(new Option('--age <bucket>', 'of this age only').choices(AGES))
    .option('--currency <code>', 'in this currency only')
    .option('--assigned-to <person>', 'of this person only')
    .addOption(new Option('--limit <n>', 'print so many, 1 to 1000').argParser(limit).default(20))
    .option('--json', 'print {"items": [...], "more": true|false}')
    .addHelpText('after', `${LIST_HELP}${EXIT_HELP}`)
    .action((options: ListExceptionsOptions) =>
      configured(async (config) =>
        (await import('./exceptions.ts')).listExceptionsCommand(config, options, terminal),
      ),
    );
  exceptions
    .command('resolve')
    .description('decide about one exception')
    .argument('<id>', 'which one')
    .requiredOption('--merchant <id>', 'whose exception')
    .addOption(new Option('--action <name>', 'what to do').choices(ACTIONS).makeOptionMandatory())
    .requiredOption('--reason <text>', 'why; it stands in the exception and in the audit trail')
    .option('--transaction <id>', 'of link: the transaction that the row settles')
    .option('--payment <id>', 'of link: whose transaction it is, if not of the payment that the row names')
    .option('--until <time>', 'of expect_later: an RFC 3339 time, at most 90 days away')
    .option('--json', 'print the exception as it is then')
    .addHelpText('after', `${RESOLVE_HELP}${EXIT_HELP}`)
    .action((id: string, options: ResolveOptions) =>
      configured(async (config) =>
        (await import('./exceptions.ts')).resolveExceptionCommand(config, id, options, terminal),
      ),
    );
}

function limit(text: string): number {
  const number = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 1_000) throw new InvalidArgumentError('It takes 1 to 1000.');
  return number;
}

const LIST_HELP = `
Examples:
  paywright exceptions list --merchant merchant-123
  paywright exceptions list --merchant merchant-123 --kind missing_there --age '>7d' --json
`;

const RESOLVE_HELP = `
Examples:
  paywright exceptions resolve exc_… --merchant merchant-123 --action ignore --reason 'a test row'
  paywright exceptions resolve exc_… --merchant merchant-123 --action link --transaction txn_… --reason 'the row names another'

Above the merchant's limit the decision is written down, and a person confirms it over HTTP.
`;
