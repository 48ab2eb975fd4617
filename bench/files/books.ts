import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { NATIVE_COLUMNS } from '../../src/domain/files/native-file.ts';
import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import type { Change } from '../../src/ports/commits.ts';
import { recorded } from '../recording.ts';
import { orThrow } from '../rows.ts';
import { aRequest, type System } from '../system.ts';

const PAGE = 1_000;
const FEE = '29';
const DAY = '2026-01-31';

/** Of so many payments that were taken in memory, all the commits are written at once. */
const TOGETHER = 2_000;

/** Takes so many payments for one merchant, or writes what it takes where the store has a shorter way. */
export async function takePayments(
  { processPayment }: System,
  merchantId: MerchantId,
  {
    payments,
    callers,
    fill,
  }: Readonly<{ payments: number; callers: number; fill?: (changes: readonly Change[]) => Promise<void> }>,
): Promise<void> {
  if (fill !== undefined) {
    for (let left = payments; left > 0; left -= TOGETHER) {
      const count = Math.min(TOGETHER, left);
      const taken = await recorded(count, (memory) =>
        Promise.resolve(memory.processPayment(aRequest(merchantId))),
      );
      await fill(taken.flat());
    }
    return;
  }
  let begun = 0;
  const lane = async () => {
    while (begun < payments) {
      begun += 1;
      orThrow(await processPayment(aRequest(merchantId)));
    }
  };
  await Promise.all(Array.from({ length: callers }, lane));
}

/** A processor's file of all payments of a merchant, each settled with a fee that was not known before. Gives its rows. */
export async function writeFile({ storage }: System, merchantId: MerchantId, path: string): Promise<number> {
  const file = createWriteStream(path);
  file.write(`${NATIVE_COLUMNS.join(',')}\n`);
  let rows = 0;
  for (let before: PaymentId | undefined; ; ) {
    const page = { limit: PAGE, ...(before === undefined ? {} : { before }) };
    const payments = orThrow(await storage.payments.list(merchantId, {}, page));
    const found = await Promise.all(
      payments.map(async ({ id }) => orThrow(await storage.payments.transactionsOf(merchantId, id))),
    );
    for (const { id, paymentId, amount } of found.flat()) {
      rows += 1;
      file.write(
        `${paymentId},${id},settled,${FEE},${DAY},${DAY},payment,${amount.minorUnits},${amount.currency},,,\n`,
      );
    }
    if (file.writableNeedDrain) await once(file, 'drain');
    before = payments.at(-1)?.id;
    if (payments.length < PAGE) break;
  }
  file.end();
  await once(file, 'close');
  return rows;
}
