import { type Command, InvalidArgumentError } from 'commander';
import { parseRegionName, type RegionName } from '../../domain/kernel/region.ts';
import type { Config } from './config.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { FenceOptions } from './region.ts';
import type { Terminal } from './terminal.ts';

/** `paywright region …`. */
export function addRegionCommands(
  program: Command,
  configured: (command: (config: Config) => Promise<ExitCode>) => Promise<void>,
  terminal: Terminal,
): void {
  const region = program
    .command('region')
    .description('cut processes off that have a PAYWRIGHT_REGION, all of one at once, and let them in again')
    .addHelpText('after', EXIT_HELP);
  region
    .command('list')
    .description('print every region that processes have begun in, its epoch, and whether it is fenced')
    .option('--json', 'print {"regions": [{"name", "epoch", "fenced"}]}')
    .addHelpText('after', `${LIST_HELP}${EXIT_HELP}`)
    .action((options: { json?: boolean }) =>
      configured(async (config) =>
        (await import('./region.ts')).listRegionsCommand(config, options, terminal),
      ),
    );
  region
    .command('fence')
    .description('let no process of the region write any more, and wait until what they had begun has ended')
    .argument('<name>', 'as PAYWRIGHT_REGION of its processes says', regionName)
    .option('--no-wait', 'print when that is, and do not wait for it')
    .option('--json', 'print {"name", "epoch", "fenced", "effective_in_ms"}')
    .addHelpText('after', `${FENCE_HELP}${EXIT_HELP}`)
    .action((name: RegionName, options: FenceOptions) =>
      configured(async (config) =>
        (await import('./region.ts')).fenceCommand(config, name, options, terminal),
      ),
    );
  region
    .command('unfence')
    .description('let processes of the region in again, those that begin from now on')
    .argument('<name>', 'as PAYWRIGHT_REGION of its processes says', regionName)
    .option('--json', 'print {"name", "epoch", "fenced"}')
    .addHelpText('after', `${UNFENCE_HELP}${EXIT_HELP}`)
    .action((name: RegionName, options: { json?: boolean }) =>
      configured(async (config) =>
        (await import('./region.ts')).unfenceCommand(config, name, options, terminal),
      ),
    );
}

function regionName(text: string): RegionName {
  const name = parseRegionName(text);
  if (name === undefined)
    throw new InvalidArgumentError('It takes 1 to 40 lower-case letters, digits and dashes.');
  return name;
}

const LIST_HELP = `
Examples:
  paywright region list
  paywright region list --json
`;

const FENCE_HELP = `
Examples:
  paywright region fence eu-west-1
  paywright region fence eu-west-1 --no-wait --json

Its servers answer 503 region_fenced within seconds and are not ready; processes that begin there end at once with 1. When
the command has ended, no process of it that runs writes a change. One that stood still meanwhile may still land the one
change that it had under way.
`;

const UNFENCE_HELP = `
Examples:
  paywright region unfence eu-west-1

Processes from before stay cut off until they are started anew.
`;
