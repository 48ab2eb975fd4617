import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startDynamoDbEngine } from '../../../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../../../src/adapters/embedded/server.ts';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { postgresStorage } from '../../../../src/adapters/postgres/storage.ts';
import { transaction } from '../../../../src/entrypoints/http/payments/payment-schemas.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { freshDynamoDbStorage } from '../../../support/dynamodb-tables.ts';
import { aPaymentBody, aToken } from '../../../support/http-app.ts';
import { aDesk, problemIn } from '../../../support/modification-desk.ts';
import { postgresServer } from '../../../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));

let engine: EmbeddedServer;

beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});

afterAll(() => Promise.all([engine.stop(), server.close()]));

const STORES: Readonly<Record<string, () => Promise<Storage>>> = {
  memory: () => Promise.resolve(memoryStorage()),
  postgres: async () => postgresStorage(await server.newPool()),
  dynamodb: () => freshDynamoDbStorage(engine.url),
};

describe.each(Object.entries(STORES))('modifications over HTTP on %s', (_name, open) => {
  it('capture in parts, refund in parts, and say so everywhere', async () => {
    const storage = await open();
    const { move, hold, read } = await aDesk(storage);
    const id = await hold();
    const first = await move(id, 'capture', { amount: 30 });
    expect(first.status).toBe(201);
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    const part = transaction.parse(await first.json());
    expect(part).toMatchObject({
      payment_id: id,
      type: 'capture',
      amount: 30,
      currency: 'USD',
      status: 'succeeded',
      response_code: '00',
    });
    expect(await read(id)).toMatchObject({ status: 'authorized', captured_amount: 30 });
    expect((await move(id, 'capture', { amount: 50, final: true })).status).toBe(201);
    for (const amount of [10, 15]) {
      const response = await move(id, 'refunds', { amount, reason: 'came back' });
      expect(response.status).toBe(201);
      expect(transaction.parse(await response.json())).toMatchObject({ type: 'refund', reason: 'came back' });
    }
    const end = await read(id);
    expect(end).toMatchObject({
      status: 'succeeded',
      authorized_amount: 100,
      captured_amount: 80,
      refunded_amount: 25,
    });
    expect(end.transactions.map(({ type, amount }) => [type, amount])).toEqual([
      ['authorization', 100],
      ['capture', 30],
      ['capture', 50],
      ['refund', 10],
      ['refund', 15],
    ]);
    expect(end.transactions[1]).toEqual(part);
    await storage.close();
  });

  it('void a hold, or what a partial capture left of it', async () => {
    const storage = await open();
    const { move, hold, read } = await aDesk(storage);
    const [whole, partly] = [await hold(), await hold()];
    await move(partly, 'capture', { amount: 30 });
    for (const [id, amount] of [
      [whole, 100],
      [partly, 70],
    ] as const)
      expect(transaction.parse(await (await move(id, 'void')).json())).toMatchObject({
        type: 'void',
        amount,
        status: 'succeeded',
      });
    expect(await read(whole)).toMatchObject({ status: 'canceled', captured_amount: 0 });
    expect(await read(partly)).toMatchObject({ status: 'succeeded', captured_amount: 30 });
    await storage.close();
  });

  it('of 50 refunds of 60 on 100 at once do exactly one', async () => {
    const storage = await open();
    const { move, pay, read } = await aDesk(storage);
    const id = await pay();
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => move(id, 'refunds', { amount: 60 })),
    );
    const told: unknown[] = [];
    for (const each of responses) if (each.status !== 201) told.push(await problemIn(each));
    expect(told).toEqual(Array.from({ length: 49 }, () => [422, 'amount_exceeds_captured']));
    const end = await read(id);
    expect(end).toMatchObject({ status: 'succeeded', captured_amount: 100, refunded_amount: 60 });
    expect(end.transactions).toHaveLength(2);
    await storage.close();
  });

  it('of a capture and a void at once does one, and answers the other with a conflict', async () => {
    const storage = await open();
    const { move, hold, read } = await aDesk(storage);
    for (let round = 0; round < 4; round += 1) {
      const id = await hold();
      const responses = await Promise.all([move(id, 'capture', { amount: 100 }), move(id, 'void')]);
      const [lost] = responses.filter(({ status }) => status !== 201);
      expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(lost && (await problemIn(lost))).toEqual([409, 'payment_state_conflict']);
      expect(['succeeded', 'canceled']).toContain((await read(id)).status);
    }
    await storage.close();
  });
});

