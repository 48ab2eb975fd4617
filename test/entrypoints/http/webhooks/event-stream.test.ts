import { afterEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { eventStreams, STREAM_LIMITS } from '../../../../src/application/webhooks/event-streams.ts';
import type { DomainEvent } from '../../../../src/domain/kernel/events.ts';
import { rfc3339 } from '../../../../src/domain/kernel/instant.ts';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { serveHttp } from '../../../../src/entrypoints/http/server/node-server.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { startLoop } from '../../../../src/entrypoints/worker/loop.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { anEvent } from '../../../fixtures/webhooks.ts';
import { readStream, type StreamReader } from '../../../support/event-stream.ts';
import { anHttpApp, aToken } from '../../../support/http-app.ts';

const log = jsonLogger({ level: 'silent' });
const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const LIMITS = { mostOfMerchant: 40, most: 70 };
const idsIn = (stream: Pick<StreamReader, 'messages'>) => stream.messages.map(({ id }) => id);

/** A server with streams that stand no way back behind this clock. */
async function aServer({ limits = {}, patience = {}, heartbeatMs = 60_000 } = {}) {
  const storage = memoryStorage();
  const clock = { now: () => Date.now() + 3_000 };
  const streams = eventStreams({ ...storage, clock }, LIMITS);
  const { app, lines } = await anHttpApp({ eventStreams: { open: streams.open, heartbeatMs } }, storage);
  const rounds = startLoop({ name: 'streams', round: streams.round, pollMs: 20, longestPauseMs: 20, log });
  const server = await serveHttp(app, { host: '127.0.0.1', port: 0, log, limits, patience });
  ends.push(async () => {
    streams.close();
    await Promise.all([server.close(), rounds.stop()]);
  });
  let last = 0;
  return {
    server,
    streams,
    lines,
    /** An event of now, later than the one before. */
    happen: async (
      merchant = 'merchant-1',
      parts: Parameters<typeof anEvent>[0] = {},
    ): Promise<DomainEvent> => {
      last = Math.max(last + 1, Date.now());
      const event = anEvent({ merchantId: aMerchantId(merchant), at: last, ...parts });
      (await storage.eventLog.addAll([event]))._unsafeUnwrap();
      return event;
    },
    connect: async (merchant_id = 'merchant-1', parts: Parameters<typeof readStream>[2] = {}) => {
      const claims =
        parts.merchant === undefined
          ? { merchant_id, permissions: ['webhooks'] }
          : { merchant_id: undefined, permissions: ['admin', 'webhooks'] };
      const stream = await readStream(server.url, await aToken(claims), parts);
      ends.push(stream.leave);
      return stream;
    },
  };
}

describe('GET /events/stream', () => {
  it('sends each event as a message with its ids alone, and says when to come back once', async () => {
    const { connect, happen } = await aServer({ heartbeatMs: 150 });
    const stream = await connect();
    expect([stream.status, stream.headers['content-type'], stream.headers['cache-control']]).toEqual([
      200,
      'text/event-stream',
      'no-store',
    ]);
    await expect.poll(stream.text).toBe('retry: 3000\n\n: live\n\n');
    const about = { customer_id: `cus_${'1'.repeat(32)}`, id: `txn_${'2'.repeat(32)}` };
    const event = await happen('merchant-1', {
      type: 'refund.created',
      data: { ...about, amount: 1250, reason: 'Ada asked', metadata: { order_id: `pay_${'3'.repeat(32)}` } },
    });
    await expect.poll(() => stream.messages).toHaveLength(1);
    const data = {
      id: event.id,
      event_type: 'refund.created',
      created: rfc3339(event.created),
      customer_id: about.customer_id,
      transaction_id: about.id,
      payment_id: event.paymentId,
    };
    expect(stream.text()).toContain(
      `id: ${event.id}\nevent: refund.created\ndata: ${JSON.stringify(data)}\n\n`,
    );
    await expect.poll(stream.text).toMatch(/\n\n:\n\n:\n\n$/);
    expect(stream.text().match(/retry/g)).toHaveLength(1);
  });

  it('gives each of 60 streams at once all events of its merchant, once and in order, and none of another’s', async () => {
    const { connect, happen, streams } = await aServer();
    const merchants = ['merchant-1', 'merchant-2'];
    const opened = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const merchant = merchants[n % 2] ?? '';
        return { merchant, stream: await connect(merchant) };
      }),
    );
    const made = new Map<string, string[]>(merchants.map((merchant) => [merchant, []]));
    for (let n = 0; n < 80; n += 1) {
      const merchant = merchants[n % 3 === 0 ? 1 : 0] ?? '';
      made.get(merchant)?.push((await happen(merchant)).id);
      if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(streams.count()).toBe(60);
    for (const { merchant, stream } of opened)
      await expect.poll(() => idsIn(stream)).toEqual(made.get(merchant));
  });

  it('goes on after the last that the client has, wherever its connection broke', async () => {
    const { connect, happen } = await aServer();
    const [first, ...rest] = [await happen(), await happen(), await happen(), await happen()];
    const broken = await connect('merchant-1', { lastEventId: first.id });
    await expect.poll(() => idsIn(broken)).toEqual(rest.map(({ id }) => id));
    broken.leave();
    const later = [await happen(), await happen()];
    const resumed = await connect('merchant-1', { lastEventId: broken.messages[1]?.id ?? '' });
    const missed = [rest[2], ...later].map((event) => event?.id);
    await expect.poll(() => idsIn(resumed)).toEqual(missed);
    expect(resumed.text().indexOf(': live')).toBeGreaterThan(resumed.text().indexOf(rest[2]?.id ?? ''));
  });

  it('bounds the streams of a merchant (429) and of the process (503), and frees the place of a client that left', async () => {
    const { connect, streams, lines } = await aServer();
    const opened = await Promise.all(Array.from({ length: 40 }, () => connect()));
    const refused = await connect();
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '30']);
    await expect.poll(refused.hasEnded).toBe('whole');
    expect(problem.parse(JSON.parse(refused.text())).code).toBe('too_many_streams');
    await Promise.all(Array.from({ length: 30 }, () => connect('merchant-2')));
    const full = await connect('merchant-2');
    expect([full.status, full.headers['retry-after']]).toEqual([503, '1']);
    for (const stream of opened.slice(0, 10)) stream.leave();
    await expect.poll(streams.count).toBe(60);
    await expect
      .poll(() => opened.slice(0, 10).every((stream) => stream.hasEnded() !== undefined))
      .toBe(true);
    expect(lines.filter((line) => line.includes('internal_error'))).toEqual([]);
    expect((await connect()).status).toBe(200);
    expect(STREAM_LIMITS.mostOfMerchant).toBeLessThan(STREAM_LIMITS.most);
  });

  it('lasts beyond every time-out of the server while it is read, and is cut when its reader takes nothing', async () => {
    const { connect, happen, server, streams } = await aServer({
      limits: { writeTimeoutMs: 200 },
      patience: {
        requestTimeout: 300,
        headersTimeout: 300,
        keepAliveTimeout: 300,
        connectionsCheckingInterval: 50,
      },
    });
    const healthy = await connect();
    const first = await happen();
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`n${n}_id`, `cus_${'1'.repeat(32)}`]),
    );
    const large = async () => (await happen('merchant-1', { data: many })).id;
    const token = await aToken({ permissions: ['webhooks'] });
    const stuck = await readStream(server.url, token, { lastEventId: first.id, paused: true });
    ends.push(stuck.leave);
    const made = [first.id];
    for (let n = 0; n < 3_000; n += 1) made.push(await large());
    await expect.poll(streams.count).toBe(1);
    await expect.poll(() => healthy.messages.length).toBe(made.length);
    expect(idsIn(healthy)).toEqual(made);
    expect(healthy.hasEnded()).toBe(undefined);
  });

  it('ends with its token, and all at once when the process does', async () => {
    const { connect, server, streams } = await aServer();
    const lasting = await connect();
    const exp = Math.floor(Date.now() / 1_000) - 58;
    const expiring = await readStream(server.url, await aToken({ permissions: ['webhooks'], exp }));
    expect(expiring.status).toBe(200);
    await expect.poll(expiring.hasEnded).toBe('whole');
    expect(lasting.hasEnded()).toBe(undefined);
    streams.close();
    await server.close();
    expect(streams.count()).toBe(0);
    await expect.poll(lasting.hasEnded).toBe('whole');
  });

  it('are each of the merchant that an administrator chose, also where one goes on after an event of another', async () => {
    const { connect, happen } = await aServer();
    const before = await happen('merchant-1');
    const missed = await happen('merchant-2');
    const one = await connect(undefined, { merchant: 'merchant-1' });
    const two = await connect(undefined, { merchant: 'merchant-2', lastEventId: before.id });
    await expect.poll(() => idsIn(two)).toEqual([missed.id]);
    await expect.poll(one.text).toContain(': live');
    const own = await happen('merchant-1');
    const other = await happen('merchant-2');
    await expect.poll(() => idsIn(one)).toEqual([own.id]);
    await expect.poll(() => idsIn(two)).toEqual([missed.id, other.id]);
    const none = await connect(undefined, { merchant: 'merchant-3' });
    expect(none.status).toBe(404);
  });

  it('opens nothing for HEAD, and refuses what is no place in the log and a token without the permission', async () => {
    const { connect, server, streams } = await aServer();
    const head = await connect('merchant-1', { method: 'HEAD' });
    expect([head.status, streams.count()]).toEqual([200, 0]);
    for (const lastEventId of ['1', 'pay_1', `evt_${'A'.repeat(32)}`, `evt_${'1'.repeat(33)}`]) {
      const refused = await connect('merchant-1', { lastEventId });
      await expect.poll(refused.hasEnded).toBe('whole');
      const { code, errors } = problem.parse(JSON.parse(refused.text()));
      expect([refused.status, code, errors?.[0]?.path]).toEqual([400, 'invalid_request', 'Last-Event-ID']);
    }
    const stranger = await readStream(server.url, await aToken({ permissions: ['payments'] }));
    expect(stranger.status).toBe(403);
    const { app } = await anHttpApp();
    const token = await aToken({ permissions: ['webhooks'] });
    const absent = await app.request('/events/stream', { headers: { authorization: `Bearer ${token}` } });
    expect(absent.status).toBe(404);
  });
});
