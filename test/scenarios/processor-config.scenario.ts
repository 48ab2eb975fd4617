import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { jsonText } from '../../src/domain/kernel/json.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { CaptureMethod } from '../../src/domain/payments/payment.ts';
import { paymentRecord } from '../../src/domain/payments/payment-record.ts';
import { decodeResponse } from '../../src/entrypoints/http/payments/stored-responses.ts';
import type { Processor } from '../../src/ports/processor.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, origin } from '../fixtures/changes.ts';
import { aPlatform, terms } from '../support/http-app.ts';
import { handClock } from '../support/relay-workers.ts';

const shop = aMerchantId('shop');
const named = { name: 'Corner shop', email: 'shop@example.com', origin };

/** The same storage, which counts the calls that reach it. */
function counted(storage: Storage) {
  const counts = { calls: 0 };
  const ports = Object.entries(storage).map(([name, port]) => [
    name,
    typeof port === 'object' && !Array.isArray(port)
      ? new Proxy(port, {
          get(target, method, receiver) {
            const value: unknown = Reflect.get(target, method, receiver);
            if (typeof value !== 'function') return value;
            return (...args: unknown[]) => {
              counts.calls += 1;
              return Reflect.apply(value, target, args) as unknown;
            };
          },
        })
      : port,
  ]);
  return { storage: Object.fromEntries(ports) as Storage, counts };
}

/** What a merchant's `processor_config` does to its payments, on every storage. */
export function processorConfigContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Processor configs on ${adapter}`, () => {
    let storage: Storage;
    let counts: { calls: number };
    let seen: string[];
    let world: ReturnType<typeof aWorld>;
    beforeEach(async () => {
      ({ storage, counts } = counted(await open()));
      seen = [];
      world = aWorld();
    });
    afterEach(() => storage.close());

    function aWorld() {
      const clock = handClock();
      const simulated = simulatedProcessor(simulatorLedger(':memory:'), clock);
      const note = (call: string, config: (name: string) => string | undefined) =>
        void seen.push(
          [`${call} by ${config('api_key') ?? 'no key'}`, config('account')].filter(Boolean).join(' at '),
        );
      const processor: Processor = {
        ...simulated,
        routeOf: (config) => ({ processor: 'simulator', ...present({ account: config('account') }) }),
        charge(order) {
          note('charge', order.config);
          return simulated.charge(order);
        },
        move(order) {
          note(order.type, order.config);
          return simulated.move(order);
        },
        lookup(query) {
          note('look-up', query.config);
          return simulated.lookup(query);
        },
      };
      return { clock, ...aPlatform(storage, { clock, processor }).useCases };
    }

    const openShop = async (processorConfig?: Readonly<Record<string, string>>, id = shop) =>
      (await world.createMerchant({ id, ...named, ...present({ processorConfig }) }))._unsafeUnwrap();

    async function pay(
      parts: Readonly<{ method?: string; captureMethod?: CaptureMethod; merchantId?: typeof shop }> = {},
    ) {
      const { method = 'card', captureMethod = 'automatic', merchantId = shop } = parts;
      const { response } = (
        await world.processPayment({
          merchantId,
          idempotencyKey: aKey(),
          amount: money(100n, 'USD'),
          paymentMethod: method,
          captureMethod,
          origin,
        })
      )._unsafeUnwrap();
      const { status, paymentId } = decodeResponse(response);
      return { status, id: paymentId as PaymentId };
    }

    const modify = async (paymentId: PaymentId, modification: ModificationRequest) => {
      const request = { merchantId: shop, paymentId, idempotencyKey: aKey(), modification, origin };
      (await world.modifyPayment(request))._unsafeUnwrap();
    };

    const recover = async () => {
      world.clock.pass(terms.leaseMs + 1);
      return (await world.recoverPayments(10))._unsafeUnwrap();
    };

    it('are open to the processor in every charge, modification and look-up', async () => {
      await openShop({ api_key: 'one' });
      const held = await pay({ captureMethod: 'manual' });
      await modify(held.id, { type: 'capture', amount: 60n, final: false });
      await modify(held.id, { type: 'refund', amount: 10n });
      await modify(held.id, { type: 'void' });
      await pay({ method: 'test_timeout_approved' });
      expect(await recover()).toMatchObject({ settled: 1 });
      expect(seen).toEqual([
        'charge by one',
        'capture by one',
        'refund by one',
        'void by one',
        'charge by one',
        'look-up by one',
      ]);
    });

    it('are the ones of the moment: a change or removal holds for the next call', async () => {
      await openShop({ api_key: 'one' });
      const { id } = await pay();
      await world.changeMerchant({ id: shop, processorConfig: { api_key: 'two' }, origin });
      await modify(id, { type: 'refund', amount: 10n });
      await world.changeMerchant({ id: shop, processorConfig: null, origin });
      await modify(id, { type: 'refund', amount: 10n });
      expect(seen).toEqual(['charge by one', 'refund by two', 'refund by no key']);
    });

    it('say where a charge goes once and for all: its account is kept, shown in no answer, and in every later call', async () => {
      await openShop({ api_key: 'one', account: 'acct_1' });
      const { id } = await pay({ captureMethod: 'manual' });
      const silent = await pay({ method: 'test_timeout_approved' });
      await world.changeMerchant({
        id: shop,
        processorConfig: { api_key: 'two', account: 'acct_2' },
        origin,
      });
      await modify(id, { type: 'capture', amount: 60n, final: true });
      expect(await recover()).toMatchObject({ settled: 1 });
      await modify(id, { type: 'refund', amount: 10n });
      await pay();
      expect(seen).toEqual([
        'charge by one at acct_1',
        'charge by one at acct_1',
        'capture by two at acct_1',
        'look-up by two at acct_1',
        'refund by two at acct_1',
        'charge by two at acct_2',
      ]);
      for (const each of [id, silent.id]) {
        const payment = (await storage.payments.find(shop, each))._unsafeUnwrap();
        expect(payment.route).toEqual({ processor: 'simulator', account: 'acct_1' });
        const links = (await storage.auditTrail.ofPayment(shop, each))._unsafeUnwrap();
        const events = (await storage.outbox.unsent(100))._unsafeUnwrap();
        expect(
          jsonText([paymentRecord(payment), links, events.map(({ data }) => data)] as never),
        ).not.toContain('acct_');
      }
    });

    it('say to the simulator how the cards of their merchant end, and of no other', async () => {
      const other = aMerchantId('other');
      await openShop({ simulate: 'test_insufficient_funds' });
      await openShop(undefined, other);
      expect((await pay()).status).toBe(402);
      expect((await pay({ method: 'tok_visa' })).status).toBe(402);
      expect((await pay({ merchantId: other })).status).toBe(201);
      await world.changeMerchant({ id: shop, processorConfig: { simulate: 'card' }, origin });
      expect((await pay()).status).toBe(201);
    });

    it('cost no call of the storage when a payment is taken, moved or recovered', async () => {
      const calls: number[] = [];
      for (const config of [undefined, { api_key: 'one' }]) {
        const id = aMerchantId(config === undefined ? 'plain' : 'configured');
        await openShop(config, id);
        counts.calls = 0;
        await pay({ merchantId: id });
        await pay({ merchantId: id, method: 'test_timeout_approved' });
        await recover();
        calls.push(counts.calls);
      }
      expect(calls[0]).toBeGreaterThan(0);
      expect(calls[1]).toBe(calls[0]);
    });
  });
}
