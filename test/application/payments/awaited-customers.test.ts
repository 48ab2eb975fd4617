import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { simulatedCustomers } from '../../../src/adapters/processor/simulator-customers.ts';
import { confirmPayment } from '../../../src/application/payments/confirm-payment.ts';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import type { PaymentId } from '../../../src/domain/kernel/ids.ts';
import { jsonText } from '../../../src/domain/kernel/json.ts';
import type { Processor } from '../../../src/ports/processor.ts';
import { aKey, aMerchantId, origin, terms } from '../../fixtures/changes.ts';
import { eachInItsOwnWorld, world } from '../each-world.ts';
import { aModification, aRequest, paymentIn, storedFor } from '../world.ts';

eachInItsOwnWorld();

/** For how long the simulator's customers can act. */
const ACTION_MS = 15 * 60_000;

async function waitingPayment(parts: Parameters<typeof aRequest>[0] = {}) {
  const request = aRequest({ paymentMethod: 'test_requires_action', ...parts });
  const { response } = (await processPayment(world.ports, terms)(request))._unsafeUnwrap();
  const id = paymentIn(response);
  const customers = simulatedCustomers(world.ledger, world.clock);
  return {
    request,
    id,
    act: (choice: 'approve' | 'decline') => customers.act(id, choice),
    confirm: () => confirmPayment(world.ports, terms)({ merchantId: aMerchantId(), paymentId: id, origin }),
    read: () => storedFor(world, request),
  };
}

const VOID = { type: 'void' } as const;

const recovered = async (processor: Partial<Processor> = {}) => {
  const ports = { ...world.ports, processor: { ...world.ports.processor, ...processor } };
  return (await recoverPayments(ports, terms)(100))._unsafeUnwrap();
};

describe('a payment whose processor waits for the customer', () => {
  it('says what the customer has to do and until when, and nothing is charged', async () => {
    const { id, read } = await waitingPayment();
    const { payment, claim, events } = await read();
    expect(payment).toMatchObject({
      status: 'requires_action',
      processorId: expect.stringMatching(/^sim_/),
      nextAction: {
        kind: 'redirect',
        value: `/simulator/customers/${id}`,
        expiresAt: world.clock.at + ACTION_MS,
      },
    });
    expect(claim?.state).toBe('unknown');
    expect(events).toEqual(['payment.created', 'payment.requires_action']);
    expect(world.ledger.charges().size).toBe(0);
  });

  it.each([
    ['approve', 'succeeded'],
    ['decline', 'failed'],
  ] as const)('ends as the customer chose who acted and came back: %s', async (choice, status) => {
    const { request, act, confirm, read } = await waitingPayment();
    expect(act(choice)).toBe(true);
    const answered = (await confirm())._unsafeUnwrap();
    const { payment, events, claim } = await read();
    expect(payment?.status).toBe(status);
    expect(claim?.state).toBe('completed');
    expect(events).toEqual(['payment.created', 'payment.requires_action', `payment.${status}`]);
    expect((await confirm())._unsafeUnwrap().split(' ')[1]).toBe(answered.split(' ')[1]);
    const repeated = (await processPayment(world.ports, terms)(request))._unsafeUnwrap();
    expect(repeated).toEqual({ response: answered, replayed: true });
  });

  it('goes on waiting when it is confirmed before the customer has acted, without another event', async () => {
    const { confirm, read } = await waitingPayment();
    for (let round = 0; round < 3; round += 1) (await confirm())._unsafeUnwrap();
    const { payment, events } = await read();
    expect(payment).toMatchObject({ status: 'requires_action', version: 2 });
    expect(events).toEqual(['payment.created', 'payment.requires_action']);
  });

  it('is settled by recovery when the customer acts and never comes back', async () => {
    const { act, read } = await waitingPayment();
    act('approve');
    world.pass(60_000);
    await recovered();
    expect((await read()).payment?.status).toBe('succeeded');
  });

  it('is canceled at the processor when the customer has not acted in time', async () => {
    const { id, act, read } = await waitingPayment();
    world.pass(ACTION_MS - 1);
    await recovered();
    expect((await read()).payment?.status).toBe('requires_action');
    world.pass(60_000);
    await recovered();
    const { payment, claim, transactions, events } = await read();
    expect(payment).toMatchObject({ status: 'canceled', authorized: { minorUnits: 0n } });
    expect(claim?.state).toBe('completed');
    expect(transactions).toMatchObject([
      { type: 'void', status: 'succeeded', responseText: 'Customer cancellation' },
    ]);
    expect(events).toEqual(['payment.created', 'payment.requires_action', 'payment.canceled']);
    expect(act('approve')).toBe(false);
    expect(world.ledger.find(id)).toMatchObject({ approved: false, canceled: true });
  });

  it('has succeeded when the customer acts while it is being canceled', async () => {
    const { act, read } = await waitingPayment();
    const its = world.ports.processor;
    world.pass(ACTION_MS - 1);
    act('approve');
    world.pass(60_000);
    const waiting = (await read()).payment;
    if (waiting?.status !== 'requires_action') throw new Error('it waits');
    const { processorId = '', nextAction: action } = waiting;
    const { okAsync } = await import('neverthrow');
    await recovered({
      lookup: () => okAsync({ awaits: 'customer', processorId, action }),
      cancel: its.cancel,
    });
    expect((await read()).payment?.status).toBe('succeeded');
    expect(world.ledger.charges().size).toBe(1);
  });

  it('waits on while the processor cannot be asked to cancel, and is canceled later', async () => {
    const { read } = await waitingPayment();
    world.pass(ACTION_MS);
    await recovered({ cancel: () => errAsync({ kind: 'ProcessorUnavailable' }) });
    expect((await read()).payment?.status).toBe('requires_action');
    world.pass(300_000);
    await recovered();
    expect((await read()).payment?.status).toBe('canceled');
  });

  it('takes no capture and no refund', async () => {
    const { id } = await waitingPayment();
    for (const modification of [{ type: 'capture', final: false }, { type: 'refund' }] as const)
      expect(
        (await modifyPayment(world.ports, terms)(aModification(id, modification)))._unsafeUnwrapErr(),
      ).toMatchObject({ kind: 'PaymentStateConflict', status: 'requires_action' });
  });

  it('answers every repeat of its request with how it stands, and keeps no answer that lets the customer act', async () => {
    const { request, id, act, confirm, read } = await waitingPayment();
    const repeated = (await processPayment(world.ports, terms)(request))._unsafeUnwrap();
    expect(repeated).toMatchObject({ replayed: true, response: expect.stringContaining(id) });
    expect((await read()).claim?.kept).toBeUndefined();
    act('approve');
    await confirm();
    expect((await read()).claim?.kept?.response).toContain('succeeded');
  });

  it('names what lets the customer act in no event and no link of its audit chain', async () => {
    const { act, confirm, read } = await waitingPayment();
    act('approve');
    await confirm();
    const { links = [] } = await read();
    const logged = (await world.storage.outbox.unsent(1_000))._unsafeUnwrap();
    expect(logged.map(({ type }) => type)).toContain('payment.requires_action');
    expect(jsonText(links.map(({ after }) => after ?? null))).toContain('next_action_value_sha256');
    const texts = [
      ...links.flatMap(({ before, after }) => [before, after]),
      ...logged.map(({ data }) => data),
    ];
    for (const text of texts.map((each) => jsonText(each ?? null)))
      expect(text).not.toContain('/simulator/customers');
  });
});

