import { beforeAll, describe, expect, it, vi } from 'vitest';
import { PERMISSIONS } from '../../../../src/entrypoints/cli/tokens.ts';
import { countingWork } from '../../../support/count-work.ts';
import type { HostilePlace } from '../../../support/hostile-places.ts';
import type { Document } from '../../../support/operations.ts';

const KIB = 1_024;

/** What twice the text may cost: twice the work, and a little of what any request costs. */
const TWICE = 2.1;

type Sent = Readonly<{ path: string; init: RequestInit }>;

let workSince: Awaited<ReturnType<typeof countingWork>>;
let send: (request: Sent) => Promise<unknown>;
let places: readonly HostilePlace[];
let texts: Readonly<Record<string, (bytes: number) => string>>;
let bodies: Readonly<Record<string, (bytes: number) => string>>;
let authorization: string;

beforeAll(async () => {
  workSince = await countingWork();
  // Loaded after counting began, or their work would not be counted.
  const { anHttpApp, aToken } = await import('../../../support/http-app.ts');
  const { anApprovalsApp } = await import('../../../support/approvals-app.ts');
  const { APPROVALS } = await import('../../../../src/entrypoints/http/approvals/approvals-app.ts');
  const { wholeApp } = await import('../../../../src/entrypoints/http/platform-app.ts');
  const hostile = await import('../../../support/hostile-places.ts');
  const platform = await anHttpApp({ besides: APPROVALS });
  const approvals = anApprovalsApp();
  const app = wholeApp(
    { fetch: (request) => platform.app.request(request) },
    { fetch: (request) => approvals.app.request(request) },
  );
  send = async ({ path, init }) => {
    try {
      await (await app.fetch(new Request(`http://localhost${path}`, init))).text();
    } catch (fault) {
      // Some bytes make no request at all.
      if (!(fault instanceof TypeError)) throw fault;
    }
  };
  authorization = `Bearer ${await aToken({ permissions: PERMISSIONS })}`;
  const roles = { merchant_id: undefined, 'cognito:groups': ['admin', 'dispatcher', 'system'] };
  const ofApprovals = `Bearer ${await aToken({ sub: 'bob', ...roles })}`;
  const document = (await (await platform.app.request('/openapi.json')).json()) as Document;
  const order = { amount: 1, currency: 'USD', payment_method: 'card', idempotency_key: 'k' };
  places = [
    ...hostile.hostilePlaces(document, (path) =>
      path.startsWith('/approvals') ? ofApprovals : authorization,
    ),
    ...hostile.hostileHeaders('/payments', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(order),
    }),
  ];
  texts = hostile.HOSTILE_TEXTS;
  bodies = hostile.HOSTILE_BODIES;
});

type Case = Readonly<{ name: string; bytes: number; request: (bytes: number) => readonly Sent[] }>;

/** Where twice the bytes are more than twice the work, after one run of each that loads what is loaded once. */
async function growsFaster(cases: readonly Case[]): Promise<readonly (readonly [string, number])[]> {
  for (const { request } of cases) for (const each of request(64).slice(0, 1)) await send(each);
  const grown: (readonly [string, number])[] = [];
  await workSince();
  for (const { name, bytes, request } of cases) {
    const work = async (of: number) => {
      for (const each of request(of)) await send(each);
      return workSince();
    };
    const once = await work(bytes);
    grown.push([name, (await work(2 * bytes)) / once]);
  }
  return grown.filter(([, factor]) => factor > TWICE);
}

describe('twice the text costs twice the work', () => {
  it('in every text field, parameter and header, whatever the text is made of', async () => {
    expect(places.length).toBeGreaterThan(150);
    const makers = Object.values(texts);
    const cases = places.map(({ name, mostBytes, request }) => ({
      name,
      bytes: Math.min(mostBytes / 2, 8 * KIB),
      request: (of: number) => makers.map((make) => request(make(of))),
    }));
    expect(await growsFaster(cases)).toEqual([]);
    // Some 200 places, each with every kind of text, twice: a minute of a core that others use too.
  }, 300_000);

  it('in bodies that are hostile as a whole', async () => {
    const headers = { authorization, 'content-type': 'application/json' };
    const cases = ['/payments', '/payments/batch', '/customers'].flatMap((path) =>
      Object.entries(bodies).map(([kind, make]) => ({
        name: `${path}: ${kind}`,
        bytes: 48 * KIB,
        request: (of: number) => [{ path, init: { method: 'POST', headers, body: make(of) } }],
      })),
    );
    expect(await growsFaster(cases)).toEqual([]);
  });

  it('so nothing normalises more than a bounded piece of it', async () => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    const marks = texts['alternating combining marks']?.(16 * KIB) ?? '';
    for (const { request } of places) await send(request(marks));
    const longest = Math.max(0, ...normalize.mock.contexts.map((text) => String(text).length));
    normalize.mockRestore();
    expect(longest).toBeLessThan(1_000);
  });
});
