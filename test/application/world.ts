import { errAsync, okAsync, type Result, ResultAsync } from 'neverthrow';
import { expect } from 'vitest';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import type { PaymentMethods } from '../../src/application/customers/resolve-payment-method.ts';
import type { Responded } from '../../src/application/kernel/idempotency.ts';
import { type ModifyPaymentRequest, modifyPayment } from '../../src/application/payments/modify-payment.ts';
import {
  type ProcessPaymentRequest,
  processPayment,
} from '../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../src/application/payments/recover-payments.ts';
import type { StoredResponse } from '../../src/domain/kernel/claim.ts';
import type { CustomerId, PaymentId } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { Merchant } from '../../src/domain/merchants/merchant.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { Commits } from '../../src/ports/commits.ts';
import type { Processor } from '../../src/ports/processor.ts';
import { aKey, aMerchantId, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { plainResponseEncoder } from '../fixtures/plain-responses.ts';
import { aVault } from '../fixtures/vault.ts';
import { expectBooksAgree, expectChainsWhole } from '../support/books.ts';

/** Stands between the core and one call to the outside: makes it, loses it, or loses its reply. */
export type Turn<Called> = (call: () => Called) => Called;
type Committed = ReturnType<Commits['commit']>;
type Charged = ReturnType<Processor['charge']>;
type Moved = ReturnType<Processor['move']>;
type LookedUp = ReturnType<Processor['lookup']>;

const silence = <T, E>(): ResultAsync<T, E> =>
  ResultAsync.fromSafePromise<T, E>(new Promise<never>(() => {}));

export const pass = <T, E>(call: () => ResultAsync<T, E>): ResultAsync<T, E> => call();
/** The process ends before the call is made. */
export const dieBefore = <T, E>(_call: () => ResultAsync<T, E>): ResultAsync<T, E> => silence();
/** The call has its effect, and the process ends before it gets the answer. */
export const dieAfter = <T, E>(call: () => ResultAsync<T, E>): ResultAsync<T, E> =>
  call().andThen(() => silence<T, E>());

/** To the caller these two are the same. */
export const loseReply: Turn<Committed> = (call) =>
  call().andThen(() => errAsync({ kind: 'StorageUnavailable' as const, cause: 'reply lost' }));
export const loseCommit: Turn<Committed> = () =>
  errAsync({ kind: 'StorageUnavailable', cause: 'never sent' });

export const refuseCharge: Turn<Charged> = () => errAsync({ kind: 'ProcessorUnavailable' });
export const refuseLookup: Turn<LookedUp> = () => errAsync({ kind: 'ProcessorUnavailable' });
/** The charge never reaches the processor, and no answer comes. */
export const loseCharge: Turn<Charged> = () => errAsync({ kind: 'ProcessorOutcomeUnknown' });
export const refuseMove: Turn<Moved> = () => errAsync({ kind: 'ProcessorUnavailable' });
/** The modification never reaches the processor, and no answer comes. */
export const loseMove: Turn<Moved> = () => errAsync({ kind: 'ProcessorOutcomeUnknown' });

/** Resolves when everything that waits for no outside call has gone as far as it can. */
export const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Holds a call back until it is let go. */
export function holding() {
  const gate = Promise.withResolvers<void>();
  const hold = <T, E>(call: () => ResultAsync<T, E>): ResultAsync<T, E> =>
    ResultAsync.fromSafePromise<void, E>(gate.promise).andThen(call);
  return { hold, letGo: () => gate.resolve() };
}

/**
 * The use cases over memory and a simulated processor, at noon, with the merchants `merchant-a` and `merchant-b`, who
 * take 1000000 at the most, and the customers that a test adds, each with the stored method `pm_1`. The next calls to the
 * outside take the turns queued for them; without one they simply happen.
 */
export async function aWorld() {
  const storage = memoryStorage();
  const ledger = simulatorLedger(':memory:');
  const clock = { at: NOON, now: (): Instant => clock.at };
  const simulated = simulatedProcessor(ledger, clock);
  const turns: {
    commit: Turn<Committed>[];
    charge: Turn<Charged>[];
    move: Turn<Moved>[];
    lookup: Turn<LookedUp>[];
  } = { commit: [], charge: [], move: [], lookup: [] };
  const calls = { commit: 0, charge: 0, move: 0, lookup: 0, resolve: 0 };
  const suspended = new Set<string>();
  const customers = new Set<CustomerId>();

  const limits = { rateLimits: { maxPaymentAmount: 1_000_000n } };
  await addMerchants(storage, [aMerchant('merchant-a', limits), aMerchant('merchant-b', limits)]);

  const ports = {
    ...storage,
    commits: {
      commit(change) {
        calls.commit += 1;
        return (turns.commit.shift() ?? pass)(() => storage.commits.commit(change));
      },
    } satisfies Commits,
    merchants: {
      ...storage.merchants,
      find: (id: Merchant['id']) =>
        storage.merchants
          .find(id)
          .map((found) => found && (suspended.has(id) ? { ...found, status: 'suspended' as const } : found)),
    },
    processor: {
      routeOf: (config) => simulated.routeOf(config),
      accepts: (paymentMethod) => simulated.accepts(paymentMethod),
      charge(order) {
        calls.charge += 1;
        return (turns.charge.shift() ?? pass)(() => simulated.charge(order));
      },
      cancel: (query) => simulated.cancel(query),
      move(order) {
        calls.move += 1;
        return (turns.move.shift() ?? pass)(() => simulated.move(order));
      },
      lookup(query) {
        calls.lookup += 1;
        return (turns.lookup.shift() ?? pass)(() => simulated.lookup(query));
      },
    } satisfies Processor,
    paymentMethods: {
      resolve(_merchantId, customerId, paymentMethod) {
        calls.resolve += 1;
        const isStored = paymentMethod.startsWith('pm_');
        if (customerId !== undefined && !customers.has(customerId))
          return errAsync({ kind: 'CustomerNotAccepted' });
        if (isStored && (customerId === undefined || paymentMethod !== 'pm_1'))
          return errAsync({ kind: 'PaymentMethodNotAccepted' });
        return okAsync(isStored ? 'card' : paymentMethod);
      },
    } satisfies PaymentMethods,
    admit: () => okAsync(undefined),
    admitConfirmation: () => okAsync(undefined),
    responses: plainResponseEncoder,
    clock,
    ids: systemIds,
    digests,
    vault: aVault(clock),
  };

  return {
    ports,
    storage,
    ledger,
    clock,
    turns,
    calls,
    suspended,
    customers,
    process: processPayment(ports, terms),
    move: modifyPayment(ports, terms),
    recover: recoverPayments(ports, terms),
    pass: (ms: number) => {
      clock.at += ms;
    },
    close: () => ledger.close(),
  };
}

export type World = Awaited<ReturnType<typeof aWorld>>;

type RequestParts = Partial<Omit<ProcessPaymentRequest, 'amount'>> & { amount?: bigint };

export const aRequest = ({ amount = 2_500n, ...parts }: RequestParts = {}): ProcessPaymentRequest => ({
  merchantId: aMerchantId(),
  idempotencyKey: aKey(),
  amount: money(amount, 'USD'),
  paymentMethod: 'card',
  captureMethod: 'automatic',
  origin,
  ...parts,
});

/** The payment that a plain answer speaks of. */
export const paymentIn = (response: StoredResponse): PaymentId => response.split(' ')[1] as PaymentId;

export const aModification = (
  paymentId: PaymentId,
  modification: ModificationRequest,
  parts: Partial<Omit<ModifyPaymentRequest, 'paymentId' | 'movement'>> = {},
): ModifyPaymentRequest => ({
  merchantId: aMerchantId(),
  paymentId,
  idempotencyKey: aKey(),
  modification,
  origin,
  ...parts,
});

/** A payment that was taken or, with `manual`, is held. */
export async function aPayment(world: World, parts: RequestParts = {}): Promise<PaymentId> {
  return paymentIn((await world.process(aRequest({ amount: 100n, ...parts })))._unsafeUnwrap().response);
}

/** What is stored under a request's key, its payment and everything that belongs to it. */
export async function storedFor(
  { storage, clock }: World,
  { merchantId, idempotencyKey }: ProcessPaymentRequest,
) {
  const key = { merchantId, operation: 'process', key: idempotencyKey } as const;
  const claim = (await storage.claims.find(key, clock.at))._unsafeUnwrap();
  const id = claim?.paymentId;
  if (id === undefined) return { claim };
  const payment = (await storage.payments.find(merchantId, id))._unsafeUnwrap();
  const transactions = (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap();
  const links = (await storage.auditTrail.ofPayment(merchantId, id))._unsafeUnwrap();
  const events = (await storage.outbox.unsent(1_000))._unsafeUnwrap().filter((each) => each.paymentId === id);
  return { claim, payment, transactions, links, events: events.map(({ type }) => type) };
}

/**
 * What holds at any rest, whatever happened: at most one charge under the key, our books agree with the processor's,
 * one event for each state, every chain whole.
 */
export async function expectSound(world: World, request: ProcessPaymentRequest): Promise<void> {
  const { payment, transactions = [], events = [] } = await storedFor(world, request);
  if (payment === undefined) return;
  expect(transactions.length).toBeLessThanOrEqual(1);
  // Each cause for attention has an event; every other happens once.
  const once = events.filter((type) => type !== 'payment.attention');
  expect(once).toEqual([...new Set(once)]);
  await expectChainsWhole(world.storage, payment);
  await expectBooksAgree(world.storage, world.ledger, payment.merchantId);
}

const RULES = ['PaymentStateConflict', 'AmountExceedsAuthorized', 'AmountExceedsCaptured'];

/** What the client is given: a response, or the refusal of a rule that left the key free, worded as a stored one is. */
export const given = <E extends Readonly<{ kind: string }>>(result: Result<Responded, E>): Responded =>
  result.isErr() && RULES.includes(result.error.kind)
    ? { response: `refused ${result.error.kind} for req-1`, replayed: false }
    : result._unsafeUnwrap();

/** A response stands, unless it was provisional: then the final one takes its place as soon as there is one. */
export function expectToStand(first: Responded, later: Responded): void {
  expect(later.replayed).toBe(true);
  if (/^(processing|pending) /.test(first.response))
    expect(later.response).not.toMatch(/^(processing|pending) /);
  else expect(later.response).toBe(first.response);
}
