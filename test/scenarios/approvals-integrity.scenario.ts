import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyApprovals } from '../../src/application/approvals/verify-approvals.ts';
import { ADMIN } from '../fixtures/approvals.ts';
import { digests } from '../fixtures/changes.ts';
import { aBusyApprovalsStore } from '../support/busy-approvals.ts';
import type { TamperedApprovals } from '../support/tampering/approvals.ts';

/**
 * What `verify` promises of approvals whose store was written to beneath the core. `open` gives an empty store of its own;
 * `exceptions` are the titles of the mutations that it does not find, each with the reason.
 */
export function approvalsIntegrityContract(
  name: string,
  open: () => Promise<TamperedApprovals> | TamperedApprovals,
  exceptions: Readonly<Record<string, string>>,
): void {
  describe(`what verify finds in approvals: ${name}`, () => {
    let store: TamperedApprovals;
    let book: Awaited<ReturnType<typeof aBusyApprovalsStore>>;
    beforeAll(async () => {
      store = await open();
      book = await aBusyApprovalsStore(store.storage);
    });
    afterAll(() => store.close());
    const verify = (now = Date.now) =>
      verifyApprovals({ ...store.storage, digests, clock: { now } })(() => {});
    /** When nothing that was written can still be under way. */
    const later = () => Date.now() + 120_000;

    it('is nothing in payments of every state, and it says how much it looked at', async () => {
      expect((await verify(later))._unsafeUnwrap()).toEqual({
        payments: 9,
        links: 24,
        refusals: 3,
        events: 28,
        claims: 6,
      });
    });

    it('is every column, attribute, key and row that is changed, deleted or inserted, one at a time', {
      timeout: 240_000,
    }, async () => {
      const missed: string[] = [];
      const mutations = await store.hand.mutations();
      for (const { title, apply, undo } of mutations) {
        await apply();
        const found = await verify(later);
        if (found.isOk()) missed.push(title);
        else expect({ title, kind: found.error.kind }).toEqual({ title, kind: 'BadRow' });
        await undo();
      }
      expect(missed.toSorted()).toEqual(Object.keys(exceptions).toSorted());
      expect((await verify())._unsafeUnwrap()).toMatchObject({ payments: 9 });
    });

    it('is nothing while payments are made, approved and paid', async () => {
      let isOver = false;
      const writing = Promise.all(
        [1, 2].map(async () => {
          while (!isOver) {
            const id = await book.create();
            await book.approve(id, ADMIN);
            await book.process(id);
          }
        }),
      );
      const verified = [];
      for (let times = 0; times < 4; times += 1) verified.push(await verify());
      isOver = true;
      await writing;
      expect(verified.flatMap((each) => (each.isErr() ? [each.error] : []))).toEqual([]);
      (await verify())._unsafeUnwrap();
    });
  });
}
