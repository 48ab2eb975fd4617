import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from './config.ts';
import { eventTypesIn, timeIn } from './event-arguments.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';
import type { ListenOptions } from './webhooks-listen.ts';
import type { ReplayOptions } from './webhooks-replay.ts';

/** `paywright webhooks …`. */
export function addWebhookCommands(
  program: Command,
  configured: (command: (config: Config) => Promise<ExitCode>) => Promise<void>,
  terminal: Terminal,
): void {
  const webhooks = program
    .command('webhooks')
    .description('receive deliveries on this machine, and send them again')
    .addHelpText('after', EXIT_HELP);
  webhooks
    .command('listen')
    .description('print and verify deliveries on a local port; registers itself at a development server')
    .addOption(
      new Option('--port <port>', 'where to listen; 0 is any free one').argParser(port).default(0, 'any'),
    )
    .option('--merchant <id>', 'whose events', 'merchant-123')
    .option('--server <url>', 'the server to register at (this configuration’s, on this machine)')
    .option('--forward-to <url>', 'pass on what is genuine, and answer as that does', httpUrl)
    .option(
      '--since <time>',
      'first the events of at or after: a day or an RFC 3339 time of the last 30 days',
      timeIn,
    )
    .option('--json', 'print a JSON line for each delivery')
    .addHelpText('after', `${LISTEN_HELP}${EXIT_HELP}`)
    .action((options: ListenOptions) =>
      configured(async (config) =>
        (await import('./webhooks-listen.ts')).listenCommand(config, options, terminal),
      ),
    );
  webhooks
    .command('replay')
    .description('deliver again: one delivery, or all that an endpoint did not get since a time')
    .requiredOption('--merchant <id>', 'whose')
    .option('--delivery <id>', 'this one, however it ended')
    .option('--endpoint <id>', 'all of this endpoint that failed, expired or was missed')
    .option('--since <time>', 'with --endpoint: of events made at or after, RFC 3339')
    .option('--until <time>', 'with --endpoint: of events made at or before, RFC 3339')
    .option('--event-types <list>', 'with --endpoint: of these types, with commas between', eventTypesIn)
    .option('--dry-run', 'with --endpoint: count, and send nothing')
    .option('--json', 'print {"replayed", "more", "until"}')
    .addHelpText('after', `${REPLAY_HELP}${EXIT_HELP}`)
    .action((options: ReplayOptions) =>
      configured(async (config) =>
        (await import('./webhooks-replay.ts')).replayCommand(config, options, terminal),
      ),
    );
}

const LISTEN_HELP = `
Examples:
  paywright webhooks listen
  paywright webhooks listen --forward-to http://localhost:3000/webhooks --since 2026-03-01
  WEBHOOK_SECRET=whsec_… paywright webhooks listen --port 4242

WEBHOOK_SECRET is the secret of an endpoint that leads here already; then nothing is registered.
`;

const REPLAY_HELP = `
Examples:
  paywright webhooks replay --merchant merchant-123 --delivery whd_…
  paywright webhooks replay --merchant merchant-123 --endpoint we_… --since 2026-03-01T00:00:00Z
  paywright webhooks replay --merchant merchant-123 --endpoint we_… --since 2026-03-01T00:00:00Z \\
    --until 2026-03-02T00:00:00Z --event-types payment.succeeded,refund.created --dry-run
`;

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It takes 0 to 65535.');
  return Number(text);
}

function httpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('It takes a URL that begins with http:// or https://.');
  return text;
}
