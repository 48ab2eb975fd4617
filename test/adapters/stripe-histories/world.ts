import { okAsync } from 'neverthrow';
import { expect } from 'vitest';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { ATTENTION_REASONS, type AttentionReason } from '../../../src/domain/payments/attention.ts';
import { isAtRest } from '../../../src/domain/payments/ended-charge.ts';
import { amountsOf, type Payment } from '../../../src/domain/payments/payment.ts';
import { outboxShardOf } from '../../../src/ports/outbox.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { aMerchantId, digests, NOON, origin, terms } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { plainResponseEncoder } from '../../fixtures/plain-responses.ts';
import { aVault } from '../../fixtures/vault.ts';
import { expectBooksAgree, expectChainsWhole } from '../../support/books.ts';
import { notified } from '../../support/notified.ts';
import { bookOf, charged, processorAt } from '../../support/stripe-double/bookkeeping.ts';
import { type StripeDouble, startStripeDouble } from '../../support/stripe-double/server.ts';
import { ENDPOINTS, type History, LIES } from './history.ts';

const TIMEOUT_MS = 100;
const HALF_A_DAY_MS = 12 * 3_600_000;
const CHARGED = 100n;
/** More often than any history asks. */
const FOR_GOOD = 200;

/** How a history ended: the payment's status, or why it waits for people. */
export type End = Payment['status'] | AttentionReason | 'never begun';

/** Plays a history to its end on a store and a double of its own, fails where anything is silent or wrong, and says how it ended. */
export async function played(history: History, open: () => Promise<Storage>): Promise<End> {
  const [storage, double] = await Promise.all([open(), startStripeDouble()]);
  try {
    const end = await endOf(history, storage, double);
    expect(double.undescribed()).toEqual([]);
    return end;
  } finally {
    await Promise.all([storage.close(), double.close()]);
  }
}

async function endOf(history: History, storage: Storage, double: StripeDouble): Promise<End> {
  const merchantId = aMerchantId();
  await addMerchants(storage, [aMerchant()]);
  const clock = { at: NOON, now: () => clock.at };
  const ports = {
    ...storage,
    processor: processorAt(double, TIMEOUT_MS),
    paymentMethods: { resolve: (_: unknown, __: unknown, method: string) => okAsync(method) },
    admit: () => okAsync(undefined),
    responses: plainResponseEncoder,
    clock,
    ids: systemIds,
    digests,
    vault: aVault(clock),
  };
  const [process, modify, recover] = [
    processPayment(ports, terms),
    modifyPayment(ports, terms),
    recoverPayments(ports, terms),
  ];
  const { receive, compare, open } = notified(ports);
  const { captureMethod, paymentMethod, opened, confirmed, steps, lie } = history;

  const lying = lie && LIES[lie.of];
  const lieFrom = (step: number) => {
    if (lie === undefined || lying === undefined || lie.fromStep !== step) return;
    const wrong = { kind: 'wrong', body: lying.body } as const;
    double.script.next(lying.endpoint, ...Array.from({ length: FOR_GOOD }, () => wrong));
  };
  const truthAgain = () => {
    while (lying !== undefined && double.script.take(lying.endpoint) !== undefined);
  };

  lieFrom(0);
  double.script.next(ENDPOINTS.open, opened);
  double.script.next(ENDPOINTS.confirm, confirmed);
  const paying = {
    merchantId,
    idempotencyKey: 'payment',
    amount: money(CHARGED, 'USD'),
    paymentMethod,
    captureMethod,
    origin,
  };
  await process(paying);
  double.release();
  if (history.again) await process(paying);
  const [begun] = (await storage.payments.list(merchantId, {}, { limit: 2 }))._unsafeUnwrap();
  if (begun === undefined) return 'never begun';
  const paymentId = begun.id;
  for (const [n, { asked, fault, again, notified: isNotified }] of steps.entries()) {
    lieFrom(n + 1);
    const endpoint = ENDPOINTS[asked.type];
    double.script.next(endpoint, fault);
    const request = { merchantId, paymentId, idempotencyKey: `${n}`, modification: asked, origin };
    await modify(request);
    double.release();
    if (again) await modify(request);
    double.script.take(endpoint);
    const event = { id: `evt_${n}`, type: 'any', about: { merchantId, paymentId }, requestId: 'req-event' };
    if (isNotified) (await receive(event))._unsafeUnwrap();
  }
  for (const endpoint of [ENDPOINTS.open, ENDPOINTS.confirm]) double.script.take(endpoint);
  for (let round = 0; round < 6; round += 1) {
    clock.at += HALF_A_DAY_MS;
    if (round === 2) double.forgetKeys();
    if (round === 3 && lie?.forGood === false) truthAgain();
    (await recover(1_000))._unsafeUnwrap();
    await compare();
  }

  const all = (await storage.payments.list(merchantId, {}, { limit: 10 }))._unsafeUnwrap();
  expect(all).toHaveLength(1);
  const [payment = begun] = all;
  if (isAtRest(payment)) expect(await open()).toBe(0);
  await expectNothingSilent(storage, payment, clock.at);
  await expectOnce(storage, double, payment);
  return payment.attention?.reason ?? payment.status;
}

/** It has ended, and all that was asked of it, or it says why people are needed, and said so in an event. */
async function expectNothingSilent(storage: Storage, payment: Payment, now: number): Promise<void> {
  const { merchantId, id, status, attention } = payment;
  const transactions = (await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap();
  const open = transactions.filter((each) => each.status === 'pending');
  if (attention === undefined) {
    expect(['authorized', 'succeeded', 'canceled', 'failed']).toContain(status);
    expect(open).toEqual([]);
    return;
  }
  expect(ATTENTION_REASONS).toContain(attention.reason);
  const events = (await storage.outbox.next([outboxShardOf({ id })], now, 1_000))._unsafeUnwrap();
  expect(events.map(({ type }) => type)).toContain('payment.attention');
  // What has ended waits for people alone.
  if (isAtRest(payment)) return;
  const due = (await storage.claims.due(now + HALF_A_DAY_MS, 1_000))._unsafeUnwrap();
  expect(due.filter((key) => key.merchantId === merchantId).length).toBeGreaterThan(0);
}

/** One charge for the key at the most, no more moved than there is, and our books Stripe's, but for what is in question. */
async function expectOnce(storage: Storage, double: StripeDouble, payment: Payment): Promise<void> {
  const books = double.books();
  expect(charged(books).filter((reference) => reference !== payment.id)).toEqual([]);
  expect(charged(books).length).toBeLessThanOrEqual(1);
  const { authorized, captured, refunded, refunding } = amountsOf(payment);
  expect(refunded.minorUnits + refunding.minorUnits).toBeLessThanOrEqual(captured.minorUnits);
  expect(captured.minorUnits).toBeLessThanOrEqual(authorized.minorUnits);
  expect(authorized.minorUnits).toBeLessThanOrEqual(payment.amount.minorUnits);
  await expectChainsWhole(storage, payment);
  const book = (reference: string) => bookOf(books, reference);
  await expectBooksAgree(storage, { book }, payment.merchantId, 'USD');
}
