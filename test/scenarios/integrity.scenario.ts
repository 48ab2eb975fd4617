import { err, ok } from 'neverthrow';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { type ChainRoot, checkChain } from '../../src/application/integrity/check-chain.ts';
import { compareHeads, type KnownHeads } from '../../src/application/integrity/checkpoint.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { digests } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aBusyStore } from '../support/busy-store.ts';
import {
  A,
  B,
  type Book,
  chainOf,
  editLink,
  LATER,
  lastOf,
  resealed,
  type TamperedStorage,
  transactionOf,
} from '../support/tampering/book.ts';
import { change, type TamperedStore } from '../support/tampering/tampering.ts';
import { MUTATIONS } from './integrity-mutations.ts';

/**
 * What `verify` promises of a store that was written to beneath the core, on every storage. `open` gives an empty store
 * of its own.
 */
export function integrityContract(storage: TamperedStorage, open: () => Promise<TamperedStore>): void {
  describe(`what verify finds: ${storage}`, () => {
    let store: TamperedStore;
    let book: Book & Awaited<ReturnType<typeof aBusyStore>>;
    const verifyAt = (now: () => number) => verify({ ...store.storage, clock: { now }, digests })(() => {});

    beforeAll(async () => {
      store = await open();
      const busy = await aBusyStore(store.storage);
      book = { ...busy, hand: await store.hand() };
    });
    afterEach(() => book.hand.restore());
    afterAll(() => store.close());

    it('finds nothing wrong with what the use cases wrote, at once and later', async () => {
      const verified = (await verifyAt(book.clock.now))._unsafeUnwrap();
      expect(verified).toEqual({
        rows: expect.any(Number) as number,
        merchants: 2,
        aggregates: 3,
        payments: 5,
        transactions: 9,
        links: 34,
        ledgerEntries: 10,
        unsettled: [],
        unread: [],
      });
      expect((await verifyAt(() => LATER))._unsafeUnwrap()).toEqual(verified);
    });

    it.each(MUTATIONS)('finds %s', async (_, mutate, found) => {
      await mutate(book);
      const all = found(book);
      const expected = { kind: 'BadRow', ...('memory' in all ? all[storage] : all) };
      expect((await verifyAt(book.clock.now))._unsafeUnwrapErr()).toMatchObject(expected);
      // How old rows are decides how they are compared, which no storage has a part in.
      if (storage === 'memory')
        expect((await verifyAt(() => LATER))._unsafeUnwrapErr()).toMatchObject(expected);
    });

    it('finds the same in one chain by itself, and nothing wrong in the others', async () => {
      const check = checkChain({ ...store.storage, digests });
      const of = async (entityType: ChainRoot, entityId: string) =>
        (await check({ merchantId: A, entityType, entityId }))._unsafeUnwrap();
      const { length } = await chainOf(book, book.refunded);
      const { hash } = await lastOf(book, book.refunded);
      const sent = {
        links: (await chainOf(book, book.sent)).length,
        head: (await lastOf(book, book.sent)).hash,
      };
      expect(await of('payment', book.refunded)).toEqual({ links: length, head: hash });
      expect(await of('transfer', book.sent)).toEqual(sent);
      await editLink(book, book.refunded, 2, (link) => ({ ...link, action: 'payment.canceled' }));
      expect(await of('payment', book.refunded)).toEqual({
        links: length,
        head: hash,
        fault: {
          kind: 'BadRow',
          merchantId: A,
          row: 'payment',
          id: book.refunded,
          sequence: 2,
          fault: 'edited',
        },
      });
      expect(await of('transfer', book.sent)).toEqual(sent);
      await book.hand.restore();
      const { id } = await transactionOf(book, book.refunded, 'refund');
      await editLink(book, id, 1, (link) => ({ ...link, action: 'refund.failed' }));
      expect((await of('payment', book.refunded)).fault).toMatchObject({
        row: 'transaction',
        id,
        fault: 'edited',
      });
      for (const [entityType, entityId] of [
        ['payment', systemIds.payment(LATER)],
        ['payment', book.sent],
        ['transfer', book.refunded],
        ['customer', 'x'],
      ] as const)
        expect((await check({ merchantId: A, entityType, entityId }))._unsafeUnwrapErr()).toEqual({
          kind: 'ChainNotFound',
        });
      const foreign = await check({ merchantId: B, entityType: 'payment', entityId: book.refunded });
      expect(foreign._unsafeUnwrapErr()).toEqual({ kind: 'ChainNotFound' });
    });

    it('names each of several bad rows once and goes on behind them, as far as it is asked to', async () => {
      await editLink(book, book.declined, 2, (link) => ({ ...link, action: 'payment.canceled' }));
      await change(book.hand, 'balance', (part) =>
        part.merchantId === B ? { ...part, fees: part.fees + 1n } : part,
      );
      await change(book.hand, 'tally', (part) =>
        part.merchantId === A && part.status === 'failed' ? { ...part, amount: part.amount + 1n } : part,
      );
      const named = async (most: number) => {
        const found: string[] = [];
        const ports = { ...store.storage, clock: { now: () => LATER }, digests };
        const outcome = await verify(ports)(
          () => {},
          () => {},
          (finding) => {
            found.push(`${finding.merchantId} ${finding.row} ${finding.fault}`);
            return found.length < most ? ok(undefined) : err(finding);
          },
        );
        return { found: found.toSorted(), isWhole: outcome.isOk() };
      };
      const all = [`${A} payment edited`, `${A} summary sum`, `${B} balance sum`];
      expect(await named(100)).toEqual({ found: all, isWhole: true });
      expect(await named(2)).toEqual({ found: all.slice(0, 2), isWhole: false });
    });

    it('finds a chain that was rewritten or cut, with its head to match, since its heads were known', async () => {
      const heads: KnownHeads[] = [];
      const ports = { ...store.storage, clock: { now: () => LATER }, digests };
      (
        await verify(ports)(
          () => {},
          (each) => heads.push(...each),
        )
      )._unsafeUnwrap();
      expect(heads).toHaveLength(8);
      (await compareHeads(store.storage)(heads))._unsafeUnwrap();
      const { length } = await chainOf(book, book.declined);
      await editLink(book, book.declined, length, (link) => resealed(link, { action: 'payment.canceled' }));
      expect((await compareHeads(store.storage)(heads))._unsafeUnwrapErr()).toMatchObject({
        row: 'payment',
        id: book.declined,
        fault: 'rewritten',
      });
      await book.hand.restore();
      await editLink(book, book.sent, 1, () => undefined);
      expect((await compareHeads(store.storage)(heads))._unsafeUnwrapErr()).toMatchObject({
        row: 'transfer',
        id: book.sent,
        fault: 'shortened',
      });
    });

    it('finds nothing wrong while payments, refunds and transfers are written', async () => {
      let isOver = false;
      const writing = Promise.all(
        [A, B, A, B].map(async (from) => {
          const to = from === A ? B : A;
          while (!isOver) {
            const id = await book.pay(from, 2_000n, { paymentMethod: 'test_fee' });
            await book.move(from, id, { type: 'refund', amount: 300n });
            await book.transfer(from, to, 50n);
            await new Promise((later) => setTimeout(later, 250));
          }
        }),
      );
      (await verifyAt(book.clock.now))._unsafeUnwrap();
      isOver = true;
      await writing;
      expect((await verifyAt(book.clock.now))._unsafeUnwrap().unsettled).toEqual([]);
    });

    it('finds nothing wrong with a merchant whatever its id is', async () => {
      const ids = ['-', 'C', 'm1', '__proto__', 'constructor'];
      await addMerchants(
        store.storage,
        ids.map((id) => aMerchant(id)),
      );
      const { merchants } = (await verifyAt(book.clock.now))._unsafeUnwrap();
      expect(merchants).toBe(2 + ids.length);
    });
  });
}
