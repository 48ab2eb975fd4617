import { type Command, InvalidArgumentError, Option } from 'commander';
import { eventTypesIn, timeIn } from './event-arguments.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import { helpOf, serverCommand } from './server-options.ts';
import type { Terminal } from './terminal.ts';
import { TRIGGERS } from './triggers.ts';

/** `paywright events …` and `paywright trigger`. */
export function addEventCommands(
  program: Command,
  ran: (command: () => Promise<ExitCode>) => Promise<void>,
  terminal: Terminal,
): void {
  const events = program
    .command('events')
    .description('follow what happens, at a server')
    .addHelpText('after', EXIT_HELP);
  serverCommand(
    events
      .command('tail')
      .description('print events as they happen, over interruptions too, until it is stopped'),
    'a JSON line for each event',
  )
    .addOption(
      new Option(
        '--since <time>',
        'first those of at or after: a day or an RFC 3339 time of the last 30 days',
      )
        .argParser(timeIn)
        .conflicts('after'),
    )
    .option('--after <id>', 'first those after this event')
    .option('--type <list>', 'of these types only, with commas between', eventTypesIn)
    .addHelpText('after', helpOf(TAIL_EXAMPLES))
    .action((options) => ran(async () => (await import('./events-tail.ts')).tailCommand(options, terminal)));
  serverCommand(
    program
      .command('trigger')
      .description('in development, do on the simulator what makes an event happen, and wait for it')
      .argument('<event>', 'such as payment.succeeded', triggered),
    'the event',
  )
    .addHelpText('after', helpOf(TRIGGER_EXAMPLES, TRIGGER_HELP))
    .action((name, options) =>
      ran(async () => (await import('./trigger.ts')).triggerCommand(name, options, terminal)),
    );
}

const TAIL_EXAMPLES = [
  'paywright events tail',
  'paywright events tail --since 2026-03-01 --type payment.succeeded,refund.created --json',
];
const TRIGGER_EXAMPLES = ['paywright trigger payment.succeeded', 'paywright trigger dispute.created --json'];

const WIDEST = Math.max(...Object.keys(TRIGGERS).map((name) => name.length));

const TRIGGER_HELP = `
Events, and what makes each happen:
${Object.entries(TRIGGERS)
  .map(([name, { says }]) => `  ${name.padEnd(WIDEST)}  ${says}\n`)
  .join('')}
All of it is real: payments of 19.99 USD that lists, balances and webhooks have too.
`;

function triggered(text: string): string {
  if (!Object.hasOwn(TRIGGERS, text))
    throw new InvalidArgumentError('See --help for those that can be made to happen.');
  return text;
}
