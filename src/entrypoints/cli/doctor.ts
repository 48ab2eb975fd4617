import type { LocalSecret } from './config.ts';
import { allChecks } from './doctor-checks.ts';
import type { Finding } from './doctor-finding.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { exitFor, type Fault } from './faults.ts';
import { loadConfig } from './load-config.ts';
import { secretReader } from './secret-reader.ts';
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
  const settings = await loadConfig(env, localSecret, secretReader);
  if (settings.isErr()) {
    for (const fault of settings.error) say(settingFinding(fault));
    return exitFor(settings.error);
  }
  let failed = 0;
  for await (const finding of allChecks(settings.value)) {
    say(finding);
    if (finding.status === 'fail') failed += 1;
  }
  if (!json) out(failed === 0 ? 'nothing is wrong\n' : `${failed} of these must be mended\n`);
  return failed === 0 ? EXIT.ok : EXIT.failed;
}

const settingFinding = ({ name, says }: Fault): Finding => ({
  check: 'settings',
  status: 'fail',
  says: `${name} ${says}`,
  remedy: 'set it as `paywright serve --help` says',
});

const line = ({ check, status, says, remedy }: Finding): string =>
  `${status.padEnd(4)}  ${check.padEnd(18)}  ${says}${remedy === undefined ? '' : `: ${remedy}`}\n`;
