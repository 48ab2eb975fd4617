import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { readStripeEvent } from '../../../../src/adapters/stripe/notifications.ts';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { platformMetrics } from '../../../../src/entrypoints/http/server/metrics.ts';
import { anHttpApp, aPaymentBody, aRequest } from '../../../support/http-app.ts';
import { signedEvent } from '../../../support/stripe-double/signed-events.ts';

const SECRET = 'whsec_of_this_test';
const PATH = '/processors/stripe/webhook';
const now = () => Math.floor(Date.now() / 1_000);

async function anApp(parts: Parameters<typeof anHttpApp>[0] = {}) {
  const metrics = platformMetrics();
  const notifications = {
    stripe: readStripeEvent([SECRET], systemClock),
    counted: metrics.notifications,
  };
  const made = await anHttpApp({ notifications, ...parts });
  const counts = async () =>
    Object.fromEntries(
      (await metrics.notifications.get()).values.map(({ labels, value }) => [labels.outcome, value]),
    );
  return { ...made, counts };
}

const anEvent = (metadata: object = {}, id = 'evt_1') => ({
  id,
  object: 'event' as const,
  api_version: '2026-08-26.dahlia',
  created: 1,
  data: { object: { object: 'payment_intent', metadata, receipt_email: 'ada@example.com' } },
  livemode: false as const,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type: 'payment_intent.succeeded',
});

/** Without a token, as Stripe sends it. */
const sent = (event: Parameters<typeof signedEvent>[0] = anEvent(), secret = SECRET, at = now()) => ({
  method: 'POST',
  ...signedEvent(event, [secret], at),
});
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { code: string }).code,
];

