import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, NOON } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { anEvent } from '../fixtures/webhooks.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient, allPages, type Client } from '../support/http-client.ts';

const MOST_PAGE = 640 * 1_024;
/** As many and as long as a payment may have. */
const metadata = Object.fromEntries(
  Array.from({ length: 50 }, (_, n) => [`${n}`.padEnd(40, 'n'), 'v'.repeat(500)]),
);
const COUNT = 45;

const page = z.looseObject({
  items: z.array(z.looseObject({ id: z.string() })),
  next_cursor: z.string().nullable(),
});

/** A page is bounded in bytes as well as in number, on every storage, and what it leaves out is on the next. */
export function heavyPagesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Heavy pages contract: ${adapter}`, () => {
    let client: Client;
    beforeEach(async () => {
      const storage = await open();
      await addMerchants(storage, [aMerchant()]);
      for (let n = 0; n < COUNT; n += 1) {
        const { change } = anOpening({ createdAt: NOON + n, metadata });
        (await storage.commits.commit(change))._unsafeUnwrap();
        (await storage.eventLog.addAll([anEvent({ at: NOON + n, data: { metadata } })]))._unsafeUnwrap();
      }
      const { app } = aPlatform(storage, { clock: { now: () => NOON + 60_000 } });
      client = await aClient((path, init) => app.request(path, init), aMerchantId());
      return () => storage.close();
    });

    it('of payments, events and the audit trail end early, with a cursor, and every item comes once', async () => {
      for (const path of ['/payments', '/events', '/audit']) {
        const text = await (await client.get(`${path}?limit=100`)).text();
        const { items, next_cursor } = page.parse(JSON.parse(text));
        expect([path, Buffer.byteLength(text) < MOST_PAGE, items.length < COUNT]).toEqual([path, true, true]);
        expect(items.length).toBeGreaterThan(10);
        expect(next_cursor).not.toBeNull();
        const all = await allPages(client, path, page);
        // The merchant's own beginning is in the trail too.
        expect([path, all.length]).toEqual([path, path === '/audit' ? COUNT + 1 : COUNT]);
        const few = page.parse(await (await client.get(`${path}?limit=5`)).json());
        expect(few.items).toHaveLength(5);
      }
    });
  });
}
