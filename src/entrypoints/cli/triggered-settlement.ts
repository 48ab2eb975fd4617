import { setTimeout as sleep } from 'node:timers/promises';
import { dataOf, type PaywrightClient } from '../../../client/src/client.ts';

const HEAD = 'payment_id,transaction_id,status,fee,processed_date,settlement_date,type,amount,currency';

const PATIENCE_MS = 60_000;

/** Sends a processor's file that settles one payment as it is here; gives the id of the reconciliation that read it. */
export async function settled(client: PaywrightClient, paymentId: string): Promise<string> {
  const path = { id: paymentId };
  const { transactions } = await dataOf(client.GET('/payments/{id}', { params: { path } }));
  const [capture] = transactions;
  if (capture === undefined) throw new Error('a payment that was taken has no transaction');
  const day = capture.created_at.slice(0, 'YYYY-MM-DD'.length);
  const { id, amount, currency } = capture;
  const csv = `${HEAD}\n${paymentId},${id},settled,0,${day},${day},payment,${amount},${currency}\n`;
  const started = await dataOf(
    client.POST('/reconciliations', {
      params: { query: { source: 'native' } },
      headers: { 'content-type': 'text/csv' },
      body: csv as never,
      bodySerializer: (text: unknown) => text,
    }),
  );
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(200)) {
    const { status } = await dataOf(
      client.GET('/reconciliations/{id}', { params: { path: { id: started.id } } }),
    );
    if (status !== 'pending' && status !== 'processing') break;
  }
  return started.id;
}
