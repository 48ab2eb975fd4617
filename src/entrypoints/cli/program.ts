import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageJson from '../../../package.json' with { type: 'json' };
import { ROLES } from '../../domain/approvals/approver.ts';
import { addBackupCommands } from './backup-commands.ts';
import type { Config } from './config.ts';
import { addCostCommand } from './cost-command.ts';
import type { DoctorOptions } from './doctor.ts';
import { addEventCommands } from './event-commands.ts';
import { addExceptionCommands } from './exception-commands.ts';
import { EXIT, EXIT_HELP, type ExitCode } from './exit-codes.ts';
import { addExportCommand } from './export-commands.ts';
import { exitFor, faultLine } from './faults.ts';
import { addFileCommands } from './file-commands.ts';
import { addFraudCommands } from './fraud-command.ts';
import type { RotateOptions } from './keys.ts';
import { loadConfig } from './load-config.ts';
import { localSecret } from './local-secret.ts';
import { addMessagingCommands } from './messaging-commands.ts';
import { addOutboxCommands } from './outbox-commands.ts';
import { addPaymentCommands } from './payment-commands.ts';
import { addRegionCommands } from './region-commands.ts';
import { secretReader } from './secret-reader.ts';
import type { Terminal } from './terminal.ts';
import type { TokenOptions } from './token.ts';
import { PERMISSIONS } from './tokens.ts';
import { variablesHelp } from './variables.ts';
import type { VerifyOptions } from './verify-service.ts';
import { addWebhookCommands } from './webhook-commands.ts';

/**
 * Runs one command line, without the program's own name, and says how it ended. A command is loaded when it runs, so
 * that help and tokens do not wait for databases' drivers.
 */
