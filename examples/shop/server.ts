/**
 * A shop: it takes payments through paywright and learns from webhooks what became of them.
 *
 *   PAYWRIGHT_URL=http://localhost:8080 PAYWRIGHT_TOKEN=… WEBHOOK_SECRETS=whsec_… node server.ts
 */
import express from 'express';
import { createClient, dataOf, PaywrightNoAnswer, PaywrightProblem } from 'paywright-client';
import { verifyWebhook, WebhookNotGenuine } from 'paywright-client/webhooks';

const { PAYWRIGHT_URL = '', PAYWRIGHT_TOKEN = '', WEBHOOK_SECRETS = '', PORT = '3000' } = process.env;
const paywright = createClient({ baseUrl: PAYWRIGHT_URL, token: PAYWRIGHT_TOKEN });

/** A real shop has these in its database, and notes an event's id in the same transaction as what it changes. */
const orders = new Map<string, { amount: number; status: string; payment?: string }>();
const seen = new Set<string>();

const app = express();

app.post('/orders/:id/pay', express.json(), async (request, response) => {
  const { id } = request.params;
  const { amount, payment_method } = request.body as { amount: number; payment_method: string };
  const order = orders.get(id) ?? { amount, status: 'open' };
  orders.set(id, order);
  try {
    const payment = await dataOf(
      paywright.POST('/payments', {
        body: { amount: order.amount, currency: 'USD', payment_method, metadata: { order: id } },
        // One order is paid once by one card, however often its button is pressed; another card is another payment.
        params: { header: { 'Idempotency-Key': `${id}-${payment_method}` } },
      }),
    );
    order.payment = payment.id;
    // Anything but success is settled later, and the webhook says how.
    if (payment.status === 'succeeded') order.status = 'paid';
    else if (order.status === 'open') order.status = payment.status;
    response.status(payment.status === 'succeeded' ? 200 : 202).json({ id, ...order });
  } catch (fault) {
    if (fault instanceof PaywrightProblem && fault.status === 402)
      response.status(402).json({ error: 'The card was declined. Try another one.', code: fault.code });
    else if (fault instanceof PaywrightProblem && fault.status < 500)
      response.status(400).json({ error: fault.message, code: fault.code });
    // What became of it is not known: the same request asks again and pays nothing twice.
    else if (fault instanceof PaywrightNoAnswer || fault instanceof PaywrightProblem)
      response.status(503).set('Retry-After', '5').json({ error: 'Try again in a moment.' });
    else throw fault;
  }
});

app.get('/orders/:id', (request, response) => {
  const order = orders.get(request.params.id);
  response.status(order === undefined ? 404 : 200).json(order ?? {});
});

// The signature is of the bytes as they arrived, so no parser may come before it.
app.post('/webhooks', express.raw({ type: 'application/json', limit: '1mb' }), async (request, response) => {
  try {
    const { body, headers } = request;
    const event = await verifyWebhook({ body, headers }, { secrets: WEBHOOK_SECRETS.split(',') });
    const { metadata } = event.data as { metadata?: { order?: string } };
    const order = orders.get(metadata?.order ?? '');
    // The same event may come twice, and an older one after a newer.
    if (order !== undefined && !seen.has(event.id)) {
      if (event.event_type === 'payment.succeeded') order.status = 'paid';
      if (event.event_type === 'payment.failed' && order.status !== 'paid') order.status = 'failed';
      seen.add(event.id);
    }
    response.sendStatus(204);
  } catch (fault) {
    response.sendStatus(fault instanceof WebhookNotGenuine ? 401 : 500);
  }
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  console.log(`the shop listens on http://127.0.0.1:${typeof address === 'object' ? address?.port : PORT}`);
});
