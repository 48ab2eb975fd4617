import { beforeEach, describe, expect, it } from 'vitest';
import { ringKeys } from '../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../src/adapters/keys/vault.ts';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import type { CurrencyCode } from '../../src/domain/kernel/currency.ts';
import type { EventType } from '../../src/domain/kernel/events.ts';
import type { Processor } from '../../src/ports/processor.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { Vault } from '../../src/ports/vault.ts';
import { aKey, aMerchantId, anOpening, aSuccess, NOON } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { noConfig } from '../fixtures/vault.ts';
import { aDelivery, addEndpoint, anEvent } from '../fixtures/webhooks.ts';
import { aPlatform, aRing } from '../support/http-app.ts';
import { aClient, type Client } from '../support/http-client.ts';

/** What is stored in words that requests can no longer use: read as it was, over HTTP, as the document says. */
export function retiredValuesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`values that are no longer accepted: ${adapter}`, () => {
    const merchantId = aMerchantId();
    let storage: Storage;
    let platform: ReturnType<typeof aPlatform>;
    let vault: Vault;
    let processor: Processor;
    const clock = { now: () => NOON + 60_000 };
    let client: Client;
    let admin: Client;
    beforeEach(async () => {
      storage = await open();
      const ring = aRing();
      processor = simulatedProcessor(simulatorLedger(':memory:'), clock);
      platform = aPlatform(storage, { ring, clock, processor });
      vault = localVault(ringKeys(ring), clock);
      const send = (path: string, init: RequestInit) => platform.app.request(path, init);
      client = await aClient(send, merchantId);
      admin = await aClient(send, undefined, ['admin']);
      return () => storage.close();
    });

    async function told<Body = unknown>(answer: Promise<Response>, status: number): Promise<Body> {
      const response = await answer;
      const text = await response.text();
      expect([response.status, response.status === status ? '' : text]).toEqual([status, '']);
      return JSON.parse(text) as Body;
    }

    it('of currencies: payments, sums, balance and ledger are read, and the money goes back', async () => {
      await addMerchants(storage, [aMerchant()]);
      const currency: CurrencyCode = 'HRK';
      const opening = anOpening({ currency });
      const { id, amount, paymentMethod } = opening.payment;
      const { processorId } = (
        await processor.charge({
          reference: id,
          merchantId,
          config: noConfig,
          amount,
          paymentMethod,
          capture: true,
        })
      )._unsafeUnwrap();
      for (const change of [opening.change, aSuccess(opening, undefined, undefined, processorId)])
        (await storage.commits.commit(change))._unsafeUnwrap();
      const body = { amount: 2_500, currency, payment_method: 'card' };
      expect(await told(client.post('/payments', body, aKey()), 400)).toMatchObject({
        code: 'invalid_request',
      });
      expect(await told(client.get(`/payments/${id}`), 200)).toMatchObject({ currency, amount: 2_500 });
      for (const query of ['', `?currency=${currency}&include=total`])
        expect(await told(client.get(`/payments${query}`), 200)).toMatchObject({ items: [{ id, currency }] });
      expect(await told(client.get('/payments/summary'), 200)).toMatchObject({
        by_currency: { [currency]: { count: 1 } },
      });
      expect(await told(client.get('/balance'), 200)).toMatchObject({ balances: [{ currency }] });
      expect(await told(client.get(`/ledger/entries?currency=${currency}`), 200)).toMatchObject({
        items: [{ currency }],
      });
      const exported = await client.get('/payments/export?format=csv');
      expect([exported.status, await exported.text()]).toEqual([200, expect.stringContaining('25.00')]);
      expect((await client.get('/audit')).status).toBe(200);
      expect(await told(client.post(`/payments/${id}/refunds`, { amount: 500 }, aKey()), 201)).toMatchObject({
        currency,
        status: 'succeeded',
      });
    });

    it('of event types: endpoints, deliveries and events are read, and what waits in the outbox goes out', async () => {
      await addMerchants(storage, [aMerchant()]);
      const type = 'invoice.paid' as EventType;
      const { endpoint } = await addEndpoint(
        { commits: storage.commits, vault },
        { events: [type, 'payment.created'] },
      );
      const event = anEvent({ type });
      (await storage.deliveries.addAll([aDelivery(endpoint, event)]))._unsafeUnwrap();
      const opening = anOpening();
      const stored = opening.change.events.map((each) => ({ ...each, type }));
      (await storage.commits.commit({ ...opening.change, events: stored }))._unsafeUnwrap();
      expect(
        await told(client.post('/webhook_endpoints', { url: endpoint.url, events: [type] }), 400),
      ).toMatchObject({
        code: 'invalid_request',
      });
      const path = `/webhook_endpoints/${endpoint.id}`;
      expect(await told(client.get(path), 200)).toMatchObject({ events: [type, 'payment.created'] });
      expect(await told(client.patch(path, { description: 'still here' }), 200)).toMatchObject({
        events: [type, 'payment.created'],
      });
      expect(await told(client.get('/webhook_deliveries'), 200)).toMatchObject({
        items: [{ event_type: type }],
      });
      const unsent = (await storage.outbox.unsent(10))._unsafeUnwrap();
      expect(unsent.map((each) => each.type)).toContain(type);
      (await storage.eventLog.addAll(unsent))._unsafeUnwrap();
      const { items } = await told<{ items: readonly { event_type: string }[] }>(client.get('/events'), 200);
      expect(items.map((each) => each.event_type)).toContain(type);
    });

    it('of features: a merchant is read and changed with those it has', async () => {
      const features = ['A Feature of Old!'];
      await addMerchants(storage, [aMerchant('merchant-a', { features })]);
      const path = `/merchants/${merchantId}`;
      expect(await told(admin.get(path), 200)).toMatchObject({ features });
      expect(await told(client.get('/merchant'), 200)).toMatchObject({ features });
      await told(admin.patch(path, { features }), 400);
      expect(await told(admin.patch(path, { name: 'Another' }), 200)).toMatchObject({ features });
    });

    it('of payment methods: payments and customers are read with those they have', async () => {
      await addMerchants(storage, [aMerchant()]);
      const opening = anOpening({ paymentMethod: 'cheque by post' });
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      expect(await told(client.get(`/payments/${opening.payment.id}`), 200)).toMatchObject({
        payment_method: 'cheque by post',
      });
      const person = { email: 'ada@example.com', name: 'Ada' };
      const { id } = await told<{ id: string }>(client.post('/customers', person), 201);
      const method = { type: 'card', token: 'tok_1', last4: '4242', expiry_month: 12, expiry_year: 2031 };
      await told(client.post(`/customers/${id}/payment_methods`, method), 201);
      const customer = (await storage.aggregates.find(merchantId, 'customer', id))._unsafeUnwrap();
      if (customer?.status !== 'active') throw new Error('no customer');
      const paymentMethods = customer.paymentMethods.map((each) => ({
        ...each,
        type: 'wallet' as never,
        accountType: 'giro' as never,
      }));
      const next = { ...customer, paymentMethods, version: customer.version + 1 };
      const guarded = { expected: customer.version, next, takes: [], releases: [] };
      (
        await storage.commits.commit({
          id: crypto.randomUUID(),
          at: NOON,
          transactions: [],
          aggregates: [guarded],
          entries: [],
          tallies: [],
          audit: [],
          events: [],
        })
      )._unsafeUnwrap();
      expect(await told(client.get(`/customers/${id}`), 200)).toMatchObject({
        payment_methods: [{ type: 'wallet', last4: '4242', account_type: 'giro' }],
      });
      await told(client.post(`/customers/${id}/payment_methods`, { ...method, type: 'wallet' }), 400);
    });
  });
}