export async function runProgram(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exit: ExitCode = EXIT.ok;
  const configured = async (command: (config: Config) => Promise<ExitCode>) => {
    const config = await loadConfig(terminal.env, localSecret, secretReader);
    exit = await config.match(command, (faults) => {
      for (const fault of faults) terminal.err(faultLine(fault));
      return Promise.resolve(exitFor(faults));
    });
  };

  const ran = async (command: () => Promise<ExitCode>) => {
    exit = await command();
  };

  const program = new Command('paywright')
    .description(
      'A self-hosted payments backend. Settings come from the environment; see `paywright serve --help`.',
    )
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .addHelpText('after', EXIT_HELP);

  program
    .command('serve')
    .description(
      'run the whole system: both services over HTTP, recovery and relays, on embedded databases unless told otherwise',
    )
    .addHelpText('after', `${examples(SERVE_EXAMPLES)}\n${SETTINGS_HELP}${EXIT_HELP}`)
    .action(() => configured(async (config) => (await import('./serve.ts')).serveCommand(config, terminal)));
  program
    .command('worker')
    .description('run recovery and relays only; joins the embedded database of a `serve` on the same data')
    .addHelpText('after', `${examples(WORKER_EXAMPLES)}\n${SETTINGS_HELP}${EXIT_HELP}`)
    .action(() =>
      configured(async (config) => (await import('./worker.ts')).workerCommand(config, terminal)),
    );
  program
    .command('migrate')
    .description("bring the storage's schema up to date and print what that took; safe to repeat")
    .option('--json', 'print {"storage", "applied"}')
    .addHelpText('after', `${examples(MIGRATE_EXAMPLES)}${EXIT_HELP}`)
    .action((options: { json?: boolean }) =>
      configured(async (config) => (await import('./migrate.ts')).migrateCommand(config, options, terminal)),
    );
  program
    .command('token')
    .description('print a bearer token for this configuration; development only')
    .addOption(new Option('--merchant <id>', 'act for this merchant').conflicts('role'))
    .addOption(new Option('--role <role>', 'act in this role').choices(ROLES))
    .option('--permissions <list>', `with commas between, of ${PERMISSIONS.join(', ')}`, permissionList)
    .option('--subject <name>', 'who acts, as the audit trail will say')
    .addOption(
      new Option('--expires-in <time>', 'such as 90s, 30m, 12h or 7d; at the most 366d')
        .argParser(lifetime)
        .default(12 * 3_600, '12h'),
    )
    .option('--json', 'print {"token", "expires_in"}')
    .addHelpText('after', `${examples(TOKEN_EXAMPLES)}${EXIT_HELP}`)
    .action((options: TokenOptions) =>
      configured(async (config) => (await import('./token.ts')).tokenCommand(config, options, terminal)),
    );
  const keys = program
    .command('keys')
    .description('make and rotate the keys that guard customers')
    .addHelpText('after', EXIT_HELP);
  keys
    .command('rotate')
    .description('bring every customer under a new key while everything runs; goes on where it was stopped')
    .addOption(
      new Option('--settle <time>', 'how long a request under way may still use the old key, such as 30s')
        .argParser(seconds)
        .default(30, '30s'),
    )
    .option('--json', 'print {"seen", "rewrapped", "released", "left_to_people"}')
    .addHelpText('after', `${examples(ROTATE_EXAMPLES)}${ROTATE_HELP}${EXIT_HELP}`)
    .action((options: RotateOptions) =>
      configured(async (config) => (await import('./keys.ts')).rotateKeysCommand(config, options, terminal)),
    );
  keys
    .command('create')
    .description('print a new key for PAYWRIGHT_CUSTOMER_KEYS; nothing is kept')
    .option('--json', 'print {"key"}')
    .addHelpText('after', `${examples(['paywright keys create'])}${EXIT_HELP}`)
    .action(async (options: { json?: boolean }) =>
      (await import('./keys.ts')).createKeyCommand(options, terminal),
    );
  program
    .command('doctor')
    .description('look at settings, storages, clocks, keys, queues and outboxes; changes nothing')
    .option('--json', 'print a line {"check", "status", "says", "remedy"} for each')
    .addHelpText('after', `${examples(DOCTOR_EXAMPLES)}${DOCTOR_HELP}`)
    .action(async (options: DoctorOptions) => {
      exit = await (await import('./doctor.ts')).doctorCommand(localSecret, options, terminal);
    });

  addWebhookCommands(program, configured, terminal);
  addOutboxCommands(program, configured, terminal);
  addRegionCommands(program, configured, terminal);
  addMessagingCommands(program, configured, terminal);
  addExportCommand(program, configured, terminal);
  addFileCommands(program, configured, terminal);
  addExceptionCommands(program, configured, terminal);
  addBackupCommands(program, configured, terminal);
  addFraudCommands(program, configured, terminal);
  addCostCommand(program, { configured, ran }, terminal);
  addPaymentCommands(program, ran, terminal);
  addEventCommands(program, ran, terminal);
  program
    .command('verify')
    .description('check all that both services store against each other; changes nothing')
    .option('--json', 'print JSON lines: progress, then {"event": "verified"} or {"event": "bad_row"}')
    .addOption(
      new Option(
        '--most <rows>',
        'go on behind a bad row, name up to so many of each service, and count them',
      ).argParser(most),
    )
    .option('--progress', 'print lines of progress on standard error where that is no terminal, too')
    .option('--checkpoint <file>', 'write the heads of all chains, to be kept elsewhere')
    .option('--since-checkpoint <file>', 'also compare with such a file: find chains rewritten or cut since')
    .addHelpText('after', `${examples(VERIFY_EXAMPLES)}${VERIFY_HELP}`)
    .action((options: VerifyOptions) =>
      configured(async (config) => (await import('./verify.ts')).verifyCommand(config, options, terminal)),
    );

  try {
    await program.parseAsync([...args], { from: 'user' });
    return exit;
  } catch (fault) {
    if (!(fault instanceof CommanderError)) throw fault;
    return fault.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

const DOCTOR_EXAMPLES = ['paywright doctor', 'STAGE=production paywright doctor --json'];

const DOCTOR_HELP = `
Each line says what was found and, unless all is well, what mends it. Opens storages as a server would; development
starts its embedded ones. No schema is brought up to date.

Exit codes:
  0   nothing must be mended; there may be warnings
  1   at least one line says fail
  2   the command line is wrong
  78  the configuration is wrong, and nothing else was looked at`;

const SERVE_EXAMPLES = [
  'paywright serve',
  'STORAGE=dynamodb PORT=9090 paywright serve',
  'PLATFORM_STORAGE=dynamodb APPROVALS_STORAGE=postgres paywright serve',
  'STORAGE=memory LOG_LEVEL=silent paywright serve',
];
const WORKER_EXAMPLES = ['paywright worker', 'STORAGE=dynamodb paywright worker'];
const MIGRATE_EXAMPLES = ['paywright migrate', 'DATABASE_URL=postgres://… paywright migrate --json'];
const TOKEN_EXAMPLES = [
  'paywright token --merchant merchant-123',
  'paywright token --merchant merchant-456 --permissions payments,refunds --expires-in 30m',
  'paywright token --permissions admin,payments',
  'paywright token --role dispatcher --json',
  'paywright token --role vendor --subject 2b1f7c9a-8e64-4d0b-a1f2-3c4d5e6f7a8b',
];

const VERIFY_EXAMPLES = [
  'paywright verify',
  'STORAGE=dynamodb paywright verify --json',
  'paywright verify --most 100',
  'paywright verify --since-checkpoint monday.ndjson --checkpoint tuesday.ndjson',
];

const VERIFY_HELP = `
The platform is looked at first, then approvals, each on its own storage; what is kept in memory belongs to the
process that serves. Lines about approvals say so ("service": "approvals" with --json).

In development the schema is brought up to date first, which makes one where there is none; production asks for it.
Runs beside a system that serves, and takes what merely changes meanwhile for no fault. What never stood still
for long enough to be compared is named on standard error.

Exit codes:
  0   nothing is wrong
  1   a row is not what it must be; the first such row of each service is named on standard error, with --most more
  2   the command line is wrong, or a checkpoint's file cannot be read or written
  69  not everything could be looked at
  78  the configuration is wrong; one line for each fault on standard error`;

/** As many as are remembered, so that none is named twice. */
function most(text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 10_000) throw new InvalidArgumentError('It takes 1 to 10000.');
  return number;
}

const ROTATE_EXAMPLES = ['paywright keys rotate', 'paywright keys rotate --settle 60s --json'];

const ROTATE_HELP = `
With a key file a new key is made. With PAYWRIGHT_CUSTOMER_KEYS, restart every process with the new key at the
end of the list, then with the new key at its front; rotate; restart without the old key; and rotate once more.
With KMS nothing is to be done when KMS rotates a key by itself. Another KMS_KEY_ID is set everywhere, then rotate; keep
the old key until then. KMS_INDEX_KEY_ID is a list and goes as PAYWRIGHT_CUSTOMER_KEYS do, which beside KMS_KEY_ID are those of before:
rotate brings what they wrapped under KMS, and says when to take them out.
`;

const examples = (lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}`;

const SETTINGS_HELP = `Settings (environment variables, defaults in parentheses):
${variablesHelp()}

TLS to Aurora is verified against the certificates Node trusts; name the RDS authority's file in
NODE_EXTRA_CA_CERTS. The start-up text goes to standard output, JSON log lines to standard error.
`;

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

function seconds(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (count === '') throw new InvalidArgumentError('It takes a number and s, m, h or d.');
  return Number(count) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
}

const LONGEST_LIFETIME = 366 * UNIT_SECONDS.d;

function lifetime(text: string): number {
  const lasts = seconds(text);
  if (lasts > LONGEST_LIFETIME) throw new InvalidArgumentError('A token lasts 366d at the most.');
  return lasts;
}

function permissionList(text: string): readonly string[] {
  const list = text.split(',').map((each) => each.trim());
  const unknown = list.find((each) => !PERMISSIONS.includes(each));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`${JSON.stringify(unknown)} is not a permission.`);
  return list;
}
