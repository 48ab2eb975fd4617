import { errAsync, okAsync } from 'neverthrow';
import { beforeEach, expect } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { commitUnderKey } from '../../src/application/kernel/keyed-commit.ts';
import { workUnderKey } from '../../src/application/kernel/keyed-work.ts';
import { confirmOutcome } from '../../src/application/payments/confirm-outcome.ts';
import { modifyPayment } from '../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../src/application/payments/process-payment.ts';
import { proposeOutcome } from '../../src/application/payments/propose-outcome.ts';
import { recoverPayments } from '../../src/application/payments/recover-payments.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { Resolver } from '../../src/domain/kernel/second-person.ts';
import { ATTENTION_INTERVAL_MS } from '../../src/domain/payments/attention.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import type { CaptureMethod, Payment } from '../../src/domain/payments/payment.ts';
import type { Proposing } from '../../src/domain/payments/resolution.ts';
import type { Commits } from '../../src/ports/commits.ts';
import type { Processor, RecordQuery, Verdict } from '../../src/ports/processor.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import { aResolver } from '../fixtures/exceptions.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { plainResponseEncoder } from '../fixtures/plain-responses.ts';
import { aVault } from '../fixtures/vault.ts';
import { notified } from '../support/notified.ts';

/** The person who proposes, and the one who confirms. */
export const ann = aResolver('okta|ann', 'ann@x.com');
export const bob = aResolver('okta|bob', 'bob@x.com');

type Failed = Readonly<{ kind: string }>;
type Saying = Partial<Omit<Proposing, 'by' | 'reason'>> & Readonly<{ key?: string }>;

/** What the processor's record says instead of what its books hold; undefined: what they hold. */
export type Says = ReturnType<Processor['lookup']>;

