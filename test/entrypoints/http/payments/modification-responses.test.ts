import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { payment, transaction } from '../../../../src/entrypoints/http/payments/payment-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { aPaymentBody, aToken } from '../../../support/http-app.ts';
import { type Asking, aDesk, PERMISSIONS, problemIn } from '../../../support/modification-desk.ts';

describe('a modification over HTTP', () => {
  const seconds = (response: Response) => Number(response.headers.get('retry-after'));

  it('leaves the key of a final capture free while another is under way, and replays the final answer to its 202', async () => {
    const { post, pay, move, useCases } = await aDesk();
    const recovered = () =>
      expect.poll(async () => (await useCases.recoverPayments(10))._unsafeUnwrap().settled).toBe(1);
    const id = await pay({ capture_method: 'manual', payment_method: 'test_timeout_approved' });
    await recovered();
    expect((await move(id, 'capture', { amount: 30 })).status).toBe(202);
    const final = { body: '{"amount":20,"final":true}', key: 'final' };
    const refused = await post(`/payments/${id}/capture`, final);
    expect([refused.status, seconds(refused)]).toEqual([409, 1]);
    const tooMuch = await post(`/payments/${id}/capture`, { body: '{"amount":71}', key: 'too-much' });
    expect([await problemIn(tooMuch), seconds(tooMuch)]).toEqual([[422, 'amount_exceeds_authorized'], 1]);
    await recovered();
    const provisional = await post(`/payments/${id}/capture`, final);
    expect(provisional.status).toBe(202);
    await recovered();
    const done = await post(`/payments/${id}/capture`, final);
    expect([done.status, done.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(transaction.parse(await done.json()).id).toBe(transaction.parse(await provisional.json()).id);
  });

  it('needs no body, and then takes, gives back or releases all that is left', async () => {
    const { post, hold, pay, read } = await aDesk();
    const [held, taken, other] = [await hold(), await pay(), await hold()];
    const bodies: Asking[] = [{}, { body: '{}' }, { body: '', headers: { 'content-length': '0' } }];
    const steps = [
      [held, 'capture', 'succeeded'],
      [taken, 'refunds', 'succeeded'],
      [other, 'void', 'canceled'],
    ] as const;
    for (const [n, [id, step, end]] of steps.entries()) {
      const response = await post(`/payments/${id}/${step}`, { ...bodies[n], key: `k${n}` });
      expect(response.status).toBe(201);
      expect(transaction.parse(await response.json()).amount).toBe(100);
      expect((await read(id)).status).toBe(end);
    }
  });

  it('gives a repeat the same status and the same bytes', async () => {
    const { post, hold, pay } = await aDesk();
    const silent = await pay({ payment_method: 'test_movement_refused' });
    const cases = [
      [await hold(), 'capture', '{"amount":30}', 201],
      [await pay(), 'refunds', '{"amount":30,"reason":"a"}', 201],
      [await hold(), 'void', '{}', 201],
      [await pay(), 'refunds', '{"amount":101}', 422],
      [silent, 'refunds', '{"amount":30}', 402],
    ] as const;
    for (const [n, [id, step, body, status]] of cases.entries()) {
      const asking = { body, key: `again-${n}` };
      const first = await post(`/payments/${id}/${step}`, { ...asking, headers: { 'x-request-id': 'r1' } });
      const again = await post(`/payments/${id}/${step}`, { ...asking, headers: { 'x-request-id': 'r2' } });
      expect([first.status, again.status]).toEqual([status, status]);
      expect(await again.text()).toBe(await first.text());
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
      expect(first.headers.has('idempotency-replayed')).toBe(false);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
  });

  it('leaves the key free where the refusal may not last, and says when to come back', async () => {
    const { post, hold } = await aDesk();
    const id = await hold();
    const refundFirst = { body: '{"amount":30}', key: 'refund' };
    const refused = await post(`/payments/${id}/refunds`, refundFirst);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([409, null]);
    expect((await post(`/payments/${id}/capture`, { body: '{}', key: 'capture' })).status).toBe(201);
    const later = await post(`/payments/${id}/refunds`, refundFirst);
    expect([later.status, later.headers.has('idempotency-replayed')]).toEqual([201, false]);
  });

  it('refuses the same key with another payload or payment, and takes it on another route', async () => {
    const { post, hold } = await aDesk();
    const [id, other] = [await hold(), await hold()];
    const asking = { body: '{"amount":30}', key: 'k' };
    expect((await post(`/payments/${id}/capture`, asking)).status).toBe(201);
    for (const [path, body] of [
      [`/payments/${id}/capture`, '{"amount":31}'],
      [`/payments/${id}/capture`, '{}'],
      [`/payments/${id}/capture`, '{"amount":30,"final":true}'],
      [`/payments/${other}/capture`, '{"amount":30}'],
    ] as const)
      expect(await problemIn(await post(path, { key: 'k', body }))).toEqual([422, 'idempotency_key_reused']);
    expect((await post(`/payments/${id}/void`, { key: 'k' })).status).toBe(201);
    expect((await post(`/payments/${id}/refunds`, { key: 'k' })).status).toBe(201);
    const again = await post(`/payments/${id}/capture`, { ...asking, body: '{"amount":30,"final":false}' });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('that the processor refuses is a 402 that names the payment and the transaction', async () => {
    const { move, pay, read } = await aDesk();
    const id = await pay({ payment_method: 'test_movement_refused' });
    const response = await move(id, 'refunds', { amount: 30 });
    expect(response.status).toBe(402);
    const told = problem.parse(await response.json());
    const { transactions, ...left } = await read(id);
    expect(told).toMatchObject({
      code: 'movement_refused',
      payment_id: id,
      transaction_id: transactions[1]?.id,
    });
    expect(left).toMatchObject({ status: 'succeeded', refunded_amount: 0 });
    expect(transactions[1]).toMatchObject({ type: 'refund', status: 'failed' });
  });

  it('is a 202 with a pending transaction while only the processor knows', async () => {
    const { post, move, read, useCases } = await aDesk();
    /** Silence is asked about a second after it began. */
    const recovered = () =>
      expect.poll(async () => (await useCases.recoverPayments(10))._unsafeUnwrap().settled).toBe(1);
    const body = JSON.stringify(aPaymentBody({ amount: 100, payment_method: 'test_timeout_approved' }));
    const { id } = payment.parse(await (await post('/payments', { body, key: 'silent' })).json());
    await recovered();
    const response = await move(id, 'refunds', { amount: 60 });
    expect(response.status).toBe(202);
    expect(transaction.parse(await response.json())).toMatchObject({ type: 'refund', status: 'pending' });
    expect(await read(id)).toMatchObject({ refunded_amount: 0, reserved_amount: 60 });
    expect(await problemIn(await move(id, 'refunds', { amount: 60 }))).toEqual([
      422,
      'amount_exceeds_captured',
    ]);
    await recovered();
    const end = await read(id);
    expect(end).toMatchObject({ refunded_amount: 60 });
    expect(end).not.toHaveProperty('reserved_amount');
    expect(end.transactions[1]).toMatchObject({ status: 'succeeded' });
  });

  it.each([
    ['capture', 'succeeded', 409, 'payment_state_conflict', {}],
    ['void', 'succeeded', 409, 'payment_state_conflict', {}],
    ['refunds', 'authorized', 409, 'payment_state_conflict', {}],
    ['capture', 'authorized', 422, 'amount_exceeds_authorized', { amount: 101 }],
    ['refunds', 'succeeded', 422, 'amount_exceeds_captured', { amount: 101 }],
  ] as const)('%s of a payment that is %s is refused with %i %s', async (step, status, http, code, body) => {
    const { move, hold, pay, read } = await aDesk();
    const id = status === 'authorized' ? await hold() : await pay();
    expect(await problemIn(await move(id, step, body))).toEqual([http, code]);
    expect(await read(id)).toMatchObject({ status, refunded_amount: 0 });
    expect((await read(id)).transactions).toHaveLength(1);
  });

  it('answers a rival of a running one with when to come back', async () => {
    const { move } = await aDesk(undefined, {
      modifyPayment: () => errAsync({ kind: 'IdempotencyInFlight', retryAfterMs: 1_500 }),
    });
    const response = await move(`pay_${'0'.repeat(32)}`, 'void');
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await problemIn(response)).toEqual([409, 'idempotency_in_flight']);
  });
});

describe('who may move a payment', () => {
  it.each([
    ['capture', ['payments'], 201],
    ['void', ['payments'], 201],
    ['refunds', ['refunds'], 201],
    ['capture', ['refunds'], 403],
    ['void', ['refunds'], 403],
    ['refunds', ['payments'], 403],
    ['refunds', [], 403],
  ] as const)('%s with %j: %i', async (step, permissions, status) => {
    const { post, hold, pay, read } = await aDesk();
    const id = step === 'refunds' ? await pay() : await hold();
    const token = await aToken({ permissions });
    const response = await post(`/payments/${id}/${step}`, { key: 'k', token });
    expect(response.status).toBe(status);
    if (status === 403) expect(await problemIn(response)).toEqual([403, 'permission_missing']);
    expect((await read(id)).transactions).toHaveLength(status === 201 ? 2 : 1);
  });

  it('not another tenant, to whom it is not there', async () => {
    const { post, pay, hold, read } = await aDesk();
    const token = await aToken({ merchant_id: 'merchant-2', permissions: PERMISSIONS });
    for (const [id, step] of [
      [await hold(), 'capture'],
      [await hold(), 'void'],
      [await pay(), 'refunds'],
    ] as const) {
      const asking = { key: `k-${step}`, token };
      expect(await problemIn(await post(`/payments/${id}/${step}`, asking))).toEqual([
        404,
        'payment_not_found',
      ]);
      expect((await read(id)).transactions).toHaveLength(1);
    }
  });

  it('not a merchant who is suspended, who may still give back and release', async () => {
    const { post } = await aDesk();
    const token = await aToken({ merchant_id: 'suspended', permissions: PERMISSIONS });
    const told = async (step: string) =>
      problemIn(await post(`/payments/pay_${'0'.repeat(32)}/${step}`, { key: `k-${step}`, token }));
    expect(await told('capture')).toEqual([403, 'merchant_inactive']);
    for (const step of ['refunds', 'void']) expect(await told(step)).toEqual([404, 'payment_not_found']);
  });

  it('no request without a token', async () => {
    const { app } = await aDesk();
    for (const step of ['capture', 'refunds', 'void'])
      expect(
        await problemIn(await app.request(`/payments/pay_${'0'.repeat(32)}/${step}`, { method: 'POST' })),
      ).toEqual([401, 'unauthenticated']);
  });
});
