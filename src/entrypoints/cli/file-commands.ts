import { type Command, Option } from 'commander';
import { FILE_SOURCES } from '../../domain/files/file-sources.ts';
import type { Config } from './config.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { ReconcileOptions } from './reconcile.ts';
import { SAMPLE_SOURCES, type SampleSource } from './sample-rows.ts';
import type { Terminal } from './terminal.ts';

/** `paywright reconcile` and `paywright sample-file`. */
export function addFileCommands(
  program: Command,
  configured: (command: (config: Config) => Promise<ExitCode>) => Promise<void>,
  terminal: Terminal,
): void {
  program
    .command('reconcile')
    .description(
      "hold a processor's file row by row against a merchant's transactions, and settle those that match",
    )
    .argument('<file>', 'CSV in UTF-8, plain or gzip, of any size')
    .requiredOption('--merchant <id>', 'whose transactions')
    .addOption(
      new Option('--source <name>', 'whose columns the file has').choices(FILE_SOURCES).default('native'),
    )
    .option(
      '--mapping <name or file>',
      "of --source mapped: the merchant's mapping of that name, or a JSON file",
    )
    .option('--json', 'print the finished record')
    .addHelpText('after', `${RECONCILE_HELP}${EXIT_HELP}`)
    .action((file: string, options: ReconcileOptions) =>
      configured(async (config) =>
        (await import('./reconcile.ts')).reconcileCommand(config, file, options, terminal),
      ),
    );
  program
    .command('sample-file')
    .description(
      'print a small file to reconcile, of three payments that it takes first; in development only',
    )
    .option('--merchant <id>', 'whose payments', 'merchant-123')
    .addOption(
      new Option('--source <name>', 'whose columns the file has').choices(SAMPLE_SOURCES).default('native'),
    )
    .addHelpText('after', `${SAMPLE_HELP}${EXIT_HELP}`)
    .action((options: { merchant: string; source: SampleSource }) =>
      configured(async (config) =>
        (await import('./sample-file.ts')).sampleFileCommand(config, options, terminal),
      ),
    );
}

const RECONCILE_HELP = `
Examples:
  paywright reconcile settlement.csv --merchant merchant-123
  paywright reconcile settlement.csv.gz --merchant merchant-123 --source stripe --json
  paywright reconcile settlement.csv --merchant merchant-123 --source mapped --mapping ./acquirer.json

0 says that every row has its outcome, whichever it is: matched, mismatched, missing here, a duplicate or rejected.
The same file again is the same reconciliation, and settles nothing twice.
`;

const SAMPLE_HELP = `
Examples:
  paywright sample-file > sample.csv
  paywright reconcile sample.csv --merchant merchant-123
  paywright sample-file --source stripe > stripe.csv
  paywright reconcile stripe.csv --merchant merchant-123 --source stripe
`;
