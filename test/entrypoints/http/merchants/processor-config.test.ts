import { afterAll, describe, expect, inject, it } from 'vitest';
import { CANARIES, canariesIn } from '../../../support/canaries.ts';
import { canaryPlaces, readable } from '../../../support/canary-places.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';
import { postgresServer } from '../../../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

describe('the plain text of a processor config', () => {
  it.each(canaryPlaces(server))(
    'is in no row, file, response or log line on %s, while payments are taken with it',
    async (_, open) => {
      const place = await open();
      try {
        const { app, lines } = await anHttpApp({}, place.storage);
        const bearers = {
          admin: await aToken({ merchant_id: undefined, permissions: ['admin'] }),
          shop: await aToken({ permissions: ['payments', 'refunds', 'audit'] }),
        };
        const call = async (as: keyof typeof bearers, method: string, path: string, body?: object) => {
          const headers = { authorization: `Bearer ${bearers[as]}`, 'idempotency-key': `${lines.length}` };
          const given = body === undefined ? {} : { body: JSON.stringify(body) };
          const response = await app.request(path, await aRequest({ method, headers, ...given }));
          const text = await response.text();
          expect(canariesIn(text)).toEqual([]);
          return { status: response.status, body: JSON.parse(text) as Readonly<Record<string, string>> };
        };
        const configure = (config: Readonly<Record<string, string>>) =>
          call('admin', 'PATCH', '/merchants/merchant-1', {
            processor_config: { api_key: CANARIES.processorConfig, ...config },
          });

        expect((await configure({})).status).toBe(200);
        const paid = await call('shop', 'POST', '/payments', aPaymentBody());
        expect(paid.status).toBe(201);
        const refunds = `/payments/${paid.body['id']}/refunds`;
        expect((await call('shop', 'POST', refunds, { amount: 1 })).status).toBe(201);
        for (const [simulate, status] of [
          ['test_declined', 402],
          ['test_unavailable', 503],
          [CANARIES.processorConfig, 503],
          ['test_timeout_approved', 202],
        ] as const) {
          await configure({ simulate });
          expect((await call('shop', 'POST', '/payments', aPaymentBody())).status).toBe(status);
        }
        expect((await call('shop', 'GET', '/audit')).status).toBe(200);
        expect((await call('admin', 'GET', '/merchants/merchant-1')).status).toBe(200);

        expect(canariesIn(await readable(place.storage))).toEqual([]);
        expect(canariesIn(await place.dump())).toEqual([]);
        expect(lines.length).toBeGreaterThan(10);
        expect(canariesIn(lines.join('\n'))).toEqual([]);
        expect(canariesIn(await (await app.request('/metrics')).text())).toEqual([]);
      } finally {
        await place.close();
      }
    },
  );
});
