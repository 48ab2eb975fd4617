import { err, ok } from 'neverthrow';
import { type Environment, type LocalSecret, readConfig } from './config.ts';
import { allChecks } from './doctor-checks.ts';
import type { Finding } from './doctor-finding.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export type DoctorOptions = Readonly<{ json?: boolean }>;

/**
 * Looks at everything that paywright needs, changes nothing, and prints a line for each: what was found, and what mends it.
 * Settings that are wrong are all that is looked at.
 */
export async function doctorCommand(
  localSecret: LocalSecret,
  { json = false }: DoctorOptions,
  { env, out }: Pick<Terminal, 'env' | 'out'>,
): Promise<ExitCode> {
  const say = (finding: Finding) => out(json ? `${JSON.stringify(finding)}\n` : line(finding));
  const settings = settingsOf(env, localSecret);
  if (settings.isErr()) {
    for (const finding of settings.error) say(finding);
    return EXIT.configuration;
  }
  let failed = 0;
  for await (const finding of allChecks(settings.value)) {
    say(finding);
    if (finding.status === 'fail') failed += 1;
  }
  if (!json) out(failed === 0 ? 'nothing is wrong\n' : `${failed} of these must be mended\n`);
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

const settingsOf = (env: Environment, localSecret: LocalSecret) =>
  readConfig(env, localSecret).match(
    (config) => ok(config),
    (faults) =>
      err(
        faults.map(
          ({ name, says }): Finding => ({
            check: 'settings',
            status: 'fail',
            says: `${name} ${says}`,
            remedy: 'set it as `paywright serve --help` says',
          }),
        ),
      ),
  );

const line = ({ check, status, says, remedy }: Finding): string =>
  `${status.padEnd(4)}  ${check.padEnd(18)}  ${says}${remedy === undefined ? '' : `: ${remedy}`}\n`;
