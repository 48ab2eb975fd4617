import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import {
  type ModifyPaymentRequest,
  modifyPayment,
} from '../../../src/application/payments/modify-payment.ts';
import { terms } from '../../fixtures/changes.ts';
import { aVoid, capture, refund } from '../../fixtures/modified-payments.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { aModification, given, holding } from '../world.ts';
import { done, held, stored, sums, TAKEN, taken } from './modifying.ts';

eachInItsOwnWorld();

describe('modifications of one payment at once', () => {
  it('of 50 refunds of 60 on 100 are one', async () => {
    const id = await taken();
    const results = await Promise.all(Array.from({ length: 50 }, () => done(aModification(id, refund(60n)))));
    const kinds = results.map(({ response }) => response.split(' ').slice(0, 2).join(' '));
    expect(kinds.filter((kind) => kind.startsWith('succeeded'))).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'refused AmountExceedsCaptured')).toHaveLength(49);
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunded: 60n });
    expect(world.calls.move).toBe(1);
  });

  it('all happen when they fit, also when the processor answers all at the same moment', async () => {
    const [id, other] = [await taken(), await held()];
    const { hold, letGo } = holding();
    for (let each = 0; each < 120; each += 1)
      world.turns.move.push((call) => call().andThen((verdict) => hold(() => okAsync(verdict))));
    const results = Promise.all([
      ...Array.from({ length: 100 }, () => world.move(aModification(id, refund(1n)))),
      ...Array.from({ length: 20 }, () => world.move(aModification(other, capture(5n)))),
    ]);
    await expect.poll(() => world.calls.move).toBe(120);
    letGo();
    for (const each of await results) expect(each._unsafeUnwrap().response).toMatch(/^succeeded /);
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunded: 100n });
    expect(sums(await stored(other))).toEqual(TAKEN);
  });

  it('of two processes are decided again by who was slower', async () => {
    const id = await taken();
    const another = modifyPayment(world.ports, terms);
    const results = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        (n % 2 === 0 ? world.move : another)(aModification(id, refund(4n))),
      ),
    );
    const responses = results.map((each) => given(each).response.split(' ')[0]);
    expect(responses.filter((each) => each === 'succeeded')).toHaveLength(25);
    expect(responses.filter((each) => each === 'refused')).toHaveLength(5);
    expect(sums(await stored(id))).toEqual({ ...TAKEN, refunded: 100n });
  });

  it.each([
    ['a void', aVoid],
    ['a final capture', capture(10n, true)],
  ])('of which one is %s are that one or the other', async (_name, final) => {
    for (let round = 0; round < 10; round += 1) {
      const id = await held();
      const both = [aModification(id, capture(30n)), aModification(id, final)];
      const another = modifyPayment(world.ports, terms);
      const [mine, theirs] = round % 2 === 0 ? both : both.toReversed();
      const results = await Promise.all([
        world.move(mine as ModifyPaymentRequest),
        another(theirs as ModifyPaymentRequest),
      ]);
      const responses = results.map((each) => given(each).response.split(' ').slice(0, 2).join(' '));
      expect(responses.filter((each) => each.startsWith('succeeded'))).toHaveLength(1);
      expect(responses.filter((each) => each === 'refused PaymentStateConflict')).toHaveLength(1);
      await stored(id);
    }
  });
});
