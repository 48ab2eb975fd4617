import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { type Change, PLATFORM_CHANGES } from '../../../support/conditional-routes.ts';
import { theDocument } from '../../../support/described-app.ts';
import { everyStorage } from '../../../support/every-storage.ts';
import { anHttpApp, aToken } from '../../../support/http-app.ts';
import {
  type Ask,
  attentionIn,
  type Call,
  disputesIn,
  exceptionsIn,
  PLATFORM_POSTS,
  parkedIn,
} from '../../../support/keyed-posts.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

type Sent = Omit<Change, 'resource'>;
type Headers = Readonly<Record<string, string>>;

async function aDesk(storage: Storage = memoryStorage()) {
  const { app } = await anHttpApp({}, storage);
  const permissions = [
    'payments',
    'refunds',
    'customers',
    'transfers',
    'webhooks',
    'exports',
    'settlements',
    'resolutions',
    'admin',
  ];
  const authorization = `Bearer ${await aToken({ permissions })}`;
  const send = async ({ method, path, body }: Sent, headers: Headers = {}): Promise<Response> =>
    app.request(path, {
      method,
      headers: {
        authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const asking = async ({ path, body }: Call) => {
    const response = await send({ method: 'POST', path, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    expect([response.status < 300, text]).toEqual([true, text]);
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  };
  const ask: Ask = Object.assign(asking, {
    exception: exceptionsIn(storage),
    inAttention: attentionIn(storage),
    dispute: disputesIn(storage),
    parkedEvent: parkedIn(storage),
  });
  const read = (path: string, headers: Headers = {}) => send({ method: 'GET', path }, headers);
  const tagOf = async (path: string) => (await read(path)).headers.get('etag') ?? '';
  return { send, ask, read, tagOf };
}

const refusalOf = async (response: Response): Promise<string> =>
  `${response.status} ${String(((await response.json()) as { code?: string }).code)}`;

/** The version that the body of an answer gives its resource. */
const versionIn = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { version?: unknown }).version;

const taking = (header: string): readonly string[] =>
  Object.entries(theDocument.paths)
    .filter(([path]) => !path.startsWith('/approvals/'))
    .flatMap(([, methods]) => Object.values(methods))
    .filter(({ parameters = [] }) => parameters.some(({ name }) => name === header))
    .map(({ operationId }) => operationId);

it('names every route of the platform that takes If-Match, so that none is without a test', () => {
  expect(taking('If-Match').toSorted()).toEqual(Object.keys(PLATFORM_CHANGES).toSorted());
});

describe.each(kinds)('an entity tag on $name', ({ name: storageName, open }) => {
  /** How a header is read is the same on every storage, so its spellings are tried on one. */
  const spellings = (all: readonly string[]) => (storageName === 'memory' ? all : all.slice(0, 1));

  let storage: Storage;
  let desk: Awaited<ReturnType<typeof aDesk>>;

  beforeAll(async () => {
    storage = await open();
    desk = await aDesk(storage);
  });
  afterAll(() => storage.close());

  it.each(['createPayment', 'createTransfer', 'createCustomer', 'createMerchant', 'createWebhookEndpoint'])(
    'is the version, in the answer of %s, in its repeat, and where it is read',
    async (name) => {
      const { one } = (await PLATFORM_POSTS[name]?.prepare(desk.ask)) ?? { one: { path: '' } };
      const key = { 'idempotency-key': randomUUID() };
      const made = await desk.send({ method: 'POST', ...one }, key);
      const path = made.headers.get('location') ?? '';
      const tag = made.headers.get('etag') ?? '';
      expect(tag).toBe(`"${String(await versionIn(made))}"`);
      const again = await desk.send({ method: 'POST', ...one }, key);
      expect([again.headers.get('idempotency-replayed'), again.headers.get('etag')]).toEqual(['true', tag]);
      const read = await desk.read(path);
      expect([read.status, read.headers.get('etag')]).toEqual([200, tag]);
      expect(`"${String(await versionIn(read))}"`).toBe(tag);
      for (const held of [tag, `W/${tag}`, `"0", ${tag}`, '*']) {
        const unchanged = await desk.read(path, { 'if-none-match': held });
        const { status, headers } = unchanged;
        expect([held, status, headers.get('etag'), await unchanged.text()]).toEqual([held, 304, tag, '']);
      }
      expect((await desk.read(path, { 'if-none-match': '"0", W/"x"' })).status).toBe(200);
    },
  );

  it.each(['changeCustomer', 'changeMerchant', 'changeWebhookEndpoint', 'rotateWebhookSecret'])(
    'is the new version in the answer of %s',
    async (name) => {
      const [change] = (await PLATFORM_CHANGES[name]?.(desk.ask)) ?? [];
      if (change === undefined) throw new Error(`no ${name}`);
      const before = await desk.tagOf(change.resource);
      const changed = await desk.send(change, { 'if-match': before });
      const tag = changed.headers.get('etag');
      expect(tag).not.toBe(before);
      expect(tag).toBe(`"${String(await versionIn(changed))}"`);
      expect(await desk.tagOf(change.resource)).toBe(tag);
    },
  );

  describe.each(Object.entries(PLATFORM_CHANGES))('in If-Match of %s', (name, prepare) => {
    it('lets one of two changes through that were decided on one version', async () => {
      const [one, other] = await prepare(desk.ask);
      const tag = await desk.tagOf(one.resource);
      const both = await Promise.all([one, other].map((change) => desk.send(change, { 'if-match': tag })));
      expect(both.filter(({ status }) => status < 300)).toHaveLength(1);
      const [late] = both.filter(({ status }) => status >= 300);
      const gone =
        name.startsWith('erase') || ['removeWebhookEndpoint', 'removeExportSchedule'].includes(name);
      expect(late?.status).toBe(gone ? 404 : 412);
    });

    it('refuses another version, and every weak one, and changes nothing', async () => {
      const [one] = await prepare(desk.ask);
      const tag = await desk.tagOf(one.resource);
      for (const stale of spellings([
        '"999"',
        '"0"',
        `W/${tag}`,
        '"x"',
        `"0${tag.slice(1)}`,
        '"998", "999"',
      ])) {
        const refused = await desk.send(one, { 'if-match': stale });
        expect([stale, await refusalOf(refused)]).toEqual([stale, '412 version_mismatch']);
      }
      expect(await desk.tagOf(one.resource)).toBe(tag);
    });

    it.each(spellings(['"999", TAG', '*', 'TAG ,, W/"7"']))('lets %s through', async (names) => {
      const [one] = await prepare(desk.ask);
      const match = names.replace('TAG', await desk.tagOf(one.resource));
      const answered = await desk.send(one, { 'if-match': match });
      // What was seen is one version, which neither a list nor any version is.
      if (name === 'confirmOutcome' && !names.startsWith('TAG'))
        expect(await refusalOf(answered)).toBe('428 proposal_unseen');
      else expect(answered.status).toBeLessThan(300);
    });
  });

  it.each(['addPaymentMethod', 'rotateWebhookSecret', 'capturePayment', 'refundPayment'])(
    'refuses a keyed %s without keeping that, and a repeat of what was done gets its answer',
    async (name) => {
      const [change] = (await PLATFORM_CHANGES[name]?.(desk.ask)) ?? [];
      if (change === undefined) throw new Error(`no ${name}`);
      const { idempotency_key: key = randomUUID(), ...body } = { ...change.body } as Record<string, string>;
      const request = { ...change, ...(change.body === undefined ? {} : { body }) };
      const tag = await desk.tagOf(change.resource);
      const send = (match: string) => desk.send(request, { 'idempotency-key': key, 'if-match': match });
      expect(await refusalOf(await send('"999"'))).toBe('412 version_mismatch');
      const first = await send(tag);
      const text = await first.text();
      expect([first.status < 300, text]).toEqual([true, text]);
      expect(await desk.tagOf(change.resource)).not.toBe(tag);
      for (const match of [tag, '"999"']) {
        const again = await send(match);
        expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([first.status, 'true']);
        expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
        expect(await again.text()).toBe(text);
      }
    },
  );
});

describe('a header of entity tags', () => {
  const MALFORMED = [
    '3',
    '"3',
    '3"',
    'w/"3"',
    '"3" "4"',
    '"3";',
    '',
    ',',
    '* , "3"',
    '"3", x',
    '"a b"',
    "'3'",
  ];

  it.each(MALFORMED)('that is %j is refused, and nothing is done', async (header) => {
    const desk = await aDesk();
    for (const prepare of Object.values(PLATFORM_CHANGES)) {
      const [change] = await prepare(desk.ask);
      const tag = await desk.tagOf(change.resource);
      const refused = await desk.send(change, { 'if-match': header });
      expect([change.path, await refusalOf(refused)]).toEqual([change.path, '400 invalid_request']);
      expect(await desk.tagOf(change.resource)).toBe(tag);
      const read = await desk.read(change.resource, { 'if-none-match': header });
      expect(await refusalOf(read)).toBe('400 invalid_request');
    }
  });

  it('may hold commas and many tags inside, and is read in one pass', async () => {
    const desk = await aDesk();
    const [change] = (await PLATFORM_CHANGES['changeMerchant']?.(desk.ask)) ?? [];
    if (change === undefined) throw new Error('no merchant');
    const tag = await desk.tagOf(change.resource);
    const many = Array.from({ length: 2_000 }, (_, index) => `"a,${index}"`).join(' , ');
    expect((await desk.send(change, { 'if-match': many })).status).toBe(412);
    expect((await desk.send(change, { 'if-match': `${many}, ${tag}` })).status).toBe(200);
  });
});

it('is given to a repeat only with a response that was kept with its version', async () => {
  const storage = memoryStorage();
  /** What a process of the version before has kept. */
  const unversioned = (response: string) => response.replace(/^(201 \S+(?: pay_\S+)?) \d+\n/, '$1\n');
  const { claims } = storage;
  const before: Storage = {
    ...storage,
    claims: {
      ...claims,
      find: (key, now) =>
        claims
          .find(key, now)
          .map((claim) =>
            claim?.kept === undefined
              ? claim
              : { ...claim, kept: { ...claim.kept, response: unversioned(claim.kept.response) } },
          ),
    },
  };
  const desk = await aDesk(before);
  for (const name of ['createPayment', 'createTransfer', 'createMerchant']) {
    const { one } = (await PLATFORM_POSTS[name]?.prepare(desk.ask)) ?? { one: { path: '' } };
    const key = { 'idempotency-key': randomUUID() };
    const first = await desk.send({ method: 'POST', ...one }, key);
    const again = await desk.send({ method: 'POST', ...one }, key);
    expect([again.status, again.headers.get('location'), again.headers.get('etag')]).toEqual([
      201,
      first.headers.get('location'),
      null,
    ]);
  }
});
