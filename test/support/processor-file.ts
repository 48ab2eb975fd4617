import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { ConsoleDesk } from './console-window.ts';
import { eventually } from './eventually.ts';

type Payment = Readonly<{ id: string; transactions: readonly Readonly<{ id: string; status: string }>[] }>;

/** What a row says of a payment that was taken here. */
export type Said = Readonly<{ paid: number; says: number; currency?: string; fee?: number }>;

const HEADER =
  'payment_id,transaction_id,status,fee,processed_date,settlement_date,type,amount,currency,reference,payout_id,bank_reference';
const DAYS = '2026-03-02,2026-03-02';

/** A line of a file for each payment, which is taken here first, and below them these lines as they are. */
export async function processorFile(
  desk: Pick<ConsoleDesk, 'api'>,
  name: string,
  rows: readonly Said[],
  others: readonly string[] = [],
): Promise<string> {
  const lines: string[] = [];
  for (const [at, { paid, says, currency = 'USD', fee = 30 }] of rows.entries()) {
    const body = { amount: paid, currency, payment_method: 'card' };
    const { id } = await desk.api<Payment>('/payments', { method: 'POST', key: `${name}-${at}`, body });
    const { transactions } = await desk.api<Payment>(`/payments/${id}`);
    const settled = transactions.find(({ status }) => status === 'succeeded')?.id;
    lines.push(`${id},${settled},settled,${fee},${DAYS},payment,${says},${currency},,${name},`);
  }
  return `${[HEADER, ...lines, ...others].join('\n')}\n`;
}

/** A row that stands for itself: what a processor kept, gave, or sent to the bank. */
export const ownRow = (type: string, amount: number, name: string, bank = ''): string =>
  `,,settled,0,${DAYS},${type},${amount},USD,${type === 'payout' ? '' : `${name}-${type}`},${name},${bank}`;

/** Sends a file to the API and waits for what becomes of it: the id of its reconciliation. */
export async function reconciled({ url, token, api }: ConsoleDesk, file: string): Promise<string> {
  const response = await fetch(`${url}/reconciliations?source=native`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'text/csv',
      'idempotency-key': randomUUID(),
    },
    body: file,
  });
  const { id } = (await response.json()) as Readonly<{ id: string }>;
  await eventually(async () =>
    expect(await api(`/reconciliations/${id}`)).toMatchObject({ status: 'completed' }),
  );
  return id;
}
