import fc from 'fast-check';
import { errAsync, okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DisputeStatus } from '../../src/domain/disputes/dispute.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { Transaction } from '../../src/domain/payments/transaction.ts';
import type { ProcessorDispute, ProcessorDisputes } from '../../src/ports/processor-disputes.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { trying } from '../domain/arbitraries.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { countsOf, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { aPlatform } from '../support/http-app.ts';
import { handClock } from '../support/relay-workers.ts';
import { disputeDesk } from './dispute-desk.ts';

const MINUTE_MS = 60_000;
const usd = (units: bigint) => money(units, 'USD');

/** What the processor has said of a dispute by each of its states. */
const SAID = {
  inquired: { status: 'needs_response' },
  opened: { status: 'needs_response', chargedBack: { amount: usd(80n), fee: 15n } },
  lost: { status: 'lost', chargedBack: { amount: usd(80n), fee: 15n } },
  won: {
    status: 'won',
    chargedBack: { amount: usd(80n), fee: 15n },
    returned: { amount: usd(80n), fee: 5n },
  },
} as const satisfies Record<
  string,
  Pick<ProcessorDispute, 'chargedBack' | 'returned'> & { status: DisputeStatus }
>;
type Said = keyof typeof SAID;

/** A shop that takes payments, is told of disputes, and gets its processor's files. */
async function aShop(storage: Storage) {
  const clock = handClock(NOON + 86_400_000);
  const records = new Map<string, ProcessorDispute>();
  const processorDisputes: ProcessorDisputes = {
    find: ({ id }) => {
      const found = records.get(id);
      return found === undefined ? errAsync({ kind: 'ProcessorHasNoRecord' }) : okAsync(found);
    },
    accept: () => errAsync({ kind: 'DisputeNotClosed' }),
  };
  const platform = aPlatform(storage, { clock, processorDisputes });
  const desk = fileDesk(storage, platform.files);
  await desk.open();
  const merchantId: MerchantId = aMerchantId();
  const disputes = disputeDesk(storage, platform, { clock, merchantId });
  let events = 0;
  const work = async () => {
    for (let round = 0; round < 4; round += 1) {
      await platform.work();
      clock.pass(2 * MINUTE_MS);
    }
  };
  const pay = async (): Promise<Transaction> => {
    const id = await disputes.takePayment();
    const [transaction] = (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap();
    if (transaction === undefined) throw new Error('a payment that was taken has a transaction');
    return transaction;
  };
  return {
    ...platform,
    ...disputes,
    clock,
    desk,
    work,
    pay,
    /** The processor says from now on, and sends an event once or more. */
    async says(id: string, capture: Transaction, said: Said, times = 1) {
      const payment = (await storage.payments.find(merchantId, capture.paymentId))._unsafeUnwrap();
      const about = { merchantId, paymentId: capture.paymentId };
      const known = { processorId: id, chargeId: payment.processorId ?? '', about, reason: 'fraudulent' };
      records.set(id, { ...known, amount: usd(80n), ...SAID[said] });
      for (let time = 0; time < times; time += 1) {
        events += 1;
        const event = { id: `evt_${events}`, dispute: { id }, requestId: 'req-event' };
        (await platform.useCases.queueDispute(event))._unsafeUnwrap();
      }
    },
    /** A file of these rows arrives; no two are the same bytes. */
    async arrives(rows: Parameters<typeof nativeFile>[0]) {
      events += 1;
      const marked = rows.map((row) => ({ ...row, payout_id: `po-${events}` }));
      return (await desk.send(nativeFile(marked)))._unsafeUnwrap().reconciliation;
    },
    /** What was posted for disputes of a payment, whatever came first. */
    async posted() {
      const entries = (await storage.ledger.list(merchantId, {}, { limit: 500 }))._unsafeUnwrap();
      return entries
        .flatMap((each) => ('statementLineId' in each ? [`${each.type} ${each.amount.minorUnits}`] : []))
        .toSorted();
    },
  };
}

const chargedBack = (capture: Transaction, reference: string, cells: Record<string, string> = {}) =>
  rowAbout(capture, { type: 'chargeback', reference, amount: '80', fee: '15', ...cells });
const reversed = (capture: Transaction, reference: string, cells: Record<string, string> = {}) =>
  rowAbout(capture, { type: 'chargeback_reversal', reference, amount: '80', fee: '5', ...cells });

const TAKEN = ['chargeback 80', 'fee 15'];
const GIVEN_BACK = [...TAKEN, 'chargeback_reversal 80', 'fee 5'].toSorted();

/** What disputes do to the merchant's money, on every storage. */
export function disputeMoneyContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`The money of disputes: ${adapter}`, () => {
    let storage: Storage;
    let shop: Awaited<ReturnType<typeof aShop>>;
    beforeEach(async () => {
      storage = await open();
      shop = await aShop(storage);
    });
    afterEach(() => storage.close());

    it('is taken with its fee when the processor says so, below zero if need be, and given back when it is won', async () => {
      const capture = await shop.pay();
      await shop.says('du_1', capture, 'inquired');
      await shop.work();
      expect([await shop.posted(), await shop.available()]).toEqual([[], 100n]);
      await shop.says('du_1', capture, 'opened', 2);
      await shop.work();
      expect([await shop.posted(), await shop.available()]).toEqual([TAKEN, 5n]);
      const other = await shop.pay();
      await shop.says('du_2', other, 'lost');
      await shop.says('du_1', capture, 'won');
      await shop.work();
      expect(await shop.available()).toBe(200n - 95n - 95n + 75n);
      expect(await shop.verified()).toEqual([]);
    });

    it('that a file says afterwards is matched and in its settlement, and posted no second time', async () => {
      const capture = await shop.pay();
      await shop.says('du_1', capture, 'opened');
      await shop.work();
      const { id } = await shop.arrives([rowAbout(capture), chargedBack(capture, 'du_1')]);
      await shop.work();
      expect(countsOf(await shop.desk.find(id))).toEqual({ matched: 2 });
      expect(await shop.posted()).toEqual(TAKEN);
      const [settlement] = (
        await storage.aggregates.newest(aMerchantId(), 'settlement', { limit: 9 })
      )._unsafeUnwrap();
      expect(settlement).toMatchObject({
        reconciliationId: id,
        sums: { payments: 100n, chargebacks: 80n, fees: 15n },
      });
      // In one batch, and in a later file, the second row of it is a duplicate.
      const again = await shop.arrives([chargedBack(capture, 'du_1'), reversed(capture, 'du_1')]);
      await shop.says('du_1', capture, 'won');
      await shop.work();
      expect(countsOf(await shop.desk.find(again.id))).toEqual({ duplicate: 1, matched: 1 });
      expect(await shop.posted()).toEqual(GIVEN_BACK);
      expect(await shop.verified()).toEqual([]);
    });

    it('that a row says otherwise than the processor did is an exception about the difference', async () => {
      const capture = await shop.pay();
      await shop.says('du_1', capture, 'opened');
      await shop.work();
      const { id } = await shop.arrives([
        chargedBack(capture, 'du_1', { amount: '70' }),
        chargedBack(capture, 'du_1'),
        chargedBack(capture, 'du_1'),
      ]);
      await shop.work();
      expect(countsOf(await shop.desk.find(id))).toEqual({ mismatched: 1, matched: 1, duplicate: 1 });
      const open = await storage.aggregates.newest(aMerchantId(), 'exception', { limit: 9, isOpen: true });
      expect(open._unsafeUnwrap()).toMatchObject([
        { difference: 10n, fields: [{ field: 'amount', ours: 80, theirs: 70 }] },
      ]);
      expect(await shop.posted()).toEqual(TAKEN);
      expect(await shop.verified()).toEqual([]);
    });

    it('is the same whichever says it first, in any order, twice or late', async () => {
      const step = fc.record({
        by: fc.constantFrom('event', 'chargeback row', 'reversal row', 'both rows', 'work'),
        moves: fc.boolean(),
        twice: fc.boolean(),
      });
      let run = 0;
      let isKnown: string[] = [];
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 7 }),
          fc.constantFrom('lost', 'won'),
          async (steps, end: 'lost' | 'won') => {
            run += 1;
            const name = `du_${run}`;
            const capture = await shop.pay();
            let said: Said = 'inquired';
            for (const { by, moves, twice } of steps) {
              if (moves) said = said === 'inquired' ? 'opened' : end;
              const rows = {
                'chargeback row': said === 'inquired' ? [] : [chargedBack(capture, name)],
                'reversal row': said === 'won' ? [reversed(capture, name)] : [],
                'both rows': said === 'won' ? [chargedBack(capture, name), reversed(capture, name)] : [],
                event: [],
                work: [],
              }[by];
              if (by === 'event') await shop.says(name, capture, said, twice ? 2 : 1);
              if (rows.length > 0) await shop.arrives(twice ? [...rows, ...rows] : rows);
              if (by === 'work') await shop.work();
            }
            await shop.says(name, capture, end);
            await shop.work();
            await shop.arrives([
              chargedBack(capture, name),
              ...(end === 'won' ? [reversed(capture, name)] : []),
            ]);
            await shop.work();
            isKnown = [...isKnown, ...(end === 'won' ? GIVEN_BACK : TAKEN)].toSorted();
            expect(await shop.posted()).toEqual(isKnown);
          },
        ),
        trying(adapter === 'memory' ? 30 : 4),
      );
      expect(await shop.verified()).toEqual([]);
    });
  });
}
