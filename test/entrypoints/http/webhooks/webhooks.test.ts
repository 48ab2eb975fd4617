import { describe, expect, it } from 'vitest';
import { openDelivery } from '../../../../src/domain/webhooks/delivery.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import {
  delivery,
  deliveryPage,
  endpoint,
  endpointPage,
  endpointWithSecret,
  readDelivery,
} from '../../../../src/entrypoints/http/webhooks/webhook-schemas.ts';
import { anHttpApp } from '../../../support/http-app.ts';
import { aClient } from '../../../support/http-client.ts';

const URL_HERE = 'http://127.0.0.1:9/hooks';

async function aDesk(permissions: readonly string[] = ['webhooks']) {
  const { app, storage, lines } = await anHttpApp();
  const send = (path: string, init: RequestInit) => app.request(path, init);
  const client = await aClient(send, 'merchant-1', permissions);
  const stranger = await aClient(send, 'merchant-2', permissions);
  const anEndpoint = async (rest: object = {}) =>
    endpointWithSecret.parse(
      await (await client.post('/webhook_endpoints', { url: URL_HERE, ...rest })).json(),
    );
  return { client, stranger, storage, lines, anEndpoint };
}

describe('webhook endpoints over HTTP', () => {
  it('shows the secret when an endpoint is made, and never again', async () => {
    const { client, anEndpoint, lines } = await aDesk();
    const { secret, ...made } = await anEndpoint({ events: ['payment.succeeded'], description: 'shop' });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const shown = await (await client.get(`/webhook_endpoints/${made.id}`)).text();
    expect(JSON.parse(shown)).toEqual(made);
    const listed = await (await client.get('/webhook_endpoints')).text();
    expect(endpointPage.parse(JSON.parse(listed)).items).toEqual([made]);
    for (const text of [shown, listed, ...lines]) expect(text).not.toContain(secret.slice(6));
  });

  it('subscribes to every event unless some are given', async () => {
    const { anEndpoint } = await aDesk();
    expect((await anEndpoint()).events).toEqual(['*']);
  });

  it('changes, pauses and resumes an endpoint', async () => {
    const { client, anEndpoint } = await aDesk();
    const { id } = await anEndpoint({ description: 'shop' });
    const change = async (body: object) =>
      endpoint.parse(await (await client.patch(`/webhook_endpoints/${id}`, body)).json());
    expect(await change({ status: 'paused', description: null })).toMatchObject({
      status: 'paused',
      version: 2,
    });
    expect(await change({ status: 'enabled', events: ['refund.created'] })).toMatchObject({
      status: 'enabled',
      events: ['refund.created'],
    });
  });

  it('gives a new secret, the one before going on for a day', async () => {
    const { client, anEndpoint } = await aDesk();
    const before = await anEndpoint();
    const rotated = endpointWithSecret.parse(
      await (await client.post(`/webhook_endpoints/${before.id}/rotate_secret`, {})).json(),
    );
    expect(rotated.secret).not.toBe(before.secret);
    const overlap = Date.parse(rotated.previous_secret_expires_at ?? '') - Date.parse(rotated.updated_at);
    expect(overlap).toBe(24 * 3_600_000);
  });

  it('refuses a sixth secret that would sign, with the seconds until the oldest retires', async () => {
    const { client, anEndpoint } = await aDesk();
    const { id } = await anEndpoint();
    const rotate = () => client.post(`/webhook_endpoints/${id}/rotate_secret`, {});
    for (let n = 0; n < 4; n += 1) expect((await rotate()).status).toBe(200);
    const refused = await rotate();
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: 'too_many_webhook_secrets' });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(86_000);
    expect(seconds).toBeLessThanOrEqual(86_400);
  });

  it('removes an endpoint for good', async () => {
    const { client, anEndpoint } = await aDesk();
    const { id } = await anEndpoint();
    expect((await client.call('DELETE', `/webhook_endpoints/${id}`)).status).toBe(204);
    expect((await client.get(`/webhook_endpoints/${id}`)).status).toBe(404);
    expect((await client.call('DELETE', `/webhook_endpoints/${id}`)).status).toBe(404);
    expect(endpointPage.parse(await (await client.get('/webhook_endpoints')).json()).items).toEqual([]);
  });

  it.each([
    'http://shop.example.com/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://①②⑦.0.0.1/',
    'https://[::ffff:7f00:1]/',
    'https://[::7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://10.1.2.3/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://[fc00::1]/',
    'https://[fe80::1]/',
    'https://localhost./',
    'https://user:secret@93.184.216.34/',
    'https://93.184.216.34:22/',
    'ftp://93.184.216.34/',
    'not a url',
  ])('refuses to send to %s', async (url) => {
    const { client } = await aDesk();
    const response = await client.post('/webhook_endpoints', { url });
    expect(response.status).toBe(422);
    expect(problem.parse(await response.json()).code).toBe('webhook_url_not_accepted');
  });

  it.each([
    [{}, 'url'],
    [{ url: URL_HERE, events: [] }, 'events'],
    [{ url: URL_HERE, events: ['payment.exploded'] }, 'events.0'],
    [{ url: URL_HERE, events: ['*', '*'] }, 'events'],
    [{ url: URL_HERE, secret: 'whsec_mine' }, 'secret'],
    [{ url: URL_HERE, description: 'x'.repeat(501) }, 'description'],
  ])('refuses %j, naming %s', async (body, path) => {
    const { client } = await aDesk();
    const response = await client.post('/webhook_endpoints', body);
    expect(response.status).toBe(400);
    expect(problem.parse(await response.json()).errors?.map((each) => each.path)).toContain(path);
  });

  it('needs the permission `webhooks`, and shows a merchant nothing of another', async () => {
    const { client } = await aDesk(['payments']);
    expect((await client.get('/webhook_endpoints')).status).toBe(403);
    const { anEndpoint, stranger } = await aDesk();
    const { id } = await anEndpoint();
    const asked = [
      stranger.get(`/webhook_endpoints/${id}`),
      stranger.patch(`/webhook_endpoints/${id}`, { status: 'paused' }),
      stranger.call('DELETE', `/webhook_endpoints/${id}`),
      stranger.post(`/webhook_endpoints/${id}/rotate_secret`, {}),
      stranger.post(`/webhook_endpoints/${id}/test`, {}),
      stranger.post(`/webhook_endpoints/${id}/replay_failed`, { since: '2026-01-01T00:00:00Z' }),
    ];
    for (const response of await Promise.all(asked)) expect(response.status).toBe(404);
    expect(endpointPage.parse(await (await stranger.get('/webhook_endpoints')).json()).items).toEqual([]);
  });
});

