import { setTimeout as sleep } from 'node:timers/promises';
import { dataOf, type PaywrightClient } from '../../../client/src/client.ts';

const PATIENCE_MS = 60_000;

/** Accepts the dispute of a payment once there is one; gives its id. */
export async function accepted(client: PaywrightClient, paymentId: string): Promise<string> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(500)) {
    const { items } = await dataOf(client.GET('/disputes', { params: { query: { limit: 100 } } }));
    const found = items.find(({ payment_id }) => payment_id === paymentId);
    if (found === undefined) continue;
    const path = { id: found.id };
    await client.POST('/disputes/{id}/accept', { params: { path }, body: {} });
    return found.id;
  }
  return paymentId;
}
