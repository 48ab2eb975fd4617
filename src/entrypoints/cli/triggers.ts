import { dataOf, type PaywrightClient, PaywrightProblem } from '../../../client/src/client.ts';
import { accepted } from './triggered-disputes.ts';
import { disabled } from './triggered-endpoint.ts';
import { settled } from './triggered-settlement.ts';

/** What makes an event happen on the simulator. `run` gives the id of what the event is about. */
type Trigger = Readonly<{ says: string; run: (client: PaywrightClient) => Promise<string> }>;

const AMOUNT = { amount: 1999, currency: 'USD' } as const;

/** A payment, whatever becomes of it: the one of a decline is named by the refusal. */
async function paid(client: PaywrightClient, payment_method = 'card', rest: object = {}): Promise<string> {
  const body = { ...AMOUNT, payment_method, ...rest };
  return dataOf(client.POST('/payments', { body })).then(({ id }) => id, paymentOf);
}

function paymentOf(fault: unknown): string {
  if (fault instanceof PaywrightProblem && fault.paymentId !== undefined) return fault.paymentId;
  throw fault;
}

const pathOf = (id: string) => ({ params: { path: { id } } });

async function refunded(client: PaywrightClient, payment_method?: string): Promise<string> {
  const id = await paid(client, payment_method);
  await client.POST('/payments/{id}/refunds', { ...pathOf(id), body: { amount: 500 } }).catch(paymentOf);
  return id;
}

async function voided(client: PaywrightClient): Promise<string> {
  const id = await paid(client, 'card', { capture_method: 'manual' });
  await client.POST('/payments/{id}/void', { ...pathOf(id), body: {} });
  return id;
}

async function transferred(client: PaywrightClient): Promise<string> {
  await paid(client);
  const body = { destination_merchant_id: 'merchant-456', amount: 500, currency: 'USD' } as const;
  return (await dataOf(client.POST('/transfers', { body }))).id;
}

/** By the event that each makes happen. */
export const TRIGGERS: Readonly<Record<string, Trigger>> = {
  'payment.created': { says: 'a payment by card', run: (client) => paid(client) },
  'payment.requires_action': {
    says: 'a payment whose customer has to approve it',
    run: (client) => paid(client, 'test_requires_action'),
  },
  'payment.authorized': {
    says: 'a payment that is held',
    run: (client) => paid(client, 'card', { capture_method: 'manual' }),
  },
  'payment.succeeded': { says: 'a payment by card', run: (client) => paid(client) },
  'payment.failed': { says: 'a payment that is declined', run: (client) => paid(client, 'test_declined') },
  'payment.canceled': { says: 'a payment that is held, then voided', run: voided },
  'payment.authorization_expired': {
    says: 'a payment that is held, and voided before the simulator lets it lapse',
    run: (client) => paid(client, 'test_lapses', { capture_method: 'manual' }),
  },
  'payment.attention': {
    says: 'a payment of which the processor says another amount',
    run: (client) => paid(client, 'test_amount_differs'),
  },
  'refund.created': { says: 'a payment by card, and 5.00 USD given back', run: (client) => refunded(client) },
  'refund.failed': {
    says: 'a payment, and a refund that the processor refuses',
    run: (client) => refunded(client, 'test_movement_refused'),
  },
  'transfer.completed': { says: 'a payment, and 5.00 USD sent to merchant-456', run: transferred },
  'export.completed': {
    says: 'an export of payments',
    run: async (client) =>
      (await dataOf(client.POST('/payments/export', { body: { format: 'csv' } }))).export_id,
  },
  'dispute.created': {
    says: 'a payment that the cardholder disputes 3 seconds later',
    run: (client) => paid(client, 'test_disputed'),
  },
  'dispute.updated': {
    says: 'a payment that is disputed, and the dispute accepted',
    run: async (client) => accepted(client, await paid(client, 'test_disputed')),
  },
  'dispute.closed': {
    says: 'the same, once the processor has closed it',
    run: async (client) => accepted(client, await paid(client, 'test_disputed')),
  },
  'settlement.completed': {
    says: 'a payment, and a processor’s file that settles it',
    run: async (client) => settled(client, await paid(client)),
  },
  'webhook_endpoint.disabled': {
    says: 'an endpoint on this machine that is gone for good',
    run: disabled,
  },
};