describe('a void of a payment whose processor waits for the customer', () => {
  const voided = (id: PaymentId, idempotencyKey = aKey(), processor: Partial<Processor> = {}) => {
    const ports = { ...world.ports, processor: { ...world.ports.processor, ...processor } };
    return modifyPayment(ports, terms)(aModification(id, VOID, { idempotencyKey }));
  };

  it('cancels the charge at the processor, once, and is answered with the same void again', async () => {
    const { id, act, read } = await waitingPayment();
    const key = aKey();
    const first = (await voided(id, key))._unsafeUnwrap();
    const { payment, transactions, claim, events } = await read();
    expect(payment).toMatchObject({ status: 'canceled', authorized: { minorUnits: 0n } });
    expect(transactions).toMatchObject([{ type: 'void', status: 'succeeded' }]);
    expect(claim?.state).toBe('completed');
    expect(events).toEqual(['payment.created', 'payment.requires_action', 'payment.canceled']);
    expect(act('approve')).toBe(false);
    expect((await voided(id, key))._unsafeUnwrap()).toEqual({ ...first, replayed: true });
    expect((await voided(id))._unsafeUnwrap()).toEqual(first);
    expect(world.ledger.charges().size).toBe(0);
  });

  it('is refused when the customer was quicker and the money was taken', async () => {
    const { id, act, read } = await waitingPayment();
    act('approve');
    expect((await voided(id))._unsafeUnwrapErr()).toMatchObject({
      kind: 'PaymentStateConflict',
      status: 'succeeded',
    });
    expect((await read()).payment?.status).toBe('succeeded');
  });

  it('releases the hold when the customer was quicker and the money is only held', async () => {
    const { id, act, read } = await waitingPayment({ captureMethod: 'manual' });
    act('approve');
    (await voided(id))._unsafeUnwrap();
    expect((await read()).payment).toMatchObject({ status: 'canceled', authorized: { minorUnits: 2_500n } });
    expect(world.ledger.book(id)?.ended).toBe(true);
  });

  it('changes nothing while the processor cannot be asked, and is to be sent again under the same key', async () => {
    const { id, read } = await waitingPayment();
    const key = aKey();
    const away = { cancel: () => errAsync({ kind: 'ProcessorUnavailable' as const }) };
    expect((await voided(id, key, away))._unsafeUnwrapErr()).toEqual({ kind: 'ProcessorUnavailable' });
    expect((await read()).payment?.status).toBe('requires_action');
    (await voided(id, key))._unsafeUnwrap();
    expect((await read()).payment?.status).toBe('canceled');
  });

  it('is refused for a version that is not the newest', async () => {
    const { id, read } = await waitingPayment();
    const stale = aModification(id, VOID, { expectedVersions: [1] });
    expect((await modifyPayment(world.ports, terms)(stale))._unsafeUnwrapErr().kind).toBe('VersionMismatch');
    (
      await modifyPayment(world.ports, terms)(aModification(id, VOID, { expectedVersions: [2] }))
    )._unsafeUnwrap();
    expect((await read()).payment?.status).toBe('canceled');
  });
});
