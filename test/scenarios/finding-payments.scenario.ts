import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { auditPage } from '../../src/entrypoints/http/audit/audit-schemas.ts';
import { customer } from '../../src/entrypoints/http/customers/customer-schemas.ts';
import { payment, paymentPage } from '../../src/entrypoints/http/payments/payment-schemas.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient, type Client } from '../support/http-client.ts';

const EMAIL = 'ada.lovelace@example.com';

/** How payments are found by who paid and by what merchants wrote beside them, over every storage. */
export function findingPaymentsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`finding payments: ${adapter}`, () => {
    let platform: ReturnType<typeof aPlatform>;
    let mine: Client;
    let theirs: Client;
    beforeEach(async () => {
      const storage = await open();
      await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
      platform = aPlatform(storage);
      const send = (path: string, init: RequestInit) => platform.app.request(path, init);
      mine = await aClient(send, aMerchantId('merchant-a'));
      theirs = await aClient(send, aMerchantId('merchant-b'));
      return () => storage.close();
    });

    const register = async (client: Client, email: string) =>
      customer.parse(await (await client.post('/customers', { email, name: 'Ada' })).json()).id;
    const pay = async (client: Client, parts: object = {}) => {
      const body = { amount: 100, currency: 'USD', payment_method: 'card', ...parts };
      return payment.parse(await (await client.post('/payments', body, aKey())).json()).id;
    };
    /** Ids on all pages of one payment each, newest first; what one page of all says must be the same, and its total. */
    async function found(query: Readonly<Record<string, string>>, client = mine): Promise<readonly string[]> {
      const asked = new URLSearchParams(query).toString();
      const walked: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const more = cursor === undefined ? '' : `&cursor=${cursor}`;
        const page = await client.get(`/payments?${asked}&limit=1${more}`);
        const read = paymentPage.parse(await page.json());
        walked.push(...read.items.map(({ id }) => id));
        cursor = read.next_cursor;
      }
      const response = await client.get(`/payments?${asked}&limit=100&include=total`);
      const { items, total, by_currency } = paymentPage.parse(await response.json());
      expect(items.map(({ id }) => id)).toEqual(walked);
      expect(total).toBe(items.length);
      const amounts = Map.groupBy(items, ({ currency }) => currency);
      expect(Object.keys(by_currency ?? {}).toSorted()).toEqual([...amounts.keys()].toSorted());
      for (const [currency, of] of amounts)
        expect(by_currency?.[currency]).toMatchObject({
          count: of.length,
          total_amount: of.reduce((sum, { amount }) => sum + amount, 0),
        });
      return items.map(({ id }) => id);
    }

    it('finds those of the customer who has an email, in each of its spellings, and beside other filters', async () => {
      const [ada, bob] = [await register(mine, EMAIL), await register(mine, 'bob@example.com')];
      const first = await pay(mine, { customer_id: ada });
      await pay(mine, { customer_id: bob });
      await pay(mine);
      const failed = await pay(mine, { customer_id: ada, currency: 'EUR' });
      for (const customer_email of [EMAIL, EMAIL.toUpperCase(), ` ${EMAIL}`])
        expect(await found({ customer_email })).toEqual([failed, first]);
      expect(await found({ customer_email: EMAIL, currency: 'EUR' })).toEqual([failed]);
      expect(await found({ customer_email: EMAIL, customer_id: ada })).toEqual([failed, first]);
      expect(await found({ customer_email: EMAIL, customer_id: bob })).toEqual([]);
      expect(await found({ customer_email: EMAIL, start_date: '2999-01-01' })).toEqual([]);
    });

    it('finds none by the email of another merchant’s customer, of no customer’s and of one that was erased', async () => {
      const ada = await register(mine, EMAIL);
      await pay(mine, { customer_id: ada });
      expect(await found({ customer_email: EMAIL }, theirs)).toEqual([]);
      expect(await found({ customer_email: 'other@example.com' })).toEqual([]);
      expect((await mine.call('DELETE', `/customers/${ada}`)).status).toBe(204);
      expect(await found({ customer_email: EMAIL })).toEqual([]);
    });

    it('puts the email into no log line and no cursor, and the find on record', async () => {
      const ada = await register(mine, EMAIL);
      for (let each = 0; each < 2; each += 1) await pay(mine, { customer_id: ada });
      const query = new URLSearchParams({ customer_email: EMAIL, limit: '1' }).toString();
      const { next_cursor } = paymentPage.parse(await (await mine.get(`/payments?${query}`)).json());
      const cursor = next_cursor ?? '';
      expect(cursor).not.toBe('');
      for (const text of [cursor, Buffer.from(cursor, 'base64url').toString('latin1'), ...platform.lines])
        expect(text).not.toMatch(/lovelace|ada@|@example/i);
      const trail = auditPage.parse(await (await mine.get(`/audit?entity_type=customer_access`)).json());
      expect(trail.items.map(({ action }) => action)).toContain('customer.found');
      const stale = await mine.get(
        `/payments?cursor=${encodeURIComponent(cursor)}&customer_email=b%40example.com`,
      );
      expect(z.object({ items: z.array(z.never()) }).parse(await stale.json()).items).toEqual([]);
      expect((await mine.get(`/payments?cursor=${cursor}`)).status).toBe(400);
    });

    it('finds those with one pair of metadata, name and value exactly', async () => {
      const plain = await pay(mine, { metadata: { order: '1001', shop: 'berlin' } });
      const hostile = { 'a"b': 'c\\"d,', 'naïve 🙂': '%_*', status: 'failed', ' order': '1001', e: '' };
      const odd = await pay(mine, { metadata: hostile, description: '"order":"1001"' });
      const again = await pay(mine, { metadata: { order: '1001' }, currency: 'EUR' });
      await pay(mine, { metadata: { order: '10011', 'order ': '1001', '1001': 'order' } });
      await pay(mine);
      await pay(theirs, { metadata: { order: '1001' } });
      expect(await found({ 'metadata[order]': '1001' })).toEqual([again, plain]);
      expect(await found({ 'metadata[order]': '1001', currency: 'EUR' })).toEqual([again]);
      for (const [name, value] of Object.entries(hostile))
        expect([name, await found({ [`metadata[${name}]`]: value })]).toEqual([name, [odd]]);
      for (const [name, value] of [
        ['Order', '1001'],
        ['order', '1001 '],
        ['order', ''],
        ['shop', 'BERLIN'],
      ])
        expect(await found({ [`metadata[${name}]`]: `${value}` })).toEqual([]);
      expect(await found({ 'metadata[toString]': '1' })).toEqual([]);
    });

    it.each([
      'metadata=1001',
      'metadata[]=1001',
      'metadata=1&metadata[a]=1',
      'metadata[a]=1&metadata[b]=2',
      'metadata[a]=1&metadata[a]=1',
      `metadata[${'n'.repeat(41)}]=1`,
      `metadata[n]=${'v'.repeat(501)}`,
      'metadata[a=1',
      'customer_email=ada',
    ])('refuses %s', async (query) => {
      expect((await mine.get(`/payments?${query}`)).status).toBe(400);
    });

    it('says of metadata that is no pair how one is written', async () => {
      const refused = await (await mine.get('/payments?metadata=1001')).json();
      expect(refused).toMatchObject({
        errors: [{ path: 'metadata', message: 'must be one pair, as `metadata[order]=1001`' }],
      });
    });
  });
}
