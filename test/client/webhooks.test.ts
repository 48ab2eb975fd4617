import { describe, expect, it } from 'vitest';
import { verifyWebhook, type WebhookOptions } from '../../client/src/webhooks.ts';
import { systemWebhookSecrets } from '../../src/adapters/system/webhook-secrets.ts';
import { signatureHeaders, signaturesOf } from '../../src/domain/webhooks/webhook-signature.ts';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
const [CURRENT, PREVIOUS, FOREIGN] = [secretOf(1), secretOf(2), secretOf(3)];
const AT = Date.parse('2026-03-01T12:00:00Z');
const EVENT = { id: 'evt_1', event_type: 'payment.succeeded', created: '2026-03-01T12:00:00.000Z', data: {} };
/** Not as a parser and a printer would make it of itself. */
const BODY = `${JSON.stringify(EVENT)}  `;
const CONTENT = { eventId: 'evt_1', at: AT, body: BODY };

/** The headers as paywright signs a delivery, in lower case as servers have them. */
const signed = (...secrets: readonly string[]) =>
  Object.fromEntries(
    Object.entries(signatureHeaders(CONTENT, signaturesOf(CONTENT, secrets, systemWebhookSecrets.hmac))).map(
      ([name, value]) => [name.toLowerCase(), value],
    ),
  );

const verified = (headers: Record<string, string>, options: Partial<WebhookOptions> = {}, body = BODY) =>
  verifyWebhook({ body, headers }, { secrets: CURRENT, now: AT + 1_000, ...options });

describe('a delivery', () => {
  it('of paywright is genuine, as text, as bytes and whoever holds its headers', async () => {
    const headers = signed(CURRENT);
    const options = { secrets: CURRENT, now: AT };
    expect(await verifyWebhook({ body: BODY, headers }, options)).toEqual(EVENT);
    expect(await verifyWebhook({ body: Buffer.from(BODY), headers: new Headers(headers) }, options)).toEqual(
      EVENT,
    );
  });

  it.each([
    ['signed by both secrets and known by the old one', [CURRENT, PREVIOUS], [PREVIOUS]],
    ['signed by both secrets and known by the new one', [CURRENT, PREVIOUS], [CURRENT]],
    ['signed by the old secret, of two that are known', [PREVIOUS], [CURRENT, PREVIOUS]],
  ])('is genuine while a secret is rotated: %s', async (_, signing, secrets) => {
    expect(await verified(signed(...signing), { secrets })).toEqual(EVENT);
  });

  it.each([
    ['has another secret', signed(FOREIGN), {}, BODY],
    ['was changed', signed(CURRENT), {}, BODY.replace('payment', 'PAYMENT')],
    ['is parsed and printed again', signed(CURRENT), {}, JSON.stringify(EVENT)],
    ['is of another event', { ...signed(CURRENT), 'webhook-id': 'evt_2' }, {}, BODY],
    ['was sent long ago', signed(CURRENT), { now: AT + 301_000 }, BODY],
    ['is of the future', signed(CURRENT), { now: AT - 301_000 }, BODY],
    ['has a time that is none', { ...signed(CURRENT), 'webhook-timestamp': 'now' }, {}, BODY],
    [
      'is signed by a scheme that is not known',
      { ...signed(CURRENT), 'webhook-signature': 'v2,aGk=' },
      {},
      BODY,
    ],
    ['has a signature that is no Base64', { ...signed(CURRENT), 'webhook-signature': 'v1,=%' }, {}, BODY],
    ['is not signed', {}, {}, BODY],
  ])('is not genuine when it %s', async (_, headers, options, body) => {
    await expect(verified(headers, options, body)).rejects.toMatchObject({ name: 'WebhookNotGenuine' });
  });

  it('is read to the last digit, or not at all', async () => {
    const body = '{"id":"evt_1","data":{"net_amount":90071992547409931}}';
    const content = { ...CONTENT, body };
    const headers = signatureHeaders(content, signaturesOf(content, [CURRENT], systemWebhookSecrets.hmac));
    const delivery = { body, headers: new Headers(Object.entries(headers)) };
    const options = { secrets: CURRENT, now: AT };
    await expect(verifyWebhook(delivery, options)).rejects.toMatchObject({ name: 'PaywrightInexactNumber' });
    const parseJson = (text: string): unknown =>
      JSON.parse(text, (_, value: unknown, { source = '' }: Readonly<{ source?: string }> = {}) =>
        typeof value === 'number' ? BigInt(source) : value,
      );
    const { data } = await verifyWebhook(delivery, { ...options, parseJson });
    expect(data).toEqual({ net_amount: 90_071_992_547_409_931n });
  });

  it('is not judged by what is no secret', async () => {
    await expect(verified(signed(CURRENT), { secrets: 'whsec_' })).rejects.toBeInstanceOf(TypeError);
  });
});
