import { Agent, request as httpRequest } from 'node:http';
import { okAsync, ResultAsync } from 'neverthrow';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { simulatedProcessor } from '../../../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../../../src/adapters/processor/simulator-ledger.ts';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { admitted, inFlight } from '../../../../src/entrypoints/http/server/in-flight.ts';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { type ListeningServer, serveHttp } from '../../../../src/entrypoints/http/server/node-server.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { inRequest, type RequestScope } from '../../../../src/entrypoints/http/server/request-scope.ts';
import type { Processor } from '../../../../src/ports/processor.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../../fixtures/merchants.ts';
import { eventually } from '../../../support/eventually.ts';
import { aPaymentBody, aPlatform, aToken } from '../../../support/http-app.ts';

afterEach(() => void vi.useRealTimers());

const LIMITS = { maxInFlight: 2, maxWaitMs: 2_000 };

/** Requests at the gate, and what became of each. */
function aGate(limits = LIMITS) {
  vi.useFakeTimers();
  const shed: string[] = [];
  const admit = inFlight(limits, (what) => void shed.push(what));
  const began: string[] = [];
  const ask = (name: string, isGone = false) => {
    const state = { isGone };
    const scope: RequestScope = { hasLeft: () => state.isGone };
    const { work } = admitted({ work: () => okAsync(void began.push(name)) }, admit);
    const outcome = inRequest(scope, () => Promise.resolve(work())).then((result) =>
      result.isOk() ? 'done' : (result.error as unknown as { kind: string }).kind,
    );
    return {
      outcome,
      work: () => inRequest(scope, () => Promise.resolve(work())),
      end: () => scope.atEnd?.(),
      leave: () => void (state.isGone = true),
    };
  };
  const settled = () => vi.advanceTimersByTimeAsync(0);
  return { ask, began, shed, settled };
}

describe('requests in flight', () => {
  it('run so many at once, and the next in the order they came', async () => {
    const { ask, began, settled } = aGate();
    const [a, b] = ['a', 'b', 'c', 'd'].map((name) => ask(name));
    await settled();
    expect(began).toEqual(['a', 'b']);
    b?.end();
    await settled();
    expect(began).toEqual(['a', 'b', 'c']);
    b?.end();
    await settled();
    expect(began).toEqual(['a', 'b', 'c']);
    a?.end();
    await settled();
    expect(began).toEqual(['a', 'b', 'c', 'd']);
  });

  it('wait as many again, and one more is refused at once', async () => {
    const { ask, began, shed } = aGate();
    const asked = ['a', 'b', 'c', 'd', 'e'].map((name) => ask(name));
    expect(await asked[4]?.outcome).toBe('Overloaded');
    expect([began, shed]).toEqual([['a', 'b'], ['overloaded']]);
  });

  it('wait no longer than they may, and are then never begun', async () => {
    const { ask, began, shed, settled } = aGate();
    const [a, , c] = ['a', 'b', 'c'].map((name) => ask(name));
    await vi.advanceTimersByTimeAsync(LIMITS.maxWaitMs - 1);
    expect(shed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await c?.outcome).toBe('Overloaded');
    a?.end();
    await settled();
    expect([began, shed]).toEqual([['a', 'b'], ['overloaded']]);
  });

  it('are dropped when their client leaves before their turn, which another has then', async () => {
    const { ask, began, shed, settled } = aGate();
    const [a, , c, d] = ['a', 'b', 'c', 'd'].map((name) => ask(name));
    c?.leave();
    a?.end();
    expect(await c?.outcome).toBe('ClientLeft');
    expect(await d?.outcome).toBe('done');
    await settled();
    expect([began, shed]).toEqual([['a', 'b', 'd'], ['client_left']]);
  });

  it('are not begun when their client has left already, though there is room', async () => {
    const { ask, began } = aGate();
    expect(await ask('a', true).outcome).toBe('ClientLeft');
    expect(began).toEqual([]);
  });

  it('have one turn each, whatever they ask of it, and keep it when their client leaves', async () => {
    const { ask, began, settled } = aGate({ maxInFlight: 1, maxWaitMs: 2_000 });
    const a = ask('a');
    const b = ask('b');
    await settled();
    a.leave();
    await a.work();
    expect(began).toEqual(['a', 'a']);
    a.end();
    expect(await b.outcome).toBe('done');
  });

  it('lose a turn that they have held for longer than anything takes', async () => {
    const { ask, began, shed, settled } = aGate({ maxInFlight: 1, maxWaitMs: 2_000 });
    const a = ask('a');
    await settled();
    vi.advanceTimersByTime(110_000);
    const b = ask('b');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await b.outcome).toBe('Overloaded');
    vi.advanceTimersByTime(8_000);
    expect(await ask('c').outcome).toBe('done');
    a.end();
    await settled();
    expect([began, shed]).toEqual([
      ['a', 'c'],
      ['overloaded', 'stuck'],
    ]);
  });

  it('are those of clients only: the work of workers waits for none', async () => {
    const { ask, settled } = aGate({ maxInFlight: 1, maxWaitMs: 2_000 });
    ask('a');
    await settled();
    const { work } = admitted(
      { work: () => okAsync('done') },
      inFlight({ maxInFlight: 0, maxWaitMs: 0 }, () => {}),
    );
    expect((await work())._unsafeUnwrap()).toBe('done');
  });
});

