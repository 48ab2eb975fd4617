import { readApprovalsHeads } from '../../application/approvals/read-heads.ts';
import { readHeads } from '../../application/integrity/read-heads.ts';
import { STABLE_MS } from '../../application/integrity/verify-marks.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import { type Instant, rfc3339 } from '../../domain/kernel/instant.ts';
import { differenceLine, differencesOf, differenceText, type Verdict } from './backup-differences.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { headsText, readHeadsFile, type SystemHeads } from './heads-file.ts';
import { openSystem } from './open-system.ts';
import { refused as refusedBy } from './storage-fitness.ts';
import type { Terminal } from './terminal.ts';
import { verifyCommand } from './verify.ts';
import { lineOf } from './verify-service.ts';

export type CheckOptions = Readonly<{ heads: string; json?: boolean }>;

/** Prints the heads of both services as of a minute ago. */
export async function headsCommand(config: Config, terminal: Terminal): Promise<ExitCode> {
  if (isInMemory(config)) return refused(terminal);
  const heads = await headsOf(config, Date.now() - STABLE_MS, terminal);
  if (typeof heads === 'number') return heads === EXIT.unavailable ? EXIT.failed : heads;
  terminal.out(headsText(heads));
  return EXIT.ok;
}

/** Verifies what was restored, then holds its heads against those in the file, and says what the backup is. */
export async function checkCommand(
  config: Config,
  { heads: path, json = false }: CheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (isInMemory(config)) return refused(terminal);
  const then = readHeadsFile(path);
  if ('says' in then) {
    terminal.err(`paywright: ${then.says}\n`);
    return EXIT.usage;
  }
  const verified = await verifyCommand(config, { json }, terminal);
  if (verified !== EXIT.ok && verified !== EXIT.failed) return verified;
  const isSound = verified === EXIT.ok;
  // What cannot be read of a backup that is not sound was said by the verification.
  const now = await headsOf(config, then.until, isSound ? terminal : { ...terminal, err: () => {} });
  if (typeof now === 'number') {
    if (isSound && now !== EXIT.failed) return now;
    return ended('not_sound', then, { json }, terminal);
  }
  const differences = differencesOf(then, now);
  for (const difference of differences.slice(0, json ? differences.length : MOST_LINES)) {
    if (json) terminal.out(differenceLine(difference));
    else terminal.err(`paywright: ${differenceText(difference)}\n`);
  }
  const more = differences.length - MOST_LINES;
  if (!json && more > 0) terminal.err(`paywright: and ${more} more differ\n`);
  const verdict = verdictOf(
    isSound,
    differences.map(({ fault }) => fault),
  );
  return ended(verdict, then, { json }, terminal);
}

/** Says what the backup is. */
function ended(
  verdict: Verdict,
  then: SystemHeads,
  { json }: Readonly<{ json: boolean }>,
  { out, err }: Terminal,
): ExitCode {
  if (json) out(lineOf({ event: 'backup', verdict, until: rfc3339(then.until) }));
  else if (verdict === 'whole') out(wholeText(then));
  else err(`paywright: ${SAYS[verdict]}\n`);
  return verdict === 'whole' ? EXIT.ok : EXIT.failed;
}

const MOST_LINES = 20;

function verdictOf(isSound: boolean, faults: readonly string[]): Verdict {
  if (!isSound) return 'not_sound';
  if (faults.length === 0) return 'whole';
  return faults.every((fault) => fault === 'shorter') ? 'older' : 'altered';
}

const SAYS = {
  not_sound: 'the backup is not sound: half restored, or changed by hand',
  older: 'the backup is sound, and older than the heads: what is missing came later, or never got into it',
  altered: 'the backup agrees with itself, and is not what there was',
} as const;

function wholeText({ until, merchants, approvals }: SystemHeads): string {
  const all = [...merchants.values()];
  const links = all.reduce((sum, each) => sum + each.links, 0);
  const entries = all.reduce((sum, each) => sum + each.entries, 0);
  return (
    `the backup is whole: ${merchants.size} merchants' ${links} audit entries and ${entries} ledger entries, and ` +
    `${approvals.links} audit entries of approvals, are those of ${rfc3339(until)}\n`
  );
}

const isInMemory = ({ platform, approvals }: Config): boolean =>
  platform.storage.kind === 'memory' || approvals.storage.kind === 'memory';

function refused({ err }: Terminal): ExitCode {
  err('paywright: what is kept in memory ends with its process, and has no backup\n');
  return EXIT.configuration;
}

/** What both services had until then, or the exit code for why it could not be read. */
async function headsOf(config: Config, until: Instant, { err }: Terminal): Promise<SystemHeads | ExitCode> {
  const system = await openSystem(config);
  if ('says' in system) {
    err(`paywright: ${system.says}\n`);
    if (system.configuration) return EXIT.configuration;
    return system.isUnsound ? EXIT.failed : EXIT.unavailable;
  }
  try {
    const { storage } = system.platform.get(TOKENS.openStorage);
    const merchants = await readHeads(storage)(until);
    const approvals = await readApprovalsHeads(system.approvals.get(APPROVALS_TOKENS.openStorage).storage)(
      until,
    );
    if (merchants.isOk() && approvals.isOk())
      return { until, merchants: merchants.value, approvals: approvals.value };
    err('paywright: a storage does not answer\n');
    return EXIT.unavailable;
  } catch (fault) {
    const not = refusedBy(fault);
    if (not?.isUnsound === undefined) throw fault;
    err(`paywright: ${not.says}\n`);
    return EXIT.failed;
  } finally {
    await system.close();
  }
}