describe.each(Object.entries(STORES))('a key over HTTP on %s', (_name, open) => {
  it('of a payment over the rate is free, and an item of a batch says when to come back', async () => {
    const desk = await aDesk(await open());
    const admin = await aToken({ permissions: ['admin'], merchant_id: undefined });
    const change = (body: object) =>
      desk.app.request('/merchants/merchant-1', {
        method: 'PATCH',
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const tooMuch = aPaymentBody({ amount: 101, idempotency_key: 'd' });
    await change({ rate_limits: { payments_per_day: 2, max_payment_amount: 100 } });
    const order = (idempotency_key: string) => aPaymentBody({ amount: 100, idempotency_key });
    const batch = async (payments: readonly object[]) => {
      const response = await desk.post('/payments/batch', { body: JSON.stringify({ payments }) });
      expect(response.headers.has('retry-after')).toBe(false);
      const { results } = (await response.json()) as {
        results: { status: number; problem?: { code: string; retry_after?: number } }[];
      };
      return results;
    };
    const results = await batch([tooMuch, order('a'), order('b'), order('c')]);
    expect(results[0]?.problem?.code).toBe('amount_over_limit');
    expect(results.slice(1).filter(({ status }) => status === 201)).toHaveLength(2);
    const waiting = results.flatMap(({ problem: told }) => told?.retry_after ?? []);
    expect(waiting).toHaveLength(1);
    expect(waiting[0]).toBeGreaterThan(0);
    await change({ rate_limits: { payments_per_day: 0 } });
    const again = await batch(['a', 'b', 'c', 'd'].map(order));
    expect(again.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  it('of a refund that the balance does not cover is free where refunds need the balance', async () => {
    const desk = await aDesk(await open());
    const admin = await aToken({ permissions: ['admin'], merchant_id: undefined });
    const id = await desk.pay();
    const sent = await desk.post('/transfers', {
      token: await aToken({ permissions: ['transfers'] }),
      body: JSON.stringify({ destination_merchant_id: 'merchant-2', amount: 80, currency: 'USD' }),
      key: 'transfer',
    });
    expect(sent.status).toBe(201);
    await desk.app.request('/merchants/merchant-1', {
      method: 'PATCH',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      body: '{"refunds_need_balance":true}',
    });
    const asked = { body: '{"amount":30}', key: 'refund' };
    expect(await problemIn(await desk.post(`/payments/${id}/refunds`, asked))).toEqual([
      422,
      'insufficient_funds',
    ]);
    await desk.pay();
    expect((await desk.post(`/payments/${id}/refunds`, asked)).status).toBe(201);
  });

  it('of a refund of a captured part goes through while the rest is held', async () => {
    const { hold, move, read } = await aDesk(await open());
    const id = await hold();
    expect((await move(id, 'capture', { amount: 60 })).status).toBe(201);
    expect((await move(id, 'refunds', { amount: 50 })).status).toBe(201);
    expect(await problemIn(await move(id, 'refunds', { amount: 11 }))).toEqual([
      422,
      'amount_exceeds_captured',
    ]);
    expect(await read(id)).toMatchObject({ status: 'authorized', captured_amount: 60, refunded_amount: 50 });
    expect((await move(id, 'void')).status).toBe(201);
    expect(await read(id)).toMatchObject({ status: 'succeeded', captured_amount: 60, refunded_amount: 50 });
  });
});

describe('modifications in what is measured', () => {
  it('are counted once, by type and end', async () => {
    const { app, post, pay, hold } = await aDesk();
    const [taken, held] = [await pay(), await hold()];
    for (let round = 0; round < 2; round += 1)
      await post(`/payments/${taken}/refunds`, { key: 'k', body: '{"amount":1}' });
    await post(`/payments/${taken}/refunds`, { key: 'k2', body: '{"amount":100}' });
    await post(`/payments/${held}/void`, { key: 'k' });
    const text = await (await app.request('/metrics')).text();
    expect(text).toMatch(/paywright_movements_total\{type="refund",status="succeeded"\} 1/);
    expect(text).toMatch(/paywright_movements_total\{type="refund",status="refused"\} 1/);
    expect(text).toMatch(/paywright_movements_total\{type="void",status="succeeded"\} 1/);
  });
});
