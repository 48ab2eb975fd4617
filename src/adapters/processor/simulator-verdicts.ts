import { createHash } from 'node:crypto';
import type { Money } from '../../domain/kernel/money.ts';
import { present } from '../../domain/kernel/present.ts';
import type { DeclineCode, Verdict } from '../../ports/processor.ts';

/** ISO 8583 response codes. */
const RESPONSES = {
  approved: { responseCode: '00', responseText: 'Approved' },
  lapsed: { responseCode: '00', responseText: 'Authorization had lapsed' },
  canceled: { responseCode: '17', responseText: 'Customer cancellation' },
  card_declined: { responseCode: '05', responseText: 'Do not honor' },
  insufficient_funds: { responseCode: '51', responseText: 'Insufficient funds' },
  movement_refused: { responseCode: '57', responseText: 'Transaction not permitted' },
} as const;

/** What the simulator calls a charge or a modification: it follows from the reference. */
export const idOf = (reference: string): string =>
  `sim_${createHash('sha256').update(reference).digest('hex').slice(0, 24)}`;

/** A verdict in the simulator's words. */
export function verdictOn(
  { reference, amount }: Readonly<{ reference: string; amount: Money }>,
  verdict: 'approved' | 'lapsed' | 'canceled' | DeclineCode,
  processedAt: number,
  fee: bigint | undefined,
): Verdict {
  const said = {
    amount,
    processorId: idOf(reference),
    processedAt,
    ...present({ fee }),
    ...RESPONSES[verdict],
  };
  if (verdict === 'canceled') return { ...said, approved: false, decline: 'card_declined', canceled: true };
  return verdict === 'approved' || verdict === 'lapsed'
    ? { ...said, approved: true }
    : { ...said, approved: false, decline: verdict };
}
