import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApprovalsWorld, anApprovalsWorld, anApproved } from '../application/approvals/world.ts';
import { dieAfter, dieBefore, pass, soon } from '../application/world.ts';
import { trying } from '../domain/arbitraries.ts';
import { payoutTerms } from '../fixtures/approvals.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { EVERY_FAULT } from '../support/stripe-double/faults.ts';
import { payoutsAt, transferred } from '../support/stripe-double/payouts.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';

/** Deep runs, which crash on every step, try as many as live money is promised. */
const HISTORIES = process.env['PAYWRIGHT_DEEP_CRASHES'] === undefined ? 30 : 200;

const READ = 'GET /v1/transfers';
const SEND = 'POST /v1/transfers';

describe.runIf(hasStripeDescription())('Payouts on Stripe that are cut off', () => {
  let double: StripeDouble;
  let world: ApprovalsWorld;
  beforeEach(async () => {
    double = await startStripeDouble();
    double.books().available.set('usd', 10_000_000);
    world = anApprovalsWorld({ bank: payoutsAt(double, undefined, 400) });
  });
  afterEach(async () => {
    world.close();
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  /** Recovery until nothing is due, half a day at a time, and Stripe forgets its keys after the second. */
  async function settled(): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      world.pass(12 * 3_600_000);
      if (round === 2) double.forgetKeys();
      (await world.recoverPayouts(100))._unsafeUnwrap();
    }
  }

  it.for(EVERY_FAULT.flatMap((fault) => [READ, SEND].map((endpoint) => [endpoint, fault] as const)))(
    'pay a vendor once: %s, %o',
    async ([endpoint, fault]) => {
      const id = await anApproved(world);
      double.script.next(endpoint, fault);
      await world.process(id);
      await world.process(id);
      await settled();
      expect(transferred(double)).toEqual([id]);
      expect((await world.stored(id)).status).toBe('completed');
      expect((await world.eventsOf(id)).filter((type) => type === 'PaymentCompleted')).toHaveLength(1);
    },
  );

  it.for([
    ['before its intent is on record', [dieBefore], [], 'approved'],
    ['after its intent is on record', [dieAfter], [], 'completed'],
    ['before it is sent', [], [dieBefore], 'completed'],
    ['after it is sent', [], [dieAfter], 'completed'],
    ['before its outcome is on record', [pass, dieBefore], [], 'completed'],
    ['after its outcome is on record', [pass, dieAfter], [], 'completed'],
  ] as const)('pay a vendor once when the process ends %s', async ([, commits, pays, status]) => {
    const id = await anApproved(world);
    world.turns.commit.push(...commits);
    world.turns.pay.push(...pays);
    void world.process(id);
    await until(() => world.turns.commit.length === 0 && world.turns.pay.length === 0);
    if (pays[0] === dieAfter) await until(() => transferred(double).length === 1);
    await settled();
    expect((await world.stored(id)).status).toBe(status);
    expect(transferred(double)).toEqual(status === 'completed' ? [id] : []);
  });

  it('are refused once when Stripe refuses in silence, and paid once when they are asked for again', async () => {
    double.books().available.set('usd', 0);
    const id = await anApproved(world);
    double.script.next(SEND, { kind: 'never', when: 'after' });
    await world.process(id);
    await settled();
    expect(await world.stored(id)).toMatchObject({ status: 'failed', failedReason: 'balance_insufficient' });
    double.books().available.set('usd', 20_000);
    (await world.process(id))._unsafeUnwrap();
    expect(await world.stored(id)).toMatchObject({ status: 'completed', attempt: 2 });
    expect(transferred(double)).toEqual([id]);
  });

  const turn = fc.record({
    read: fc.option(fc.constantFrom(...EVERY_FAULT.filter(({ kind }) => kind !== 'never')), {
      nil: undefined,
    }),
    send: fc.option(fc.constantFrom(...EVERY_FAULT.filter(({ kind }) => kind !== 'never')), {
      nil: undefined,
    }),
    funded: fc.boolean(),
    recovers: fc.boolean(),
  });

  it('end completed with one transfer or failed with none, whatever went wrong in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 5 }), async (turns) => {
        const id = await anApproved(world);
        for (const { read, send, funded, recovers } of turns) {
          double.books().available.set('usd', funded ? 10_000_000 : 0);
          double.script.next(READ, read);
          double.script.next(SEND, send);
          await world.process(id);
          world.pass(payoutTerms.leaseMs + 300_000);
          if (recovers) (await world.recoverPayouts(100))._unsafeUnwrap();
          while (double.script.take(READ) ?? double.script.take(SEND));
        }
        await settled();
        const { status } = await world.stored(id);
        expect(['completed', 'failed']).toContain(status);
        expect(transferred(double).filter((reference) => reference === id)).toHaveLength(
          status === 'completed' ? 1 : 0,
        );
      }),
      trying(HISTORIES),
    );
  });
});

async function until(there: () => boolean): Promise<void> {
  while (!there()) await soon();
}
