import { okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { modifyPayment } from '../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../src/application/payments/recover-payments.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import { eachInItsOwnWorld, world } from '../application/each-world.ts';
import { aModification, aRequest, dieAfter, dieBefore, pass, soon } from '../application/world.ts';
import { aMerchantId, terms } from '../fixtures/changes.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { expectBooksAgree, expectChainsWhole } from '../support/books.ts';
import { bookOf, charged, processorAt } from '../support/stripe-double/bookkeeping.ts';
import { doubleClient } from '../support/stripe-double/client.ts';
import { EVERY_FAULT, type Fault } from '../support/stripe-double/faults.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';

const OPEN = 'POST /v1/payment_intents';
const CONFIRM = 'POST /v1/payment_intents/{intent}/confirm';
const MOVES = {
  capture: 'POST /v1/payment_intents/{intent}/capture',
  refund: 'POST /v1/refunds',
  void: 'POST /v1/payment_intents/{intent}/cancel',
} as const;

const FAULTS: readonly Fault[] = [
  ...EVERY_FAULT,
  { kind: 'wrong', body: (right) => ({ ...right, status: 'canceled' }) },
];

eachInItsOwnWorld();

describe.runIf(hasStripeDescription())('Payments on Stripe, whose answers are late, lost or wrong', () => {
  let double: StripeDouble;
  let use: ReturnType<typeof useCases>;
  beforeEach(async () => {
    double = await startStripeDouble();
    use = useCases();
  });
  afterEach(async () => {
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  function useCases(timeoutMs = 400) {
    const stripe = processorAt(double, timeoutMs);
    const ports = {
      ...world.ports,
      processor: {
        routeOf: (config: Parameters<typeof stripe.routeOf>[0]) => stripe.routeOf(config),
        accepts: (method: string) => stripe.accepts(method),
        charge: (order: Parameters<typeof stripe.charge>[0]) =>
          (world.turns.charge.shift() ?? pass)(() => stripe.charge(order)),
        cancel: (query: Parameters<typeof stripe.cancel>[0]) => stripe.cancel(query),
        move: (order: Parameters<typeof stripe.move>[0]) =>
          (world.turns.move.shift() ?? pass)(() => stripe.move(order)),
        lookup: (query: Parameters<typeof stripe.lookup>[0]) => stripe.lookup(query),
      },
      paymentMethods: { resolve: (_: unknown, __: unknown, method: string) => okAsync(method) },
    };
    return {
      process: processPayment(ports, terms),
      move: modifyPayment(ports, terms),
      recover: recoverPayments(ports, terms),
    };
  }
  const onStripe = (paymentMethod = 'pm_card_visa') => aRequest({ amount: 100n, paymentMethod });
  const payments = async () =>
    (await world.storage.payments.list(aMerchantId(), {}, { limit: 1_000 }))._unsafeUnwrap();

  /** Recovery until nothing is due, half a day at a time, and Stripe forgets its keys after the second. */
  async function settled(): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      world.pass(12 * 3_600_000 - 1_000);
      if (round === 2) double.forgetKeys();
      (await use.recover(1_000))._unsafeUnwrap();
    }
  }

  /** One charge for each payment that has money, our books Stripe's, and every payment in an end state. */
  async function expectSettled(): Promise<void> {
    const all = await payments();
    const ours = all.flatMap((each) => (each.status === 'failed' ? [] : [each.id]));
    expect([...charged(double.books())].sort()).toEqual([...ours].sort());
    for (const payment of all) {
      expect(['authorized', 'succeeded', 'canceled', 'failed']).toContain(payment.status);
      await expectChainsWhole(world.storage, payment);
    }
    const book = (reference: string) => bookOf(double.books(), reference);
    await expectBooksAgree(world.storage, { book }, aMerchantId());
  }

  it.for(FAULTS.flatMap((fault) => [OPEN, CONFIRM].map((endpoint) => [endpoint, fault] as const)))(
    'charge once under a key, and end as Stripe has it: %s, %o',
    async ([endpoint, fault]) => {
      double.script.next(endpoint, fault);
      const request = onStripe();
      await use.process(request);
      await use.process(request);
      await settled();
      await expectSettled();
      const [payment] = await payments();
      const book = bookOf(double.books(), payment?.id ?? '');
      expect(book?.captured ?? 0n).toBe(payment?.status === 'succeeded' ? 100n : 0n);
    },
  );

  it('does not wait until Stripe forgets a 500 that it keeps, since an intent is confirmed once under whatever key', async () => {
    double.script.next(CONFIRM, { kind: 'error', when: 'before' });
    await use.process(onStripe());
    world.pass(terms.leaseMs + 60_000);
    (await use.recover(1_000))._unsafeUnwrap();
    await expectSettled();
    expect((await payments()).map(({ status }) => status)).toEqual(['succeeded']);
  });

  it('fail, with nothing in attention, when Stripe refuses to confirm an intent that it opened', async () => {
    double.script.next(CONFIRM, { kind: 'refused' });
    await use.process(onStripe());
    await expectSettled();
    const [payment] = await payments();
    expect(payment).toMatchObject({
      status: 'failed',
      failure: { code: 'card_declined' },
      processorId: [...double.books().intents.keys()][0],
    });
    expect(payment?.attention).toBeUndefined();
  });

  it.for([
    ['captured', (id: string) => doubleClient(double).paymentIntents.capture(id)],
    ['canceled', (id: string) => doubleClient(double).paymentIntents.cancel(id)],
  ] as const)(
    'that were %s at Stripe by others before their hold was on record are for people, and move nothing',
    async ([state, byOthers]) => {
      use = useCases(500);
      double.script.next(CONFIRM, { kind: 'never', when: 'after' });
      await use.process({ ...onStripe(), captureMethod: 'manual' });
      await byOthers([...double.books().intents.keys()][0] ?? expect.fail('there is no intent'));
      world.pass(terms.leaseMs + 60_000);
      (await use.recover(1_000))._unsafeUnwrap();
      const [payment] = await payments();
      expect(payment).toMatchObject({
        status: 'processing',
        attention: { reason: 'state_differs', seen: { state } },
      });
    },
  );

  it('are never without a record because Stripe could not be asked for it', async () => {
    await use.process(onStripe());
    const [payment] = await payments();
    const { id: reference, merchantId } = payment ?? expect.fail('no payment was made');
    const [processorId = ''] = double.books().intents.keys();
    const read = 'GET /v1/payment_intents/{intent}';
    for (const kind of ['unavailable', 'rate_limited', 'lock_timeout'] as const) {
      double.script.next(read, { kind });
      const query = { reference, merchantId, config: () => undefined, processorId };
      expect((await processorAt(double).lookup(query))._unsafeUnwrapErr()).toEqual({
        kind: 'ProcessorUnavailable',
      });
    }
  });

  const movable = async ({ type }: ModificationRequest): Promise<PaymentId> => {
    const captureMethod = type === 'refund' ? 'automatic' : 'manual';
    (await use.process({ ...onStripe(), captureMethod }))._unsafeUnwrap();
    const [payment] = await payments();
    return payment?.id ?? expect.fail('no payment was made');
  };
  const EACH: readonly ModificationRequest[] = [
    { type: 'capture', amount: 30n, final: false },
    { type: 'refund', amount: 30n },
    { type: 'void' },
  ];

  const AFTER = {
    capture: { authorized: 100n, captured: 30n, refunded: 0n, ended: false },
    refund: { authorized: 100n, captured: 100n, refunded: 30n, ended: true },
    void: { authorized: 100n, captured: 0n, refunded: 0n, ended: true },
  };

  it.for(FAULTS.slice(0, 9).flatMap((fault) => EACH.map((asked) => [asked, fault] as const)))(
    'move money once under a key: %o, %o',
    async ([asked, fault]) => {
      const id = await movable(asked);
      double.script.next(MOVES[asked.type], fault);
      const request = aModification(id, asked);
      await use.move(request);
      await use.move(request);
      await settled();
      await expectSettled();
      expect(bookOf(double.books(), id)).toEqual(AFTER[asked.type]);
    },
  );

  it.for([
    ['capture', 1, 100n, { type: 'capture', amount: 100n, final: true }],
    ['capture', 2, 30n, { type: 'capture', amount: 30n, final: true }],
    ['void', 1, 0n, { type: 'void' }],
    ['void', 2, 0n, { type: 'void' }],
  ] as const)(
    'are ended without waiting until Stripe forgets a 500 that it keeps, as an intent ends by one %s under whatever key',
    async ([type, errors, captured, asked]) => {
      const id = await movable(asked);
      double.script.next(
        MOVES[type],
        ...Array.from({ length: errors }, () => ({ kind: 'error', when: 'before' }) as const),
      );
      await use.move(aModification(id, asked));
      for (let round = 0; round < 3; round += 1) {
        world.pass(terms.leaseMs + 3_600_000);
        (await use.recover(1_000))._unsafeUnwrap();
      }
      await expectSettled();
      expect(bookOf(double.books(), id)).toEqual({ ...AFTER.void, captured });
    },
  );

  it('are ended without waiting where the mark of a void met a 500 that Stripe keeps', async () => {
    const id = await movable({ type: 'void' });
    double.script.next('POST /v1/payment_intents/{intent}', { kind: 'error', when: 'before' });
    await use.move(aModification(id, { type: 'void' }));
    world.pass(terms.leaseMs + 60_000);
    (await use.recover(1_000))._unsafeUnwrap();
    await expectSettled();
    expect(bookOf(double.books(), id)).toEqual(AFTER.void);
  });

  it('are given back once when Stripe answers wrongly that a refund came to nothing', async () => {
    const id = await movable({ type: 'refund', amount: 30n });
    double.script.next(MOVES.refund, { kind: 'wrong', body: (right) => ({ ...right, status: 'failed' }) });
    await use.move(aModification(id, { type: 'refund', amount: 30n }));
    await settled();
    await expectSettled();
    expect(bookOf(double.books(), id)).toEqual(AFTER.refund);
  });

  it.for([
    ['before it is opened', 0, [dieBefore]],
    ['after it is opened', 1, [dieAfter]],
    ['before it is confirmed', 1, [pass, dieBefore]],
    ['after it is confirmed', 2, [pass, dieAfter]],
  ] as const)('are charged once when the process ends %s', async ([, requests, turns]) => {
    world.turns.charge.push(...turns);
    void use.process(onStripe());
    await until(() => world.turns.charge.length === 0 && double.requests().length === requests);
    await settled();
    await expectSettled();
    expect((await payments()).map(({ status }) => status)).toEqual(['succeeded']);
  });

  const COMMITS = [[dieBefore], [dieAfter], [pass, dieBefore], [pass, dieAfter]] as const;

  it.for(EACH.flatMap((asked) => COMMITS.map((turns, n) => [asked, n, turns] as const)))(
    'are modified once when the process ends at a commit: %o, %d',
    async ([asked, n, turns]) => {
      const id = await movable(asked);
      world.turns.commit.push(...turns);
      void use.move(aModification(id, asked));
      await expect.poll(() => world.turns.commit.length).toBe(0);
      await settled();
      await expectSettled();
      const untouched = { ...AFTER[asked.type], refunded: 0n, ended: asked.type === 'refund' };
      const isBegun = n > 0;
      const captured = asked.type === 'refund' ? 100n : 0n;
      expect(bookOf(double.books(), id)).toEqual(isBegun ? AFTER[asked.type] : { ...untouched, captured });
    },
  );

  it.for(EACH.flatMap((asked) => [dieBefore, dieAfter].map((turn) => [asked, turn] as const)))(
    'are modified once when the process ends about it: %o',
    async ([asked, turn]) => {
      const id = await movable(asked);
      world.turns.move.push(turn);
      const answered = double.requests().length;
      void use.move(aModification(id, asked));
      await until(
        () => world.turns.move.length === 0 && (turn === dieBefore || double.requests().length > answered),
      );
      await settled();
      await expectSettled();
      expect(bookOf(double.books(), id)).toEqual(AFTER[asked.type]);
    },
  );

  async function until(there: () => boolean): Promise<void> {
    while (!there()) await soon();
  }
});
