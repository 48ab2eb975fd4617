import { randomUUID } from 'node:crypto';
import type { Result } from 'neverthrow';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Storage } from '../../../../src/ports/storage.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { theDocument } from '../../../support/described-app.ts';
import { everyStorage } from '../../../support/every-storage.ts';
import { anHttpApp, aToken } from '../../../support/http-app.ts';
import {
  type Ask,
  attentionIn,
  type Call,
  disputesIn,
  exceptionsIn,
  PLATFORM_POSTS,
  parkedIn,
} from '../../../support/keyed-posts.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

const PERMISSIONS = [
  'exports',
  'payments',
  'refunds',
  'customers',
  'transfers',
  'webhooks',
  'settlements',
  'resolutions',
  'admin',
];

async function aDesk(storage: Storage) {
  const { app, work } = await anHttpApp({}, storage);
  const authorization = `Bearer ${await aToken({ permissions: PERMISSIONS })}`;
  const send = async (call: Call, key?: string, method = 'POST'): Promise<Response> =>
    app.request(call.path, {
      method,
      headers: {
        authorization,
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(call.csv === undefined ? {} : { 'content-type': 'text/csv' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(call.ifMatch === undefined ? {} : { 'if-match': call.ifMatch }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      ...(call.csv === undefined ? {} : { body: call.csv }),
    });
  const asking = async (call: Call) => {
    const response = await send(call);
    const text = await response.text();
    expect([response.status < 300, text]).toEqual([true, text]);
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  };
  const ask: Ask = Object.assign(asking, {
    exception: exceptionsIn(storage),
    inAttention: attentionIn(storage),
    dispute: disputesIn(storage),
    parkedEvent: parkedIn(storage),
  });
  return { send, ask, app, work };
}

const readOf = async (response: Response) => ({
  status: response.status,
  type: response.headers.get('content-type'),
  location: response.headers.get('location'),
  body: await response.text(),
});

/** Grows with every effect that a request had: counts what there is, with its versions. */
async function effectsIn(storage: Storage): Promise<number> {
  const merchantId = aMerchantId('merchant-1');
  const page = { limit: 100 };
  const found: readonly Result<readonly Readonly<{ version: number }>[], unknown>[] = await Promise.all([
    storage.aggregates.list(merchantId, 'customer', page),
    storage.aggregates.list(merchantId, 'webhook_endpoint', page),
    storage.aggregates.list(merchantId, 'transfer', page),
    storage.aggregates.list(merchantId, 'export', page),
    storage.aggregates.list(merchantId, 'reconciliation', page),
    storage.aggregates.list(merchantId, 'exception', page),
    storage.merchants.list(page),
    storage.payments.list(merchantId, {}, page),
    storage.deliveries.list(merchantId, {}, page),
  ]);
  return found.flatMap((each) => each._unsafeUnwrap()).reduce((sum, { version }) => sum + version, 0);
}

/** They take none: what they do is asked of the processor's record, however often; `awaited-customers.scenario.ts` has many at once. */
const KEYLESS = ['confirmPayment'];

it('names every POST of the platform that takes a token, so that none is without a test of its key', () => {
  const posts = Object.entries(theDocument.paths)
    .filter(([path]) => !path.startsWith('/approvals/'))
    .flatMap(([, { post }]) => (post === undefined || post.security?.length === 0 ? [] : [post.operationId]));
  expect(posts.toSorted()).toEqual([...Object.keys(PLATFORM_POSTS), ...KEYLESS].toSorted());
});

describe.each(kinds)('an idempotency key on $name', ({ open }) => {
  let storage: Storage;
  let desk: Awaited<ReturnType<typeof aDesk>>;

  beforeAll(async () => {
    storage = await open();
    desk = await aDesk(storage);
  });
  afterAll(() => storage.close());

  /** What a request made grow, and its answer. */
  async function growthOf<Done>(task: () => Promise<Done>): Promise<readonly [number, Done]> {
    const before = await effectsIn(storage);
    const done = await task();
    return [(await effectsIn(storage)) - before, done];
  }

  describe.each(Object.entries(PLATFORM_POSTS))('of %s', (_, { prepare, needsKey }) => {
    // Exports under way would leave no place for others.
    beforeEach(() => desk.work());

    it('gives a repeat the first response, byte for byte, and no second effect', async () => {
      const { one } = await prepare(desk.ask);
      const key = randomUUID();
      const first = await desk.send(one, key);
      expect([first.status < 300, first.headers.get('idempotency-replayed')]).toEqual([true, null]);
      const read = await readOf(first);
      for (const spelling of [key, `"${key}"`]) {
        const [growth, again] = await growthOf(() => desk.send(one, spelling));
        expect([growth, again.headers.get('idempotency-replayed')]).toEqual([0, 'true']);
        expect(await readOf(again)).toEqual(read);
      }
    });

    it('is refused for another payload, which then has no effect', async () => {
      const { one, other } = await prepare(desk.ask);
      const key = randomUUID();
      await desk.send(one, key);
      const [growth, refused] = await growthOf(() => desk.send(other, key));
      expect([growth, await refusalOf(refused)]).toEqual([0, '422 idempotency_key_reused']);
    });

    it('lets one of many that come at once have its effect', async () => {
      const { one: single } = await prepare(desk.ask);
      const [growthOfOne] = await growthOf(() => desk.send(single, randomUUID()));
      const { one } = await prepare(desk.ask);
      const key = randomUUID();
      const [growth, responses] = await growthOf(() =>
        Promise.all(Array.from({ length: 8 }, () => desk.send(one, key))),
      );
      expect(growth).toBe(growthOfOne);
      const done = await Promise.all(responses.filter(({ status }) => status < 300).map(readOf));
      expect(new Set(done.map(({ body }) => body)).size).toBe(1);
      for (const response of responses.filter(({ status }) => status >= 300))
        expect(await refusalOf(response)).toBe('409 idempotency_in_flight');
    });

    it('is refused when it is none', async () => {
      const { one } = await prepare(desk.ask);
      const [growth, refused] = await growthOf(async () => {
        const refusals: (readonly [string, string])[] = [];
        for (const key of ['k'.repeat(256), '"k', '"k" "l"', 'a b', '""', 'order-4242424242424242'])
          refusals.push([key, await refusalOf(await desk.send(one, key))]);
        return refusals;
      });
      const [card, ...others] = refused.toReversed();
      expect(growth).toBe(0);
      for (const [key, refusal] of others)
        expect([key, refusal]).toEqual([key, '400 idempotency_key_invalid']);
      expect(card?.[1]).toBe('422 pan_not_accepted');
      if (needsKey) expect(await refusalOf(await desk.send(one))).toBe('400 idempotency_key_required');
    });
  });
});

const refusalOf = async (response: Response): Promise<string> =>
  `${response.status} ${String(((await response.json()) as { code?: string }).code)}`;
