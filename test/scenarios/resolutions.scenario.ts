import { ok, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey } from '../fixtures/changes.ts';
import { aResolver } from '../fixtures/exceptions.ts';
import { ann, aVerdict, bob, resolutionDesk } from './resolution-desk.ts';

/** What two people may say became of a charge that the processor's record is at odds about, on every storage. */
export function resolutionsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`charges that two people resolve: ${adapter}`, () => {
    const desk = resolutionDesk(open);

    it('end as both say, with ledger, events and the answer of the key, and are asked about no more', async () => {
      const ends = [
        [{ outcome: 'succeeded' }, 'succeeded', 'succeeded', 2_500n],
        [{ outcome: 'succeeded', amount: 2_499n }, 'succeeded', 'succeeded', 2_499n],
        [{ outcome: 'failed' }, 'failed', 'failed', 0n],
        [{ outcome: 'canceled' }, 'canceled', 'failed', 0n],
      ] as const;
      let before = 0n;
      for (const [saying, status, transaction, captured] of ends) {
        const { id, again } = await desk.inAttention();
        (await desk.propose(id, saying))._unsafeUnwrap();
        const proposed = await desk.sound(id);
        expect(proposed.payment).toMatchObject({
          status: 'processing',
          attention: { proposal: { by: ann } },
        });
        expect((await desk.confirm(id))._unsafeUnwrap().response).toBe(`${status} v4`);
        const { payment, transactions, actions, events, available } = await desk.sound(id);
        expect(payment.attention).toBeUndefined();
        expect(transactions).toMatchObject([
          { type: 'capture', status: transaction, responseCode: 'resolved' },
        ]);
        expect(actions.slice(-2)).toEqual(['payment.resolution_proposed', 'payment.resolved']);
        expect(events).toEqual(['payment.created', 'payment.attention', `payment.${status}`]);
        expect(available - before).toBe(captured);
        before = available;
        expect(await again()).toMatchObject({
          replayed: true,
          response: expect.stringMatching(`^${status} `),
        });
      }
      await desk.expectNothingDue();
    });

    it('hold the money where that was asked for, and take it where the record says that it was taken', async () => {
      const { id } = await desk.inAttention('manual');
      (await desk.propose(id, { amount: 2_400n }))._unsafeUnwrap();
      (await desk.confirm(id))._unsafeUnwrap();
      const held = await desk.sound(id);
      expect(held.payment).toMatchObject({ status: 'authorized', authorized: { minorUnits: 2_400n } });
      expect(held.transactions).toMatchObject([{ type: 'authorization', status: 'succeeded' }]);

      const taken = await desk.inAttention('manual', 'test_timeout_approved');
      desk.says(() => okAsync(aVerdict(2_500n, { standing: 'captured' })));
      await desk.recovered();
      (await desk.propose(taken.id))._unsafeUnwrap();
      (await desk.confirm(taken.id))._unsafeUnwrap();
      expect((await desk.sound(taken.id)).payment).toMatchObject({
        status: 'succeeded',
        processorId: 'ch_1',
        captured: { minorUnits: 2_500n },
      });
    });

    it('are confirmed by no spelling of the person who proposed, of which one attempt is in the trail', async () => {
      const { id } = await desk.inAttention();
      (await desk.propose(id))._unsafeUnwrap();
      const spellings = [
        ann,
        aResolver('OKTA|Ann'),
        aResolver('other', 'Ann+refunds@X.com'),
        aResolver('saml|ann@x.com'),
      ];
      for (const same of spellings)
        expect((await desk.confirm(id, same))._unsafeUnwrapErr().kind).toBe('SelfConfirmation');
      const { payment, actions, links } = await desk.sound(id);
      expect(payment).toMatchObject({
        status: 'processing',
        attention: { proposal: { by: { id: ann.id } } },
      });
      expect(actions.filter((each) => each === 'payment.resolution_refused')).toHaveLength(1);
      expect(links.at(-1)?.actor.id).toBe(ann.id);
      expect((await desk.confirm(id))._unsafeUnwrap().response).toMatch(/^succeeded/);
    });

    it('wait with one proposal, which another replaces only where it says so, and is then the one to confirm', async () => {
      const { id } = await desk.inAttention();
      expect((await desk.confirm(id))._unsafeUnwrapErr().kind).toBe('NothingProposed');
      (await desk.propose(id))._unsafeUnwrap();
      const seen = (await desk.find(id)).version;
      expect((await desk.propose(id, { outcome: 'failed' }, bob))._unsafeUnwrapErr().kind).toBe(
        'ResolutionPending',
      );
      (await desk.propose(id, { outcome: 'failed', replaces: true }, bob))._unsafeUnwrap();
      expect((await desk.confirm(id, bob))._unsafeUnwrapErr().kind).toBe('SelfConfirmation');
      // What ann saw is not what waits now.
      expect((await desk.confirm(id, ann, { version: seen }))._unsafeUnwrapErr().kind).toBe(
        'VersionMismatch',
      );
      (await desk.confirm(id, ann))._unsafeUnwrap();
      expect((await desk.sound(id)).payment.status).toBe('failed');
    });

    it('lose their proposal when the processor says something else, and end by what it says where that fits', async () => {
      const { id } = await desk.inAttention();
      (await desk.propose(id))._unsafeUnwrap();
      await desk.recovered();
      // The same said again changes nothing.
      expect((await desk.find(id)).attention?.proposal).toBeDefined();
      desk.says(() => okAsync(aVerdict(2_000n)));
      await desk.recovered();
      expect((await desk.find(id)).attention).toMatchObject({ seen: { amount: { minorUnits: 2_000n } } });
      expect((await desk.confirm(id))._unsafeUnwrapErr().kind).toBe('NothingProposed');

      (await desk.propose(id, { outcome: 'failed' }))._unsafeUnwrap();
      desk.says(() => okAsync(aVerdict(2_500n)));
      await desk.recovered();
      expect((await desk.confirm(id))._unsafeUnwrapErr().kind).toBe('NotInAttention');
      const { payment, events } = await desk.sound(id);
      expect(payment.status).toBe('succeeded');
      expect(events.filter((type) => type === 'payment.attention')).toHaveLength(2);
    });

    it('are done once under a key, also where its answer was lost, and once by two who confirm at once', async () => {
      const { id } = await desk.inAttention();
      (await desk.propose(id))._unsafeUnwrap();
      const seen = { key: aKey(), version: (await desk.find(id)).version };
      const first = (await desk.confirm(id, bob, seen))._unsafeUnwrap();
      const repeat = (await desk.confirm(id, bob, seen))._unsafeUnwrap();
      expect(repeat).toEqual({ response: first.response, replayed: true });
      for (const by of [bob, aResolver('carl')])
        expect((await desk.confirm(id, by, { version: seen.version })).isErr()).toBe(true);

      const other = await desk.inAttention();
      (await desk.propose(other.id))._unsafeUnwrap();
      const both = await Promise.all([bob, aResolver('carl')].map((by) => desk.confirm(other.id, by)));
      expect(both.filter((each) => each.isOk())).toHaveLength(1);
      expect((await desk.sound(other.id)).transactions).toHaveLength(1);
    });

    it('are left to a worker that asks the processor, whose late verdict finds what people decided in its place', async () => {
      const { id } = await desk.inAttention();
      (await desk.propose(id, { outcome: 'failed' }))._unsafeUnwrap();
      const arrived = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<void>();
      desk.says(() => {
        arrived.resolve();
        return new ResultAsync(answer.promise.then(() => ok(aVerdict(2_500n))));
      });
      const round = desk.recovered();
      await arrived.promise;
      expect((await desk.confirm(id))._unsafeUnwrapErr()).toMatchObject({ kind: 'ProcessorBeingAsked' });
      // Its lease is over: people need not wait for it any longer.
      desk.clock.at += 31_000;
      (await desk.confirm(id))._unsafeUnwrap();
      answer.resolve();
      await round;
      expect((await desk.sound(id)).payment.status).toBe('failed');
      await desk.expectNothingDue();
    });
  });
}