describe('POST /processors/stripe/webhook', () => {
  it('is not there where no signing secret is set', async () => {
    const { app } = await anHttpApp();
    expect(await codeOf(await app.request(PATH, sent()))).toEqual([404, 'route_not_found']);
  });

  it('has a payment asked about that waits, without a token and for its signature alone', async () => {
    const { app, useCases, counts } = await anApp();
    const waiting = await app.request(
      '/payments',
      await aRequest({
        headers: { 'idempotency-key': 'debit' },
        body: JSON.stringify(aPaymentBody({ payment_method: 'test_timeout_approved' })),
      }),
    );
    const { id } = (await waiting.json()) as { id: string };
    const metadata = { paywright_payment: id, paywright_merchant: 'merchant-1' };
    const response = await app.request(PATH, sent(anEvent(metadata)));
    expect([response.status, await response.json()]).toEqual([200, { received: true }]);
    expect((await useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ settled: 1 });
    for (let again = 0; again < 2; again += 1)
      expect((await app.request(PATH, sent(anEvent(metadata)))).status).toBe(200);
    expect((await app.request(PATH, sent(anEvent(metadata, 'evt_2')))).status).toBe(200);
    expect(await counts()).toEqual({ due: 1, repeated: 2, queued: 1 });
  });

  it('answers what is about nothing here as received, so that it is not sent again', async () => {
    const { app, counts } = await anApp();
    for (const metadata of [
      {},
      { paywright_payment: `pay_${'0'.repeat(32)}`, paywright_merchant: 'elsewhere' },
    ])
      expect((await app.request(PATH, sent(anEvent(metadata)))).status).toBe(200);
    expect(await counts()).toEqual({ unknown: 2 });
  });

  it('refuses what is forged, too old or no event, and asks nothing of the store', async () => {
    const { app, counts } = await anApp({
      receiveNotification: () => {
        throw new Error('asked');
      },
    });
    const { body, headers } = sent();
    const none = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
    expect(await codeOf(await app.request(PATH, none))).toEqual([400, 'notification_forged']);
    const others = sent(anEvent(), 'whsec_of_others');
    expect(await codeOf(await app.request(PATH, others))).toEqual([400, 'notification_forged']);
    const changed = { method: 'POST', headers, body: body.replace('evt_1', 'evt_2') };
    expect(await codeOf(await app.request(PATH, changed))).toEqual([400, 'notification_forged']);
    const old = sent(anEvent(), SECRET, now() - 400);
    expect(await codeOf(await app.request(PATH, old))).toEqual([400, 'notification_stale']);
    const nameless = sent({ ...anEvent(), id: '' });
    expect(await codeOf(await app.request(PATH, nameless))).toEqual([400, 'notification_malformed']);
    expect(await counts()).toEqual({ forged: 3, stale: 1, malformed: 1 });
  });

  it('refuses a body of more than 256 KiB before it looks at the signature', async () => {
    const { app, counts } = await anApp();
    const large = sent(anEvent({ note: 'x'.repeat(256 * 1_024) }));
    expect(await codeOf(await app.request(PATH, large))).toEqual([413, 'body_too_large']);
    expect(await counts()).toEqual({});
  });

  it('says to the sender that nothing was received while the store is away', async () => {
    const { app, counts } = await anApp({
      receiveNotification: () => errAsync({ kind: 'StorageUnavailable', cause: 'away' }),
    });
    expect(await codeOf(await app.request(PATH, sent()))).toEqual([503, 'storage_unavailable']);
    expect(await counts()).toEqual({});
  });

  it('has a payout looked up before the answer, and sent again where the processor does not say what became of it', async () => {
    const metrics = platformMetrics();
    const asked: string[] = [];
    const { app } = await anApp({
      notifications: {
        stripe: readStripeEvent([SECRET], systemClock),
        receivePayout: ({ reference }) => {
          asked.push(reference);
          return asked.length === 1 ? errAsync({ kind: 'PayoutsUnavailable' }) : okAsync('returned');
        },
        counted: metrics.notifications,
      },
    });
    const event = {
      ...anEvent(),
      type: 'transfer.reversed',
      data: { object: { object: 'transfer', metadata: { paywright_payout: 'payout-1' } } },
    };
    const refused = await app.request(PATH, sent(event));
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(await codeOf(refused)).toEqual([503, 'payout_not_looked_up']);
    expect((await app.request(PATH, sent(event))).status).toBe(200);
    expect(asked).toEqual(['payout-1', 'payout-1']);
    const { values } = await metrics.notifications.get();
    expect(values.map(({ labels, value }) => [labels.outcome, value])).toEqual([['returned', 1]]);
  });

  it('has a payout to a vendor’s bank looked up on its account before the answer, where vendors are paid', async () => {
    const asked: object[] = [];
    const notifications = (parts: object = {}) => ({
      stripe: readStripeEvent([SECRET], systemClock),
      counted: platformMetrics().notifications,
      ...parts,
    });
    const receiveBankPayout = (said: object) => {
      asked.push(said);
      return asked.length === 1 ? errAsync({ kind: 'PayoutsUnavailable' as const }) : okAsync('returned');
    };
    const { app } = await anHttpApp({ notifications: notifications({ receiveBankPayout }) });
    const event = {
      ...anEvent(),
      account: 'acct_1',
      type: 'payout.failed',
      data: { object: { object: 'payout', id: 'po_1' } },
    };
    expect(await codeOf(await app.request(PATH, sent(event)))).toEqual([503, 'payout_not_looked_up']);
    expect((await app.request(PATH, sent(event))).status).toBe(200);
    expect(asked).toMatchObject(Array(2).fill({ id: 'po_1', account: 'acct_1' }));
    const { app: other } = await anHttpApp({ notifications: notifications() });
    expect((await other.request(PATH, sent(event))).status).toBe(200);
  });

  it('logs an event by its names, and nothing that it holds', async () => {
    const { app, lines } = await anApp();
    await app.request(PATH, sent());
    const line = lines.map((each) => JSON.parse(each) as object).find((each) => 'event_id' in each);
    expect(line).toMatchObject({
      processor: 'stripe',
      event_id: 'evt_1',
      event_type: 'payment_intent.succeeded',
      outcome: 'unknown',
    });
    expect(lines.join('')).not.toMatch(/ada@example|whsec|v1=/);
  });
});
