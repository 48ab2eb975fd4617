import type { Client } from 'openapi-fetch';
import type { components, paths } from './api.ts';
import { limited, pause } from './backoff.ts';

export type Payment = components['schemas']['PaymentWithTransactions'];

export type UntilFinalOptions = Readonly<{
  /** How long to go on asking: 2 minutes. */
  timeoutMs?: number;
  /** Between two questions; grows to ten times as much. 500 ms. */
  everyMs?: number;
  signal?: AbortSignal;
}>;

/** The payment had not ended in the time that was given: `payment` is as it was then, and `attention` says where people have to look. */
export class PaywrightUnsettled extends Error {
  override readonly name = 'PaywrightUnsettled';
  readonly payment: Payment;

  constructor(payment: Payment) {
    super(`${payment.id} is ${payment.status} still`);
    this.payment = payment;
  }
}

const OPEN: ReadonlySet<Payment['status']> = new Set(['pending', 'processing', 'requires_action']);

export async function untilFinal(
  client: Client<paths>,
  paymentId: string,
  { timeoutMs = 120_000, everyMs = 500, signal = new AbortController().signal }: UntilFinalOptions = {},
): Promise<Payment> {
  const limit = limited(timeoutMs, signal);
  try {
    for (let wait = everyMs; ; wait = Math.min(wait * 1.5, 10 * everyMs)) {
      const { data: payment } = await client.GET('/payments/{id}', {
        params: { path: { id: paymentId } },
        signal,
      });
      if (payment === undefined) throw new TypeError('The answer has no content');
      if (!OPEN.has(payment.status)) return payment;
      await pause(wait, limit.signal).catch((reason: unknown) => {
        throw signal.aborted ? reason : new PaywrightUnsettled(payment);
      });
    }
  } finally {
    limit.release();
  }
}
