import type { Command } from 'commander';
import type { Config } from './config.ts';
import { EXIT_HELP, type ExitCode } from './exit-codes.ts';
import type { FraudTryOptions } from './fraud.ts';
import type { Terminal } from './terminal.ts';

/** `paywright fraud …`. */
export function addFraudCommands(
  program: Command,
  configured: (command: (config: Config) => Promise<ExitCode>) => Promise<void>,
  terminal: Terminal,
): void {
  program
    .command('fraud')
    .description('work with the rules that score payments to vendors')
    .addHelpText('after', EXIT_HELP)
    .command('try')
    .description('score every payment to vendors that there is by other rules; changes nothing')
    .argument('<rules>', 'a file of rules, as JSON; - reads standard input')
    .option('--list', 'print each payment that would be flagged and was not, or was and would not')
    .option(
      '--json',
      'print {"rules", "fraud", "legitimate", "unknown"} and, with --list, a line for each payment before it',
    )
    .addHelpText('after', `${HELP}${EXIT_HELP}`)
    .action((file: string, options: FraudTryOptions) =>
      configured(async (config) =>
        (await import('./fraud.ts')).fraudTryCommand(config, file, options, terminal),
      ),
    );
}

const HELP = `
Examples:
  paywright fraud try rules.json
  paywright fraud try rules.json --list --json

Each payment is scored by what was known when it was made, and again when its terms were changed: the vendor's payments as
they stood, and what reviews had found by then. A file of rules is {"version": "2026-12-01", "newPayee": {"points": 200}, "block": ["<vendor id>"], …}; what it leaves
out is as by default. It comes into force as PAYWRIGHT_FRAUD_RULES.
`;
