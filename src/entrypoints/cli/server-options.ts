import type { Command } from 'commander';
import { EXIT_HELP } from './exit-codes.ts';

/** A command that asks a server: where and as whom, then its own options. */
export const serverCommand = (command: Command, shape: string): Command =>
  command
    .option('--url <url>', 'the server (PAYWRIGHT_URL, or this configuration’s on this machine)')
    .option(
      '--merchant <id>',
      'whose: with an administrator’s token, or in development, where a token is made (merchant-123)',
    )
    .option('--subject <name>', 'in development, who acts, as the audit trail will say (paywright-cli)')
    .option('--json', `print ${shape}`);

const ACCESS_HELP = `
The token is PAYWRIGHT_TOKEN: what stands on a command line is readable by every user of the machine. Without it, one is
made for a development server on this machine.
`;

/** Examples, and how a command ends. */
export const helpOf = (lines: readonly string[], more = ''): string =>
  `\nExamples:\n${lines.map((line) => `  ${line}\n`).join('')}${more}${ACCESS_HELP}${EXIT_HELP}`;