/** Payments in attention over a fresh storage and processor for each test of a `describe`, and the people who resolve them. */
export function resolutionDesk(open: () => Promise<Storage>) {
  const clock = { at: NOON, now: () => clock.at };
  const merchantId = aMerchantId();
  let storage: Storage;
  let desk: ReturnType<typeof aProcess>;
  let says: ((query: RecordQuery) => Says) | undefined;
  let asked: string[];
  let instead: Partial<Commits> | undefined;

  beforeEach(async () => {
    clock.at = NOON;
    [says, instead, asked] = [undefined, undefined, []];
    storage = await open();
    const books = simulatorLedger(':memory:');
    await addMerchants(storage, [aMerchant()]);
    desk = aProcess(simulatedProcessor(books, clock));
    return async () => {
      books.close();
      await storage.close();
    };
  });

  function aProcess(simulated: Processor) {
    const processor: Processor = {
      ...simulated,
      charge: (order) => {
        asked.push('charge');
        return simulated.charge(order);
      },
      // What is asked of it is done, and no answer comes.
      move: (order) =>
        says === undefined
          ? simulated.move(order)
          : simulated.move(order).andThen(() => errAsync({ kind: 'ProcessorOutcomeUnknown' as const })),
      lookup: (query) => (says === undefined ? simulated.lookup(query) : says(query)),
    };
    const ports = {
      ...storage,
      commits: {
        commit: (change) => instead?.commit?.(change) ?? storage.commits.commit(change),
      } satisfies Commits,
      processor,
      paymentMethods: { resolve: (_m: unknown, _c: unknown, method: string) => okAsync(method) },
      admit: () => okAsync(undefined),
      responses: plainResponseEncoder,
      clock,
      ids: systemIds,
      digests,
      vault: aVault(clock),
    };
    return {
      ports,
      once: commitUnderKey(ports, terms),
      atWork: workUnderKey(ports, terms),
      pay: processPayment(ports, terms),
      modify: modifyPayment(ports, terms),
      recover: recoverPayments(ports, terms),
      propose: proposeOutcome(ports),
      confirm: confirmOutcome(ports, terms),
    };
  }

  const from = (by: Resolver) => ({ ...origin, actor: { id: by.id, type: 'user' as const } });
  const find = async (id: PaymentId) => (await storage.payments.find(merchantId, id))._unsafeUnwrap();

  const recovered = async () => {
    clock.at += ATTENTION_INTERVAL_MS;
    return (await desk.recover(100))._unsafeUnwrap();
  };

  return {
    clock,
    merchantId,
    storage: () => storage,
    asked: () => asked,
    find,
    recovered,
    /** From now on the processor's record says this of whatever is asked. */
    says: (answer: ((query: RecordQuery) => Says) | undefined) => {
      says = answer;
    },
    /** From now on commits go through this. */
    commits: (through: Partial<Commits> | undefined) => {
      instead = through;
    },
    /** What takes notifications of the processor, and compares. */
    notified: () => notified(desk.ports),

    /** A payment whose charge the processor's record is at odds about, and its key. */
    async inAttention(captureMethod: CaptureMethod = 'automatic', paymentMethod = 'test_amount_differs') {
      const request = {
        merchantId,
        idempotencyKey: aKey(),
        amount: money(2_500n, 'USD'),
        paymentMethod,
        captureMethod,
        origin,
      };
      const given = (await desk.pay(request))._unsafeUnwrap();
      const again = async () => (await desk.pay(request))._unsafeUnwrap();
      return { id: given.response.split(' ')[1] as PaymentId, again };
    },

    modify: async (paymentId: PaymentId, modification: ModificationRequest) => {
      const request = { merchantId, paymentId, idempotencyKey: aKey(), modification, origin };
      const again = async () => (await desk.modify(request)).map(({ response }) => response);
      return { first: await again(), again };
    },

    async propose(paymentId: PaymentId, { key = aKey(), ...saying }: Saying = {}, by = ann) {
      const proposing = {
        outcome: 'succeeded',
        replaces: false,
        ...saying,
        reason: 'They wrote so',
        by,
      } as const;
      return desk.once<Payment, Failed>(
        {
          key: { merchantId, operation: 'propose_outcome', key },
          requestId: origin.requestId,
          payload: { paymentId, outcome: proposing.outcome },
          respond: ({ status, version }) => `${status} v${version}`,
        },
        (claimWith) => desk.propose({ merchantId, paymentId, proposing, origin: from(by) }, claimWith),
      );
    },

    async confirm(paymentId: PaymentId, by = bob, { key = aKey(), version }: Confirming = {}) {
      const expectedVersions = [version ?? (await find(paymentId)).version];
      return desk.atWork<Payment, Failed>({
        key: { merchantId, operation: 'confirm_outcome', key },
        requestId: origin.requestId,
        payload: { paymentId },
        respond: ({ status, version: left }) => `${status} v${left}`,
        work: (begun) =>
          desk.confirm({ merchantId, paymentId, by, origin: from(by), expectedVersions }, begun),
      });
    },

    /** What there is of a payment after all that is stored was checked, also that nothing waits for the processor. */
    async sound(id: PaymentId) {
      const payment = await find(id);
      const { transactions, links } = (await storage.payments.historyOf(merchantId, id))._unsafeUnwrap();
      const later = { now: () => clock.at + 3_600_000 };
      const ports = { ...storage, ...desk.ports, clock: later };
      (await verify(ports)(() => {}))._unsafeUnwrap();
      const events = (await storage.outbox.unsent(1_000))._unsafeUnwrap();
      const [balance] = (await storage.balances.of(merchantId, 'USD'))._unsafeUnwrap();
      return {
        payment,
        transactions,
        actions: links.filter(({ entityId }) => entityId === id).map(({ action }) => action),
        links: links.filter(({ entityId }) => entityId === id),
        events: events.filter(({ paymentId }) => paymentId === id).map(({ type }) => type),
        available: balance?.available ?? 0n,
      };
    },

    /** Nothing is due, however much time passes, and nothing is sent to the processor. */
    async expectNothingDue() {
      const before = asked.length;
      clock.at += 10 * ATTENTION_INTERVAL_MS;
      expect((await desk.recover(100))._unsafeUnwrap().due).toBe(0);
      expect(asked).toHaveLength(before);
    },
  };
}

type Confirming = Readonly<{ key?: string; version?: number }>;

/** A verdict of the processor's record on an amount of USD. */
export const aVerdict = (amount: bigint, parts: Partial<Verdict> = {}): Verdict =>
  ({
    approved: true,
    amount: money(amount, 'USD'),
    processorId: 'ch_1',
    responseCode: '00',
    responseText: 'Approved',
    processedAt: NOON,
    ...parts,
  }) as Verdict;
