import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { APPROVALS_TOKENS } from '../../composition/tokens.ts';
import type { TrialCounts, TriedPayment } from '../../domain/approvals/fraud-trial.ts';
import { boundsOf } from '../../domain/approvals/policy.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { fraudRulesIn, type UnboundRules } from './fraud-rules-text.ts';
import { notOpened, openApprovals } from './open-platform.ts';
import type { Terminal } from './terminal.ts';

export type FraudTryOptions = Readonly<{ list?: boolean; json?: boolean }>;

/** Prints what other rules would have flagged of all payments there are, beside what was flagged. */
export async function fraudTryCommand(
  config: Config,
  file: string,
  { list = false, json = false }: FraudTryOptions,
  { out, err }: Terminal,
): Promise<ExitCode> {
  const read = await rulesIn(file);
  if ('faults' in read) {
    for (const fault of read.faults) err(`paywright: ${file}: ${fault}\n`);
    return EXIT.usage;
  }
  const opened = await openApprovals(config);
  if ('says' in opened) return notOpened(opened, err);
  try {
    const { policy, thresholds } = config.approvals.rules;
    const rules = read.rules.boundBy(boundsOf(policy));
    const { tryFraudRules } = opened.approvals.get(APPROVALS_TOKENS.useCases);
    const tried = await tryFraudRules(rules, thresholds, ({ review }, payment) => {
      if (list && (payment.was === 'flagged') !== (payment.would === 'flagged'))
        out(
          json
            ? `${JSON.stringify({ ...payment, outcome: review?.outcome ?? null })}\n`
            : lineFor(payment, review?.outcome),
        );
    });
    return tried.match(
      (counts) => {
        out(
          json ? `${JSON.stringify({ rules: rules.version, ...counts })}\n` : tableOf(rules.version, counts),
        );
        return EXIT.ok;
      },
      () => {
        err('paywright: the storage did not answer\n');
        return EXIT.failed;
      },
    );
  } finally {
    await opened.close();
  }
}

async function rulesIn(
  file: string,
): Promise<Readonly<{ rules: UnboundRules } | { faults: readonly string[] }>> {
  const text = await (file === '-' ? textOf(process.stdin) : readFile(file, 'utf8')).catch(() => undefined);
  if (text === undefined) return { faults: ['there is no such file'] };
  return fraudRulesIn(text).match<Readonly<{ rules: UnboundRules } | { faults: readonly string[] }>>(
    (rules) => ({ rules }),
    (faults) => ({ faults }),
  );
}

const lineFor = (
  { paymentId, vendorId, amountCents, was, would }: TriedPayment,
  outcome = 'not reviewed',
): string => `${paymentId}  vendor ${vendorId}  ${amountCents} cents  ${was} -> ${would}  ${outcome}\n`;

const SAYS = {
  fraud: 'frauds',
  legitimate: 'legitimate',
  unknown: 'not reviewed',
} as const satisfies Record<keyof TrialCounts, string>;

function tableOf(version: string, counts: TrialCounts): string {
  const rows = (['fraud', 'legitimate', 'unknown'] as const).map((outcome) => {
    const { payments, wereFlagged, wouldBeFlagged } = counts[outcome];
    return [SAYS[outcome], payments, wereFlagged, wouldBeFlagged];
  });
  const lines = [['', 'payments', 'were flagged', `flagged by ${version}`], ...rows].map(
    ([name = '', ...numbers]) =>
      `${String(name).padEnd(14)}${numbers.map((number) => String(number).padStart(26)).join('')}`.trimEnd(),
  );
  const { fraud, legitimate } = counts;
  return [
    ...lines,
    `${fraud.wouldBeFlagged} of ${fraud.payments} frauds would be caught, ${legitimate.wouldBeFlagged} of ${legitimate.payments} legitimate payments held up.`,
    '',
  ].join('\n');
}
