import { type Command, Option } from 'commander';
import { EXPORT_FORMATS } from '../../domain/files/export.ts';
import { EXPORT_SOURCES } from '../../domain/files/file-export.ts';
import type { Config } from './config.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { ExportOptions } from './export.ts';
import type { Terminal } from './terminal.ts';

/** `paywright export`. */
export function addExportCommand(
  program: Command,
  configured: (command: (config: Config) => Promise<ExitCode>) => Promise<void>,
  terminal: Terminal,
): void {
  program
    .command('export')
    .description("write a file of a merchant's records; a worker goes on with it when this is stopped")
    .requiredOption('--merchant <id>', 'whose')
    .addOption(new Option('--kind <kind>', 'of what').choices(EXPORT_SOURCES).default('payments'))
    .addOption(new Option('--format <format>', 'how').choices(EXPORT_FORMATS).default('csv'))
    .option('--gzip', 'compressed')
    .option('--currency <code>', 'in this currency only')
    .option('--since <time>', 'made at or after: a day (UTC) or an RFC 3339 time')
    .option('--until <time>', 'made at or before, likewise; a day ends with its last millisecond')
    .option('--output <file>', 'where to; a file of the name of the export in this folder without it')
    .option('--json', 'print {"export_id", "rows", "bytes", "file"}')
    .addHelpText('after', `${HELP}${EXIT_HELP}`)
    .action((options: ExportOptions) =>
      configured(async (config) => (await import('./export.ts')).exportCommand(config, options, terminal)),
    );
}

const HELP = `
Examples:
  paywright export --merchant merchant-123
  paywright export --merchant merchant-123 --kind journal --since 2026-03-01 --until 2026-03-31
  paywright export --merchant merchant-123 --format json --gzip --output march.jsonl.gz --json
`;
