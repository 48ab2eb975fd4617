import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { UseCases } from '../../application/use-cases.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { type MerchantId, parseMerchantId } from '../../domain/kernel/ids.ts';
import { money } from '../../domain/kernel/money.ts';
import type { Transaction } from '../../domain/payments/transaction.ts';
import type { Config } from './config.ts';
import { addDemoMerchants } from './demo-merchants.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened, openPlatform } from './open-platform.ts';
import { type SampleSource, sampleOf } from './sample-rows.ts';
import type { Terminal } from './terminal.ts';

const ORIGIN: Origin = { actor: { id: 'paywright sample-file', type: 'system' }, requestId: 'sample-file' };
const AMOUNTS = [1_250n, 4_900n, 800n];

/**
 * Prints a settlement file in the columns of a source, about three payments of a merchant, which it takes first unless it took them before: one
 * row as it is here, one with a fee, one with another amount, and a row of a payment that there is not. For development,
 * where the processor moves no money.
 */
export async function sampleFileCommand(
  config: Config,
  { merchant, source }: Readonly<{ merchant: string; source: SampleSource }>,
  { out, err }: Terminal,
): Promise<ExitCode> {
  const merchantId = parseMerchantId(merchant);
  if (merchantId === undefined || config.stage !== 'development') {
    err(
      merchantId === undefined
        ? 'paywright: --merchant takes 1 to 64 letters, digits, dashes or underscores\n'
        : 'paywright: sample-file takes payments, and so runs in development only\n',
    );
    return EXIT.usage;
  }
  const opened = await openPlatform(config);
  if ('says' in opened) return notOpened(opened, err);
  try {
    const { platform } = opened;
    const taken = await addDemoMerchants(platform.get(TOKENS.ports)).andThen(() =>
      sampleTransactions(platform.get(TOKENS.useCases), merchantId),
    );
    return taken.match(
      (transactions) => {
        out(sampleOf(source, transactions));
        return EXIT.ok;
      },
      ({ kind }) => {
        err(`paywright: the payments could not be taken (${kind})\n`);
        return EXIT.failed;
      },
    );
  } finally {
    await opened.close();
  }
}

/** Of three payments under keys of their own, so that another run takes no others. */
const sampleTransactions = (
  { processPayment, listPayments, getPayment }: UseCases,
  merchantId: MerchantId,
): ResultAsync<readonly Transaction[], Readonly<{ kind: string }>> =>
  safeTry<readonly Transaction[], Readonly<{ kind: string }>>(async function* () {
    for (const [index, minorUnits] of AMOUNTS.entries())
      yield* processPayment({
        merchantId,
        idempotencyKey: `sample-payment-${index + 1}`,
        amount: money(minorUnits, 'USD'),
        paymentMethod: 'card',
        captureMethod: 'automatic',
        origin: ORIGIN,
      });
    const { items } = yield* listPayments({ merchantId, filter: {}, limit: 100 });
    const found: Transaction[] = [];
    for (const { id, idempotencyKey } of items)
      if (/^sample-payment-\d$/.test(idempotencyKey))
        found.push(...(yield* getPayment(merchantId, id)).transactions);
    return ok(found.reverse());
  });
