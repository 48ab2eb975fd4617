import type { ClaimKey, Operation } from '../../../src/domain/kernel/claim.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import { aMerchantId } from '../../fixtures/changes.ts';

/** One request of a client, to be sent until it is answered. */
export type ClientRequest = Readonly<{ key: ClaimKey; path: string; body: string }>;
export type Reply = Readonly<{ status: number; body: string }>;

/** Who takes payments and sends money to the other, and who sends some of it back. */
export const TAKER = aMerchantId('merchant-123');
export const GETTER = aMerchantId('merchant-456');

const PAYMENT_METHODS = [
  'card',
  'card',
  'test_fee',
  'bank_account',
  'test_movement_refused',
  'test_declined',
  'test_timeout_approved',
  'test_insufficient_funds',
  'test_timeout_declined',
];

/** The `n`th payment that is asked for; three in seven are held for a later capture. */
export function aPayment(n: number): ClientRequest {
  const order = {
    amount: 100 + n,
    currency: 'USD',
    payment_method: PAYMENT_METHODS[n % PAYMENT_METHODS.length] ?? 'card',
    capture_method: n % 7 < 3 ? 'manual' : 'automatic',
  };
  return aRequest('process', TAKER, `key-${n}`, '/payments', order);
}

/**
 * What is done with a payment when it is answered. Some of it cannot all be done, and is asked for at the same time: of
 * two captures or refunds of 60 % one is refused, and either the void or the capture is.
 */
export function followUps(
  { key: { key, operation } }: ClientRequest,
  { status, body }: Reply,
): readonly ClientRequest[] {
  if (operation !== 'process' || status > 202) return [];
  const { id, amount, capture_method } = JSON.parse(body) as Readonly<Record<string, string>> &
    Readonly<{ amount: number }>;
  const move = (type: Operation, n: number, what: object) =>
    aRequest(type, TAKER, `${key}-${type}-${n}`, `/payments/${id}/${PATHS[type]}`, what);
  const send = (from: MerchantId, to: MerchantId, of: number) =>
    aRequest('transfer', from, `${key}-to-${to}`, '/transfers', {
      destination_merchant_id: to,
      amount: of,
      currency: 'USD',
    });
  const part = (percent: number) => Math.trunc((amount * percent) / 100);
  const course = amount % 4;
  if (capture_method === 'manual')
    switch (course) {
      case 0:
        return [
          move('capture', 1, { amount: part(40) }),
          move('capture', 2, { amount: part(30), final: true }),
        ];
      case 1:
        return [move('void', 1, {}), move('capture', 1, {})];
      case 2:
        return [move('capture', 1, { amount: part(60) }), move('capture', 2, { amount: part(60) })];
      default:
        return [move('void', 1, {})];
    }
  switch (course) {
    case 0:
      return [move('refund', 1, { amount: part(60) }), move('refund', 2, { amount: part(60) })];
    case 1:
      return [move('refund', 1, { amount: part(40) })];
    case 2:
      return [send(TAKER, GETTER, part(50))];
    default:
      return [send(TAKER, GETTER, part(30)), send(GETTER, TAKER, part(60))];
  }
}

const PATHS: Readonly<Partial<Record<Operation, string>>> = {
  capture: 'capture',
  refund: 'refunds',
  void: 'void',
};

const aRequest = (
  operation: Operation,
  merchantId: MerchantId,
  key: string,
  path: string,
  body: object,
): ClientRequest => ({ key: { merchantId, operation, key }, path, body: JSON.stringify(body) });

/** Refusals that end a request here, whether or not they leave its key free; any other is to be asked again, or a mistake. */
const FINAL_CODES: readonly unknown[] = [
  'payment_state_conflict',
  'amount_exceeds_captured',
  'amount_exceeds_authorized',
  'insufficient_funds',
];

/** `final`: the client does not come back by itself. `again`: the client may ask once more with the same key. */
export function meaningOf({ status, body }: Reply): 'final' | 'again' | 'strange' {
  if (status === 201 || status === 202 || status === 402) return 'final';
  if (status === 503) return 'again';
  if (status !== 409 && status !== 422) return 'strange';
  const { code } = JSON.parse(body) as Readonly<{ code: unknown }>;
  if (FINAL_CODES.includes(code)) return 'final';
  return code === 'idempotency_in_flight' || code === 'balance_contended' ? 'again' : 'strange';
}

/** Rejects when no whole answer comes. */
export async function send(url: string, token: string, { key: { key }, path, body }: ClientRequest) {
  const reply = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body,
    signal: AbortSignal.timeout(20_000),
  });
  const replayed = reply.headers.get('idempotency-replayed') === 'true';
  return { status: reply.status, body: await reply.text(), replayed };
}
