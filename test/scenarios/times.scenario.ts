import { beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, NOON } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { anEvent } from '../fixtures/webhooks.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient, type Client } from '../support/http-client.ts';

/** What happened at 2026-03-01T12:00:00.123Z is chosen by that time, however it is written, on every storage. */
export function timesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Times contract: ${adapter}`, () => {
    const at = NOON + 123;
    let storage: Storage;
    let client: Client;
    beforeEach(async () => {
      storage = await open();
      await addMerchants(storage, [aMerchant()]);
      const { change } = anOpening({ createdAt: at });
      (await storage.commits.commit(change))._unsafeUnwrap();
      (await storage.eventLog.addAll([anEvent({ at })]))._unsafeUnwrap();
      const clock = { now: () => NOON + 60_000 };
      const { app } = aPlatform(storage, { clock });
      client = await aClient((path, init) => app.request(path, init), aMerchantId());
      return () => storage.close();
    });

    /** Whether each list has what happened then. */
    async function found(period: string) {
      const asked = async (path: string) => {
        const response = await client.get(`${path}?${period}`);
        const text = await response.text();
        expect([path, period, response.status, response.status === 200 ? '' : text]).toEqual([
          path,
          period,
          200,
          '',
        ]);
        return JSON.parse(text) as {
          items?: readonly unknown[];
          total_count?: number;
          total_events?: number;
        };
      };
      const [payments, events, audit, summary, report] = await Promise.all(
        ['/payments', '/events', '/audit', '/payments/summary', '/audit/report'].map(asked),
      );
      return [
        payments?.items?.length,
        events?.items?.length,
        (audit?.items?.length ?? 0) > 0,
        summary?.total_count,
        (report?.total_events ?? 0) > 0,
      ];
    }
    const THERE = [1, 1, true, 1, true];
    const NOT_THERE = [0, 0, false, 0, false];

    it.each([
      'start_date=2026-03-01T14:00:00.123+02:00&end_date=2026-03-01T14:00:00.123%2B02:00',
      'start_date=2026-03-01t12:00:00.123999999z&end_date=2026-03-01T12:00:00.123000001Z',
      'start_date=2026-03-01T06:30:00.123-05:30&end_date=2026-03-01',
      'start_date=2026-03-01&end_date=9999-12-31T23:59:59.999Z',
      'start_date=0000-01-01&end_date=9999-12-31',
    ])('chooses it by %s', async (period) => {
      expect(await found(period)).toEqual(THERE);
    });

    it.each([
      'start_date=2026-03-01T14:00:00.124+02:00&end_date=2026-03-02',
      'start_date=2026-03-01T12:00:00.001Z&end_date=2026-03-01T12:00:00.122999999Z',
      'start_date=2026-03-02&end_date=9999-12-31',
      'start_date=9999-12-31T23:59:59.999Z&end_date=9999-12-31T23:59:59.999Z',
      'start_date=0000-01-01&end_date=1969-12-31',
      'start_date=0000-01-01T00:00:00Z&end_date=0000-01-01T00:00:00Z',
    ])('passes it over by %s', async (period) => {
      expect(await found(period)).toEqual(NOT_THERE);
    });
  });
}
