import { afterEach, describe, expect, it } from 'vitest';
import { present } from '../../../src/domain/kernel/present.ts';
import { dataDirectory, type Offered, startServing } from '../../support/cli-process.ts';
import { readStream } from '../../support/event-stream.ts';

const pay = async ({ url, token }: Offered, key: string): Promise<string> => {
  const response = await fetch(`${url}/payments`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify({ amount: 500, currency: 'EUR', payment_method: 'card' }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as Readonly<{ id: string }>).id;
};

const ofPayments = ({ messages }: Pick<Awaited<ReturnType<typeof readStream>>, 'messages'>) =>
  messages.map(({ event, data }) => `${event} ${String(data['payment_id'])}`);
const eventsOf = (...payments: readonly string[]) =>
  payments.flatMap((id) => [`payment.created ${id}`, `payment.succeeded ${id}`]);

describe('paywright serve, while streams of events are open', () => {
  const dir = dataDirectory();
  const running: Offered[] = [];
  const serve = async (env: Readonly<Record<string, string>> = {}): Promise<Offered> => {
    const served = await startServing({ PAYWRIGHT_DATA_DIR: dir.path, ...env });
    running.push(served);
    return served;
  };
  afterEach(async () => {
    for (const { cli } of running.splice(0)) {
      cli.child.kill('SIGKILL');
      await cli.ended;
    }
    dir.remove();
  });

  it('gives a client whose server was killed all that it missed, once, from the server after it', async () => {
    const before = await serve();
    const stream = await readStream(before.url, before.token);
    await expect.poll(stream.text).toContain(': live');
    const first = await pay(before, 'first');
    await expect.poll(() => ofPayments(stream)).toEqual(eventsOf(first));
    const missed = await pay(before, 'missed');
    before.cli.child.kill('SIGKILL');
    await before.cli.ended;
    await expect.poll(stream.hasEnded).toBe('cut');
    const after = await serve();
    const lastEventId = stream.messages.at(-1)?.id ?? '';
    const resumed = await readStream(after.url, after.token, { lastEventId });
    const later = await pay(after, 'later');
    await expect
      .poll(() => [...ofPayments(stream), ...ofPayments(resumed)])
      .toEqual(eventsOf(first, missed, later));
    const metrics = await (await fetch(`${after.url}/metrics`)).text();
    expect(metrics).toMatch(/^paywright_event_streams 1$/m);
  });

  it('gives a page of the console, by its cookie, what it missed while its connection was broken, until its session ends', async () => {
    const served = await serve({ STORAGE: 'memory' });
    const session = (method: string, headers: Readonly<Record<string, string>>, body?: string) =>
      fetch(`${served.url}/console/session`, {
        method,
        headers: { origin: served.url, 'content-type': 'application/json', ...headers },
        ...present({ body }),
      });
    const login = await session('POST', {}, JSON.stringify({ token: served.token }));
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const stream = await readStream(served.url, { cookie });
    await expect.poll(stream.text).toContain(': live');
    const first = await pay(served, 'first');
    await expect.poll(() => ofPayments(stream)).toEqual(eventsOf(first));
    stream.leave();
    const missed = await pay(served, 'missed');
    const lastEventId = stream.messages.at(-1)?.id ?? '';
    const resumed = await readStream(served.url, { cookie }, { lastEventId });
    await expect.poll(() => ofPayments(resumed)).toEqual(eventsOf(missed));
    await session('DELETE', { cookie });
    await expect.poll(resumed.hasEnded).toBeDefined();
    expect((await readStream(served.url, { cookie })).status).toBe(401);
  });

  it('ends them itself when it stops', async () => {
    const served = await serve({ STORAGE: 'memory' });
    const streams = await Promise.all(Array.from({ length: 20 }, () => readStream(served.url, served.token)));
    served.cli.child.kill('SIGTERM');
    expect(await served.cli.ended).toBe(0);
    // A server that waits for them cuts their connections after 25 s.
    for (const stream of streams) await expect.poll(stream.hasEnded).toBe('whole');
  });
});
