import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { claimChange } from '../../src/application/kernel/claim-change.ts';
import { awaitOutcome, takeOver } from '../../src/domain/kernel/claim.ts';
import { jsonText } from '../../src/domain/kernel/json.ts';
import { balancesOf } from '../../src/domain/ledger/ledger.ts';
import { decide, openTransaction, type Transaction } from '../../src/domain/payments/transaction.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import {
  aKey,
  aMerchantId,
  anOpening,
  aSuccess,
  type ClaimedChange,
  NOON,
  plain,
  terms,
} from '../fixtures/changes.ts';
import { aBeginning, anEnding, anExport } from '../fixtures/exports.ts';
import { aTransfer } from '../fixtures/transfers.ts';

/** What every `Commits` adapter promises. */
export function commitsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Commits contract: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    it('writes every part of a change, and every read sees it at once', async () => {
      const opening = anOpening({ description: 'Zwei Brötchen ☕', metadata: { order: '42' } });
      expect(await storage.commits.commit(opening.change)).toEqual(ok);
      expect(plain(await stateOf(storage, opening.change))).toEqual(
        plain({
          claim: opening.claim,
          payment: opening.payment,
          transactions: [],
          audit: opening.change.audit,
          events: opening.change.events,
          entries: [],
          balances: [],
          tallies: opening.change.tallies,
        }),
      );

      const success = aSuccess(opening);
      expect(await storage.commits.commit(success)).toEqual(ok);
      expect(plain(await stateOf(storage, success))).toEqual(
        plain({
          claim: success.claim.next,
          payment: success.payment?.next,
          transactions: success.transactions.map(({ next }) => next),
          audit: [...opening.change.audit, ...success.audit],
          events: [...opening.change.events, ...success.events],
          entries: success.entries,
          balances: balancesOf(success.entries).map((sums) => ({ ...sums, spendings: 0 })),
          tallies: success.tallies.filter(({ count }) => count > 0),
        }),
      );
    });

    it('lets exactly one of many rivals for a key win', async () => {
      const key = aKey();
      const rivals = Array.from({ length: 12 }, () => anOpening({ idempotencyKey: key }));
      const outcomes = await Promise.all(rivals.map(({ change }) => storage.commits.commit(change)));
      expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
      expect(
        outcomes.filter((outcome) => outcome.isErr() && outcome.error.kind === 'ClaimTaken'),
      ).toHaveLength(11);
      const payments = await storage.payments.list(aMerchantId(), {}, { limit: 100 });
      expect(payments._unsafeUnwrap()).toHaveLength(1);
      expect((await storage.outbox.unsent(100))._unsafeUnwrap()).toHaveLength(1);
    });

    it('lets exactly one of many rivals for an outcome win', async () => {
      const opening = anOpening();
      await storage.commits.commit(opening.change);
      const rivals = Array.from({ length: 12 }, (_, index) => aSuccess(opening, NOON + 100 + index));
      const outcomes = await Promise.all(rivals.map((change) => storage.commits.commit(change)));
      expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
      const state = await stateOf(storage, opening.change);
      expect(state.transactions).toHaveLength(1);
      expect(state.events).toHaveLength(2);
      expect(state.audit).toHaveLength(3);
    });

    it('leaves nothing of a refused change, whichever part is refused', async () => {
      for (const spoil of spoiledParts) {
        const opening = anOpening();
        await storage.commits.commit(opening.change);
        const before = await stateOf(storage, opening.change);
        const { change, refusal } = spoil(aSuccess(opening));
        expect(await storage.commits.commit(change)).toEqual(refused(refusal));
        expect(await stateOf(storage, opening.change)).toEqual(before);
        expect(await storage.commits.commit(aSuccess(opening))).toEqual(ok);
      }
    });

    it('refuses a second payment of one id', async () => {
      const first = anOpening();
      await storage.commits.commit(first.change);
      const second = anOpening();
      const stolen: Change = {
        ...second.change,
        payment: { expected: 0, next: { ...second.payment, id: first.payment.id } },
        audit: [],
        events: [],
      };
      expect(await storage.commits.commit(stolen)).toEqual(
        refused({ kind: 'StaleVersion', id: first.payment.id }),
      );
      expect((await storage.claims.find(second.claim, NOON))._unsafeUnwrap()).toBeUndefined();
    });

    it('takes the same change twice as one', async () => {
      const opening = anOpening();
      const success = aSuccess(opening);
      for (const change of [opening.change, opening.change, success, success])
        expect(await storage.commits.commit(change)).toEqual(ok);
      const state = await stateOf(storage, success);
      expect(state.events).toHaveLength(2);
      expect(state.audit).toHaveLength(3);
      expect(state.transactions).toHaveLength(1);
    });

    it('takes the same change many times at once as one', async () => {
      const opening = anOpening();
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, () => storage.commits.commit(opening.change)),
      );
      expect(outcomes).toEqual(Array.from({ length: 6 }, () => ok));
      expect((await storage.outbox.unsent(100))._unsafeUnwrap()).toHaveLength(1);
    });

    it('moves a pending transaction on, and only from the version it was read at', async () => {
      const opening = anOpening();
      await storage.commits.commit(opening.change);
      const pending = openTransaction({
        id: systemIds.transaction(NOON),
        merchantId: opening.payment.merchantId,
        paymentId: opening.payment.id,
        type: 'capture',
        amount: opening.payment.amount,
        createdAt: NOON,
      });
      const verdict = { processorId: 'p', responseCode: '00', responseText: 'Approved', processedAt: NOON };
      const decided = decide(pending, 'succeeded', verdict, NOON)._unsafeUnwrap();
      let claim = opening.claim;
      const commit = (expected: number, next: Transaction) => {
        const held = takeOver(claim, { changeId: systemIds.change(NOON), now: NOON }, terms);
        const change = claimChange({ expected: claim.fence, next: held }, NOON);
        return storage.commits.commit({ ...change, transactions: [{ expected, next }] }).map(() => {
          claim = held;
        });
      };
      const stale = refused({ kind: 'StaleVersion', id: pending.id });
      expect(await commit(1, decided)).toEqual(stale);
      expect(await commit(0, pending)).toEqual(ok);
      expect(await commit(0, pending)).toEqual(stale);
      expect(await commit(1, decided)).toEqual(ok);
      expect(await commit(1, decided)).toEqual(stale);
      const { merchantId, id } = opening.payment;
      expect((await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap()).toEqual([decided]);
    });

    it('gives each of many changes at once its own result', async () => {
      const taken = anOpening();
      await storage.commits.commit(taken.change);
      const fresh = Array.from({ length: 60 }, () => anOpening());
      const rivals = Array.from({ length: 20 }, () => anOpening({ idempotencyKey: taken.claim.key }));
      const strangers = Array.from({ length: 20 }, () => aSuccess(anOpening()));
      const mixed: Change[] = [...fresh, ...rivals].map(({ change }) => change);
      mixed.push(...strangers);
      const outcomes = await Promise.all(mixed.map((change) => storage.commits.commit(change)));
      expect(outcomes.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => ok));
      expect(outcomes.slice(60, 80)).toEqual(
        Array.from({ length: 20 }, () => refused({ kind: 'ClaimTaken' })),
      );
      expect(outcomes.slice(80)).toEqual(Array.from({ length: 20 }, () => refused({ kind: 'FenceLost' })));
    });

    it('gives each of many changes of every kind at once its own result', async () => {
      const holder = aBeginning(anExport(), { takes: ['held'] });
      expect(await storage.commits.commit(holder.change)).toEqual(ok);
      const kinds: readonly (readonly [() => Change, object])[] = [
        [() => anOpening().change, ok],
        [() => aBeginning().change, ok],
        [() => aBeginning(anExport(), { takes: [aKey()] }).change, ok],
        [
          () => aBeginning(anExport(), { takes: ['held'] }).change,
          refused({ kind: 'KeyTaken', key: 'held' }),
        ],
        [() => anEnding(anExport()).change, refused({ kind: 'StaleVersion' })],
        [() => aTransfer({ spendings: 9 }).change, refused({ kind: 'StaleVersion', id: 'USD' })],
        [() => aTransfer({ from: aMerchantId(aKey()) }).change, ok],
        [() => aSuccess(anOpening()), refused({ kind: 'FenceLost' })],
      ];
      const mixed = Array.from({ length: 6 }, () => kinds).flat();
      const outcomes = await Promise.all(mixed.map(([make]) => storage.commits.commit(make())));
      for (const [index, [, expected]] of mixed.entries()) expect(outcomes[index]).toEqual(expected);
      const openings = await storage.payments.list(aMerchantId(), {}, { limit: 100 });
      expect(openings._unsafeUnwrap()).toHaveLength(6);
      const exports = await storage.aggregates.list(aMerchantId(), 'export', { limit: 100 });
      expect(exports._unsafeUnwrap()).toHaveLength(13);
      const transfers = await storage.aggregates.list(aMerchantId('merchant-b'), 'transfer', { limit: 100 });
      expect(transfers._unsafeUnwrap()).toHaveLength(6);
      const received = (await storage.balances.of(aMerchantId('merchant-b')))._unsafeUnwrap();
      expect(received).toMatchObject([{ available: 3_000n, transfers: -3_000n }]);
    });

    it('carries the most a change may carry', async () => {
      const opening = anOpening();
      const text = 'x'.repeat(500);
      const metadata = Object.fromEntries(
        Array.from({ length: 50 }, (_, n) => [`k${n}`.padEnd(40, 'k'), text]),
      );
      const big = anOpening({ metadata, description: text });
      expect(await storage.commits.commit(opening.change)).toEqual(ok);
      expect(await storage.commits.commit(big.change)).toEqual(ok);
      const found = await storage.payments.find(big.payment.merchantId, big.payment.id);
      expect(found._unsafeUnwrap()).toEqual(big.payment);
    });

    it('keeps an answer byte for byte', async () => {
      const opening = anOpening();
      await storage.commits.commit(opening.change);
      const response = `202\n${jsonText({ text: '"\\ \n\t é ☕ \u2028 𝄞', n: 9_007_199_254_740_993n })}`;
      const step = { changeId: systemIds.change(NOON), now: NOON };
      const waiting = awaitOutcome(opening.claim, response, step, terms);
      expect(await storage.commits.commit(claimChange({ expected: 1, next: waiting }, NOON))).toEqual(ok);
      expect((await storage.claims.find(opening.claim, NOON))._unsafeUnwrap()).toEqual(waiting);
    });
  });
}

