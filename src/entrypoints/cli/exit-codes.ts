/** How every command ends; 69 and 78 are `EX_UNAVAILABLE` and `EX_CONFIG` of sysexits.h. Only `verify` and `backup check` end with 69. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unavailable: 69, configuration: 78 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit codes:
  0   done
  1   failed; standard error says why
  2   the command line is wrong
  78  the configuration is wrong; one line for each fault on standard error`;
