import { beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNTS } from '../../src/domain/ledger/ledger.ts';
import { balance, ledgerPage } from '../../src/entrypoints/http/ledger/ledger.ts';
import { ledgerStatement } from '../../src/entrypoints/http/ledger/statement.ts';
import { payment } from '../../src/entrypoints/http/payments/payment-schemas.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient, allPages, type Client } from '../support/http-client.ts';

/** How an account is stated, over every storage. */
export function statementsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`statements of accounts: ${adapter}`, () => {
    let mine: Client;
    let theirs: Client;
    beforeEach(async () => {
      const storage = await open();
      await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
      const { app } = aPlatform(storage);
      const send = (path: string, init: RequestInit) => app.request(path, init);
      mine = await aClient(send, aMerchantId('merchant-a'));
      theirs = await aClient(send, aMerchantId('merchant-b'));
      return () => storage.close();
    });

    const pay = async (client: Client, amount: number, currency = 'EUR') => {
      const body = { amount, currency, payment_method: 'card' };
      return payment.parse(await (await client.post('/payments', body, aKey())).json()).id;
    };
    const stated = async (query: string, client = mine) =>
      ledgerStatement.parse(await (await client.get(`/ledger/statement?${query}`)).json());
    const entries = () => allPages(mine, '/ledger/entries?currency=EUR', ledgerPage);
    const moveMoney = async () => {
      const [first] = [
        await pay(mine, 1_000),
        await pay(mine, 500),
        await pay(mine, 70, 'JPY'),
        await pay(theirs, 9),
      ];
      await mine.post(`/payments/${first}/refunds`, { amount: 300, reason: 'came back' }, aKey());
      const transfer = { destination_merchant_id: 'merchant-b', amount: 200, currency: 'EUR' };
      expect((await mine.post('/transfers', transfer, aKey())).status).toBe(201);
    };

    it('end at the balance, and have every entry of the account once, with what there was after it', async () => {
      await moveMoney();
      const { balances } = balance.parse(await (await mine.get('/balance')).json());
      const all = await entries();
      for (const account of ACCOUNTS) {
        const whole = await stated(`currency=EUR&account=${account}&limit=100`);
        expect(whole.opening_balance, account).toBe(0);
        expect(whole.items.map(({ id }) => id)).toEqual(
          all.filter(({ debit, credit }) => debit === account || credit === account).map(({ id }) => id),
        );
        expect(whole.entry_count).toBe(whole.items.length);
        let had = whole.closing_balance;
        for (const { balance_after, change } of whole.items) {
          expect(balance_after).toBe(had);
          had -= change;
        }
        expect(had).toBe(0);
      }
      const available = balances.find(({ currency }) => currency === 'EUR')?.available;
      expect(await stated('currency=EUR')).toMatchObject({
        account: 'available',
        closing_balance: available,
      });
      expect(await stated('currency=GBP')).toMatchObject({
        items: [],
        opening_balance: 0,
        closing_balance: 0,
      });
      expect(await stated('currency=EUR', theirs)).toMatchObject({ closing_balance: 209, entry_count: 2 });
    });

    it('of a time begin with what there was before it, on every page', async () => {
      await moveMoney();
      const whole = await stated('currency=EUR&limit=100');
      const moments = [...new Set(whole.items.map(({ created_at }) => created_at))];
      for (const from of moments)
        for (const to of moments.filter((at) => at >= from)) {
          const query = `currency=EUR&limit=1&start_date=${from}&end_date=${to}`;
          const within = whole.items.filter(({ created_at }) => created_at >= from && created_at <= to);
          const [newest, oldest] = [within.at(0), within.at(-1)];
          const sums = {
            opening_balance: (oldest?.balance_after ?? 0) - (oldest?.change ?? 0),
            closing_balance: newest?.balance_after,
            entry_count: within.length,
          };
          const seen: unknown[] = [];
          for (let cursor: string | null = ''; cursor !== null; ) {
            const page = await stated(`${query}${cursor && `&cursor=${cursor}`}`);
            expect(page).toMatchObject({ ...sums, start_date: from, end_date: to });
            seen.push(...page.items);
            cursor = page.next_cursor;
          }
          expect(seen).toEqual(within);
        }
    });

    it('are refused without a currency, for an account that there is not, and for a time that ends before it begins', async () => {
      for (const query of ['', 'currency=EUR&account=savings', 'currency=eur', 'currency=EUR&currency=USD'])
        expect((await mine.get(`/ledger/statement?${query}`)).status, query).toBe(400);
      const backwards = 'currency=EUR&start_date=2026-02-01&end_date=2026-01-01';
      expect((await mine.get(`/ledger/statement?${backwards}`)).status).toBe(400);
      const other = await stated('currency=EUR');
      const foreign = await mine.get(`/ledger/statement?currency=JPY&cursor=${other.next_cursor ?? 'x'}`);
      expect(foreign.status).toBe(400);
    });
  });
}