const ok = expect.objectContaining({ value: undefined });
const refused = (error: object) => expect.objectContaining({ error: expect.objectContaining(error) });

/** Each part of a commit made to fail in turn. */
const spoiledParts: readonly ((change: ClaimedChange) => { change: Change; refusal: object })[] = [
  (change) => ({
    change: { ...change, claim: { ...change.claim, expected: 7 } },
    refusal: { kind: 'FenceLost' },
  }),
  (change) => ({
    change: { ...change, claim: { ...change.claim, expected: 0 } },
    refusal: { kind: 'ClaimTaken' },
  }),
  (change) => ({
    change: { ...change, ...(change.payment && { payment: { ...change.payment, expected: 9 } }) },
    refusal: { kind: 'StaleVersion', id: change.payment?.next.id },
  }),
  (change) => ({
    change: { ...change, ...(change.payment && { payment: { ...change.payment, expected: 0 } }) },
    refusal: { kind: 'StaleVersion', id: change.payment?.next.id },
  }),
  (change) => ({
    change: { ...change, transactions: change.transactions.map((each) => ({ ...each, expected: 3 })) },
    refusal: { kind: 'StaleVersion', id: change.transactions[0]?.next.id },
  }),
];

/** All that is stored about a change's claim and payment. */
async function stateOf(storage: Storage, { claim, payment }: ClaimedChange) {
  const { merchantId, paymentId } = claim.next;
  const id = payment?.next.id ?? paymentId;
  if (id === undefined) throw new Error('the change has no payment');
  const [found, transactions, audit, events, entries, balances, tallies] = await Promise.all([
    storage.payments.find(merchantId, id),
    storage.payments.transactionsOf(merchantId, id),
    storage.auditTrail.ofPayment(merchantId, id),
    storage.outbox.unsent(1_000),
    storage.ledger.list(merchantId, {}, { limit: 100 }),
    storage.balances.of(merchantId, 'USD'),
    storage.summaries.tallies(merchantId, {}),
  ]);
  return {
    claim: (await storage.claims.find(claim.next, NOON))._unsafeUnwrap(),
    payment: found.unwrapOr(undefined),
    transactions: transactions._unsafeUnwrap(),
    audit: audit._unsafeUnwrap(),
    events: events._unsafeUnwrap().filter((event) => event.paymentId === id),
    entries: entries._unsafeUnwrap(),
    balances: balances._unsafeUnwrap(),
    tallies: tallies._unsafeUnwrap().toSorted((a, b) => (a.status < b.status ? -1 : 1)),
  };
}