const log = jsonLogger({ level: 'silent' });
const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A server that works on one request at a time, with a processor that answers when it may. */
async function aServer(maxWaitMs: number) {
  const storage = memoryStorage();
  await addMerchants(storage, [aMerchant('merchant-1')]);
  const simulated = simulatedProcessor(simulatorLedger(':memory:'), systemClock);
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  const processor: Processor = {
    ...simulated,
    charge(order) {
      asked += 1;
      return ResultAsync.fromSafePromise<void, never>(gate.promise).andThen(() => simulated.charge(order));
    },
  };
  const admit = inFlight({ maxInFlight: 1, maxWaitMs }, () => {});
  const { useCases } = aPlatform(storage, { processor });
  const { app } = aPlatform(storage, { app: admitted(useCases, admit) });
  const server = await serveHttp(app, { host: '127.0.0.1', port: 0, log });
  servers.push(server);
  const token = await aToken();
  const agent = new Agent({ keepAlive: false });
  const pay = (key: string) => {
    const call = httpRequest(`${server.url}/payments`, {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
    });
    const status = new Promise<number>((resolve) => {
      call.once('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      call.once('error', () => resolve(0));
    });
    call.end(JSON.stringify(aPaymentBody()));
    return { status, leave: () => call.destroy() };
  };
  const stored = async () =>
    (await storage.payments.list(aMerchantId('merchant-1'), {}, { limit: 10 }))._unsafeUnwrap();
  return { url: server.url, token, pay, stored, asked: () => asked, letGo: () => gate.resolve() };
}

describe('over a socket', () => {
  it('a payment whose client leaves is carried through, and one that waited behind it then has its turn', async () => {
    const { pay, stored, asked, letGo } = await aServer(60_000);
    const first = pay('first');
    await eventually(() => expect(asked()).toBe(1));
    const second = pay('second');
    first.leave();
    expect(await first.status).toBe(0);
    letGo();
    expect(await second.status).toBe(201);
    expect((await stored()).map(({ idempotencyKey, status }) => [idempotencyKey, status])).toEqual([
      ['second', 'succeeded'],
      ['first', 'succeeded'],
    ]);
  });

  it('a request is refused early with the time to come again, while what watches the process is answered', async () => {
    const { url, token, pay, stored, asked, letGo } = await aServer(20);
    const first = pay('first');
    await eventually(() => expect(asked()).toBe(1));
    const headers = { authorization: `Bearer ${token}` };
    const refused = await fetch(`${url}/payments`, { headers });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(problem.parse(await refused.json()).code).toBe('overloaded');
    for (const path of ['/healthz', '/readyz', '/metrics', '/docs', '/openapi.json'])
      expect([path, (await fetch(`${url}${path}`)).status]).toEqual([path, 200]);
    expect((await fetch(`${url}/payments`, { headers: { authorization: 'Bearer x' } })).status).toBe(401);
    letGo();
    expect(await first.status).toBe(201);
    expect(await pay('first').status).toBe(201);
    expect(await stored()).toHaveLength(1);
  });

  it('a request whose client leaves before its turn is never begun', async () => {
    const { url, token, pay, stored, asked, letGo } = await aServer(60_000);
    const first = pay('first');
    await eventually(() => expect(asked()).toBe(1));
    const left = pay('left');
    await new Promise((resolve) => setTimeout(resolve, 100));
    left.leave();
    expect(await left.status).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    letGo();
    expect(await first.status).toBe(201);
    expect((await fetch(`${url}/payments`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      200,
    );
    expect(asked()).toBe(1);
    expect(await stored()).toHaveLength(1);
  });
});
