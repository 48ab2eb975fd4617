import { type Command, Option } from 'commander';
import { PRESETS } from '../../domain/cost/request-units.ts';
import type { Config } from './config.ts';
import type { CostOptions } from './cost.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** `configured`: runs a command with the configuration, without which only a merchant's own usage cannot be had. */
type Runs = Readonly<{
  configured: (command: (config: Config) => Promise<ExitCode>) => Promise<void>;
  ran: (command: () => Promise<ExitCode>) => Promise<void>;
}>;

/** `paywright cost`. */
export function addCostCommand(program: Command, { configured, ran }: Runs, terminal: Terminal): void {
  program
    .command('cost')
    .description('estimate what storing payments costs at AWS each month, and what would cost less')
    .addOption(new Option('--preset <name>', 'how it is counted (paywright)').choices(PRESETS))
    .option('--transactions-per-month <n>', 'payments taken (1000000)')
    .option('--queries-per-transaction <n>', 'how often each payment is read, such as 5.2 (5.2)')
    .option('--refunds-per-transaction <n>', 'of the preset paywright alone (0.02)')
    .option('--retention-days <n>', 'how long payments are kept (90)')
    .option('--region <name>', 'whose prices (us-east-1)')
    .option('--regions <n>', 'how many regions hold the table (1)')
    .option('--utilisation <percent>', 'how much of provisioned capacity is used on average (50)')
    .option('--merchant <id>', 'count the transactions of this merchant in the last 30 days')
    .option('--prices <file>', 'other prices, as JSON; --help shows what is in it')
    .option('--json', 'print {"monthly_total", "yearly_total", "items", "recommendations", …}')
    .addHelpText('after', `${HELP}${EXIT_HELP}`)
    .action(({ merchant, ...options }: CostOptions & Readonly<{ merchant?: string }>) => {
      const command = () => import('./cost.ts');
      return merchant === undefined
        ? ran(async () => (await command()).costCommand(options, terminal))
        : configured(async (config) =>
            (await command()).merchantCostCommand(config, merchant, options, terminal),
          );
    });
}

const HELP = `
Examples:
  paywright cost
  paywright cost --transactions-per-month 20000000 --retention-days 3650 --region eu-central-1
  paywright cost --preset classic-2024 --json
  paywright cost --merchant merchant-123 --utilisation 70

A file of prices is {"as_of": "2026-08-15", "source": "…", "regions": {"us-east-1": {…}}}, with decimals as text: what
src/domain/cost/prices.ts has for a region, under the same names.
`;
