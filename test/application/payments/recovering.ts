import {
  type ModifyPaymentRequest,
  modifyPayment,
} from '../../../src/application/payments/modify-payment.ts';
import { type PaymentId } from '../../../src/domain/kernel/ids.ts';
import type { ModificationRequest } from '../../../src/domain/payments/modification.ts';
import { aMerchantId, terms } from '../../fixtures/changes.ts';
import { expectBooksAgree, expectChainsWhole } from '../../support/books.ts';
import { world } from '../each-world.ts';
import { aPayment, aRequest, dieBefore, soon } from '../world.ts';

/** For how long responses are kept. */
export const DAY = terms.keepResponsesMs;

/** One round of recovery over what is due, the most overdue first. */
export const recovered = async (limit = 100) => (await world.recover(limit))._unsafeUnwrap();

/** What a round comes to where nothing is due. */
export const none = { due: 0, settled: 0, waiting: 0, skipped: 0, stuck: 0 };

/** A payment whose answer never came, charged or declined on the processor's side all the same. */
export async function silent(paymentMethod = 'test_timeout_approved') {
  const request = aRequest({ paymentMethod });
  const { response } = (await world.process(request))._unsafeUnwrap();
  return { request, response };
}

/** A payment whose holder ended before it could charge. */
export async function abandoned() {
  const request = aRequest();
  world.turns.charge.push(dieBefore);
  void world.process(request);
  await soon();
  return request;
}

/** What a process that started after the others ended would do. */
export const afterwards = async (request: ModifyPaymentRequest) =>
  (await modifyPayment(world.ports, terms)(request))._unsafeUnwrap();

/** The payment as it is stored, its modifications and its audit links, after chains and books were checked. */
export async function stored(id: PaymentId) {
  const payment = (await world.storage.payments.find(aMerchantId(), id))._unsafeUnwrap();
  const transactions = (await world.storage.payments.transactionsOf(aMerchantId(), id))._unsafeUnwrap();
  await expectChainsWhole(world.storage, payment);
  await expectBooksAgree(world.storage, world.ledger, aMerchantId());
  const links = (await world.storage.auditTrail.ofPayment(aMerchantId(), id))._unsafeUnwrap();
  return { payment, modifications: transactions.slice(1), links };
}

const partCapture: ModificationRequest = { type: 'capture', amount: 30n, final: false };

const finalCapture: ModificationRequest = { type: 'capture', amount: 30n, final: true };

export const refund: ModificationRequest = { type: 'refund', amount: 60n };

const aVoid: ModificationRequest = { type: 'void' };

/** One modification of each kind, and the status that it leaves. */
export const MOVEMENTS = [
  ['a partial capture', partCapture, 'authorized'],
  ['a final capture', finalCapture, 'succeeded'],
  ['a refund', refund, 'succeeded'],
  ['a void', aVoid, 'canceled'],
] as const;

/** A payment that allows the modification, by a method of that behaviour. */
export const fit = async ({ type }: ModificationRequest, paymentMethod = 'card'): Promise<PaymentId> => {
  const id = await aPayment(world, {
    captureMethod: type === 'refund' ? 'automatic' : 'manual',
    paymentMethod,
  });
  if (paymentMethod !== 'test_timeout_approved') return id;
  world.pass(1_000);
  await recovered();
  return id;
};
