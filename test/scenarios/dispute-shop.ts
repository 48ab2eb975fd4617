import { errAsync, okAsync } from 'neverthrow';
import { idOf } from '../../src/adapters/processor/simulator-verdicts.ts';
import type { DisputeStatus } from '../../src/domain/disputes/dispute.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { Transaction } from '../../src/domain/payments/transaction.ts';
import type { ProcessorDispute, ProcessorDisputes } from '../../src/ports/processor-disputes.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
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
export type Said = keyof typeof SAID;

/** A shop that takes payments, is told of disputes, and gets its processor's files. */
export async function aShop(storage: Storage) {
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
  const payInParts = async (): Promise<readonly Transaction[]> => {
    const id = await disputes.takeInParts();
    const all = (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap();
    return all.filter(({ type }) => type === 'capture').toSorted((a, b) => (a.id < b.id ? -1 : 1));
  };
  return {
    ...platform,
    ...disputes,
    clock,
    desk,
    work,
    pay,
    payInParts,
    /** The processor says from now on, and sends an event once or more. */
    async says(id: string, capture: Transaction, said: Said, times = 1) {
      const payment = (await storage.payments.find(merchantId, capture.paymentId))._unsafeUnwrap();
      const about = { merchantId, paymentId: capture.paymentId };
      const known = {
        processorId: id,
        chargeId: payment.processorId ?? idOf(payment.id),
        about,
        reason: 'fraudulent',
      };
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
    /** How Stripe's reports name the charge that a capture is of. */
    async chargeOf({ paymentId }: Transaction) {
      const { processorId = '' } = (await storage.payments.find(merchantId, paymentId))._unsafeUnwrap();
      return `${processorId},${paymentId}`;
    },
    /** A report of Stripe's arrives, each of its rows of that charge: its category, dispute, gross and fee. */
    async reports(charge: string, rows: readonly string[]) {
      const lines = rows.map((row) => {
        events += 1;
        const [category, dispute, gross = '', fee = ''] = row.split(' ');
        const net = (Number(gross) - Number(fee)).toFixed(2);
        return `${category},txn_${events},usd,${gross},${fee},${net},2026-03-02,${dispute},${charge}`;
      });
      const header =
        'reporting_category,balance_transaction_id,currency,gross,fee,net,effective_at_utc,source_id,payment_intent_id,payment_metadata[paywright_payment]';
      const text = [header, ...lines].join('\n');
      return (await desk.send(text, 'report.csv', { source: 'stripe' }))._unsafeUnwrap().reconciliation;
    },
    /** What is on record of disputes, the newest first. */
    async disputes() {
      const found = await storage.aggregates.newest(merchantId, 'dispute', { limit: 100 });
      return found
        ._unsafeUnwrap()
        .map(
          ({ status, processorId, reason, amount }) =>
            `${processorId} ${status} ${reason} ${amount.minorUnits}`,
        );
    },
    /** Events of disputes, in no order. */
    async told() {
      const events = (await storage.outbox.unsent(500))._unsafeUnwrap();
      return events.flatMap(({ type }) => (type.startsWith('dispute.') ? [type] : [])).toSorted();
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

export const chargedBack = (capture: Transaction, reference: string, cells: Record<string, string> = {}) =>
  rowAbout(capture, { type: 'chargeback', reference, amount: '80', fee: '15', ...cells });
export const reversed = (capture: Transaction, reference: string, cells: Record<string, string> = {}) =>
  rowAbout(capture, { type: 'chargeback_reversal', reference, amount: '80', fee: '5', ...cells });
