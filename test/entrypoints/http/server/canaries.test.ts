import { afterAll, describe, expect, inject, it } from 'vitest';
import type { Aggregate } from '../../../../src/domain/aggregates/aggregate.ts';
import { present } from '../../../../src/domain/kernel/present.ts';
import type { Aggregates } from '../../../../src/ports/aggregates.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { CANARIES, canariesIn, spellingsOf } from '../../../support/canaries.ts';
import { canaryPlaces, readable } from '../../../support/canary-places.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';
import { postgresServer } from '../../../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

const PLACES = canaryPlaces(server);

/** A store that can be edited: a customer's name then stands in the place of its email. */
function tamperable(storage: Storage) {
  const state = { tampered: false };
  const aggregates: Aggregates = {
    ...storage.aggregates,
    find: (merchantId, kind, id) =>
      storage.aggregates.find(merchantId, kind, id).map((found) => {
        const customer: Aggregate | undefined = found;
        if (!state.tampered || customer?.kind !== 'customer' || customer.status !== 'active') return found;
        return {
          ...customer,
          secrets: { ...customer.secrets, email: customer.secrets.name },
        } as typeof found;
      }),
  };
  return { storage: { ...storage, aggregates }, state };
}

describe('canaries', () => {
  it('would be found in every spelling', () => {
    const [email, token] = [Buffer.from(CANARIES.email), Buffer.from(CANARIES.token)];
    for (const text of [
      `x${CANARIES.name}x`,
      email.toString('hex'),
      encodeURIComponent(CANARIES.email),
      email.toString('base64'),
      Buffer.from(`a${CANARIES.token}bc`).toString('base64'),
      Buffer.from(`ab${CANARIES.phone}c`).toString('base64url'),
      Buffer.concat([Buffer.from('abc'), token]).toString('base64'),
    ])
      expect(canariesIn(text)).not.toEqual([]);
    expect(spellingsOf('x'.repeat(9)).every((spelling) => spelling.length >= 8)).toBe(true);
  });

  it.each(PLACES)('are nowhere on %s, and every read is on record', async (_, open) => {
    const place = await open();
    try {
      const { storage, state } = tamperable(place.storage);
      const { app, lines } = await anHttpApp({}, storage);
      const bearer = `Bearer ${await aToken({ permissions: ['customers', 'payments', 'webhooks'] })}`;
      const call = async (method: string, path: string, body?: unknown, key?: string) => {
        const given = body === undefined ? {} : { body: JSON.stringify(body) };
        const headers = { authorization: bearer, ...present({ 'idempotency-key': key }) };
        const request = await aRequest({ method, headers, ...given });
        return app.request(path, request);
      };
      const { email, name, phone, token, metadata } = CANARIES;
      const card = { type: 'card', token, last4: '4242' };
      const whole = { email, name, phone, metadata: { note: metadata }, payment_methods: [card] };

      const made = await call('POST', '/customers', whole, 'canary-made');
      expect(made.status).toBe(201);
      const { id, payment_methods } = (await made.clone().json()) as {
        id: string;
        payment_methods: readonly { id: string }[];
      };
      const found = await call('GET', `/customers?email=${encodeURIComponent(email)}`);
      const read = await call('GET', `/customers/${id}`);
      expect((await read.json()) as object).toMatchObject({
        email,
        name,
        phone,
        metadata: { note: metadata },
      });
      expect((await found.text()).includes(email)).toBe(true);
      const methods = `/customers/${id}/payment_methods`;
      const decline = { ...card, token: 'test_declined' };
      const declined = await call('POST', methods, decline, 'canary-method');
      const { id: bad } = (await declined.json()) as { id: string };
      await call('PATCH', `/customers/${id}`, { name: `${name} II`, phone });
      const again = await call('POST', '/customers', whole, 'canary-made');
      expect([again.headers.get('idempotency-replayed'), await again.text()]).toEqual([
        'true',
        await made.text(),
      ]);
      const hook = { url: 'https://93.184.216.34/hooks' };
      const endpoint = await call('POST', '/webhook_endpoints', hook, 'canary-endpoint');
      const { id: we, secret } = (await endpoint.json()) as { id: string; secret: string };
      const rotated = await call(
        'POST',
        `/webhook_endpoints/${we}/rotate_secret`,
        undefined,
        'canary-secret',
      );
      const { secret: newer } = (await rotated.json()) as { secret: string };

      const pay = (payment_method: unknown, key: string) =>
        call('POST', '/payments', aPaymentBody({ payment_method, customer_id: id, idempotency_key: key }));
      const paid = await pay(payment_methods[0]?.id, 'canary-1');
      expect(paid.status).toBe(201);

      // Everything that can go wrong with such a customer at hand.
      const problems = [
        await call('POST', '/customers', whole),
        await call('POST', '/customers', { ...whole, email: `${email} ${name}` }),
        await call('POST', '/customers', { ...whole, email: 'b@example.test', token }),
        await call('POST', '/customers', { ...whole, email: 'b@example.test', phone: `${phone} ${name}` }),
        await call('POST', '/customers', {
          ...whole,
          email: 'b@example.test',
          payment_methods: [{ ...card, token: `x ${token}` }],
        }),
        await call('POST', '/customers', {
          ...whole,
          email: 'b@example.test',
          payment_methods: [{ ...card, token: `!${token}` }],
        }),
        await call('POST', '/customers', {
          ...whole,
          email: 'b@example.test',
          metadata: { cvv: metadata },
        }),
        await call('PATCH', `/customers/${id}`, { email, name, version: 99 }),
        await call('GET', `/customers?email=${encodeURIComponent(`${email}@${name}`)}`),
        await call('GET', `/customers/${encodeURIComponent(email)}`),
        await call('POST', `/customers/${id}/payment_methods`, { ...card, token: `${token} ` }),
        await pay(bad, 'canary-2'),
        await pay(`!${token}`, 'canary-3'),
        await pay(`pm_${'0'.repeat(32)}`, 'canary-4'),
      ];
      state.tampered = true;
      problems.push(await call('GET', `/customers/${id}`), await call('PATCH', `/customers/${id}`, { name }));
      state.tampered = false;
      for (const response of problems) {
        expect(response.status).toBeGreaterThanOrEqual(400);
        expect(canariesIn(await response.text())).toEqual([]);
      }
      expect(problems.map(({ status }) => status)).toContain(500);
      expect(canariesIn(await paid.text())).toEqual([]);
      expect(canariesIn(await readable(storage))).toEqual([]);

      // While it is there, and once it is erased.
      const dump = await place.dump();
      expect(canariesIn(dump)).toEqual([]);
      for (const each of [secret, newer]) expect(dump).not.toContain(each.slice('whsec_'.length));
      expect((await call('DELETE', `/customers/${id}`)).status).toBe(204);
      expect((await call('DELETE', `/webhook_endpoints/${we}`)).status).toBe(204);
      expect(canariesIn(await place.dump())).toEqual([]);
      for (const gone of [
        await call('POST', '/customers', whole, 'canary-made'),
        await call('POST', '/webhook_endpoints', hook, 'canary-endpoint'),
      ])
        expect([gone.status, await gone.json()]).toEqual([
          410,
          expect.objectContaining({ code: 'response_erased' }),
        ]);
      expect((await call('POST', methods, decline, 'canary-method')).status).toBe(410);
      expect(lines.length).toBeGreaterThan(20);
      expect(canariesIn(lines.join('\n'))).toEqual([]);
      expect(canariesIn(await (await app.request('/metrics')).text())).toEqual([]);

      const access = await storage.auditTrail.ofAggregate(
        aMerchantId('merchant-1'),
        'customer_access',
        id.replace('cus_', 'cac_'),
      );
      expect(access._unsafeUnwrap().map(({ action, actor }) => `${action} by ${actor.id}`)).toEqual([
        'customer.found by user-1',
        'customer.read by user-1',
        'customer.read by user-1',
      ]);
    } finally {
      await place.close();
    }
  });
});