describe('deliveries over HTTP', () => {
  it('are listed by endpoint, status and event, and shown one by one', async () => {
    const { client, stranger, anEndpoint } = await aDesk();
    const [one, other] = [await anEndpoint(), await anEndpoint()];
    const sent = delivery.parse(await (await client.post(`/webhook_endpoints/${one.id}/test`, {})).json());
    expect(sent).toMatchObject({
      endpoint_id: one.id,
      event_type: 'webhook_endpoint.test',
      status: 'pending',
      url: URL_HERE,
    });
    const listed = async (query: string) =>
      deliveryPage.parse(await (await client.get(`/webhook_deliveries${query}`)).json()).items;
    expect(await listed('')).toEqual([sent]);
    expect(await listed(`?endpoint_id=${one.id}&status=pending`)).toEqual([sent]);
    expect(await listed('?event_type=webhook_endpoint.test')).toEqual([sent]);
    expect(await listed(`?endpoint_id=${other.id}`)).toEqual([]);
    expect(await listed('?status=delivered')).toEqual([]);
    const { request, ...shown } = readDelivery.parse(
      await (await client.get(`/webhook_deliveries/${sent.id}`)).json(),
    );
    expect(shown).toEqual(sent);
    expect(request.headers).toMatchObject({
      'Content-Type': 'application/json',
      'webhook-id': sent.event_id,
    });
    expect(JSON.parse(request.body)).toMatchObject({ id: sent.event_id, event_type: sent.event_type });
    expect(JSON.stringify(request)).not.toMatch(/signature|secret/i);
    expect((await stranger.get(`/webhook_deliveries/${sent.id}`)).status).toBe(404);
    expect((await stranger.post(`/webhook_deliveries/${sent.id}/replay`, {})).status).toBe(404);
  });

  it('are sent again, one or all that failed since a time', async () => {
    const { client, storage, anEndpoint } = await aDesk();
    const { id } = await anEndpoint();
    const sent = delivery.parse(await (await client.post(`/webhook_endpoints/${id}/test`, {})).json());
    const found = (
      await storage.deliveries.find(sent.merchant_id as never, sent.id as never)
    )._unsafeUnwrap();
    if (found === undefined) throw new Error('the delivery is gone');
    const { tries, dueAt, ...rest } = found as ReturnType<typeof openDelivery>;
    const failed = { ...rest, status: 'failed' as const, version: found.version + 1 };
    expect(dueAt - tries).toBeGreaterThan(0);
    (await storage.deliveries.save([{ expected: found.version, next: failed }]))._unsafeUnwrap();

    const again = await client.post(`/webhook_endpoints/${id}/replay_failed`, {
      since: '2026-01-01T00:00:00Z',
    });
    expect([again.status, await again.json()]).toEqual([202, { replayed: 1, more: false }]);
    const one = await client.post(`/webhook_deliveries/${sent.id}/replay`, {});
    expect([one.status, delivery.parse(await one.json()).status]).toEqual([202, 'pending']);
  });

  it.each([
    ['/webhook_deliveries?status=lost', 400],
    ['/webhook_deliveries?endpoint_id=we_1', 400],
    ['/webhook_deliveries?payment_id=pay_1', 400],
    ['/webhook_deliveries?cursor=forged', 400],
    ['/webhook_deliveries?merchant_id=merchant-2', 400],
    ['/webhook_deliveries/whd_1', 404],
    ['/webhook_endpoints?limit=1', 400],
  ])('refuses %s with %i', async (path, status) => {
    const { client } = await aDesk();
    expect((await client.get(path)).status).toBe(status);
  });

  it('refuses a time that is none', async () => {
    const { client, anEndpoint } = await aDesk();
    const { id } = await anEndpoint();
    for (const since of ['yesterday', '2026-02-30T00:00:00Z', 0])
      expect((await client.post(`/webhook_endpoints/${id}/replay_failed`, { since })).status).toBe(400);
  });

  it('to a paused endpoint are not begun', async () => {
    const { client, anEndpoint } = await aDesk();
    const { id } = await anEndpoint();
    await client.patch(`/webhook_endpoints/${id}`, { status: 'paused' });
    const response = await client.post(`/webhook_endpoints/${id}/test`, {});
    expect([response.status, problem.parse(await response.json()).code]).toEqual([
      409,
      'webhook_endpoint_not_enabled',
    ]);
  });
});
