import type { Command } from 'commander';
import type { CheckOptions } from './backup.ts';
import type { Config } from './config.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** `paywright backup …`. */
export function addBackupCommands(
  program: Command,
  configured: (command: (config: Config) => Promise<ExitCode>) => Promise<void>,
  terminal: Terminal,
): void {
  const backup = program
    .command('backup')
    .description('show that a restored backup is whole, and is what there was')
    .addHelpText('after', EXIT_HELP);
  backup
    .command('heads')
    .description(
      'print what both services have, as sums of a few lines, to be kept with the backup; changes nothing',
    )
    .addHelpText('after', `${HEADS_HELP}${EXIT_HELP}`)
    .action(() => configured(async (config) => (await import('./backup.ts')).headsCommand(config, terminal)));
  backup
    .command('check')
    .description('verify a restored backup, and compare it with the heads of before')
    .requiredOption('--heads <file>', 'what `paywright backup heads` printed')
    .option(
      '--json',
      'print JSON lines: those of verify, {"event": "difference"} for each, {"event": "backup"}',
    )
    .addHelpText('after', CHECK_HELP)
    .action((options: CheckOptions) =>
      configured(async (config) => (await import('./backup.ts')).checkCommand(config, options, terminal)),
    );
}

const HEADS_HELP = `
Examples:
  paywright backup heads > heads.json
  STORAGE=dynamodb paywright backup heads > heads.json

Print them first and make the backup then: what is younger than a minute is not in them, so all that they speak of is in the
backup, whatever goes on meanwhile. For each merchant and for approvals: how many audit entries, the sum of their
hashes, how many ledger entries and their balances.
`;

const CHECK_HELP = `
Examples:
  DATABASE_URL=postgres://…/restored paywright backup check --heads heads.json
  STORAGE=dynamodb DYNAMODB_TABLE=restored paywright backup check --heads heads.json

Run it with the settings of the restored storages, which nothing else serves yet. It verifies both services first. In
development the schema is brought up to date.

Exit codes:
  0   the backup is whole, and holds what there was
  1   it is older than the heads, or altered, or half restored; standard error says which merchants differ, and by how much
  2   the command line is wrong, or the file of heads cannot be read
  69  not everything could be looked at
  78  the configuration is wrong, or what it names is kept in memory`;
