import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { ApprovalsStorage } from '../../../../src/ports/approvals/approvals-storage.ts';
import {
  aColleague,
  anApprovalsApp,
  aVendorPaymentBody,
  type Colleague,
  ofCents,
  told,
} from '../../../support/approvals-app.ts';
import { everyApprovalsStorage } from '../../../support/approvals-storages.ts';
import { theDocument } from '../../../support/described-app.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

async function anOffice(storage: ApprovalsStorage) {
  const { app, ledger } = anApprovalsApp(storage);
  const [maker, dispatcher, admin] = await Promise.all([
    aColleague(app.request, 'maker', 'dispatcher'),
    aColleague(app.request, 'dispatcher-1', 'dispatcher'),
    aColleague(app.request, 'admin-1', 'admin'),
  ]);
  /** A payment, where it is, and its tag. */
  const create = async () => {
    const made = await maker.call('POST', '/payments', aVendorPaymentBody());
    expect(made.status).toBe(201);
    const path = (made.headers.get('location') ?? '').replace('/approvals', '');
    return { path, tag: made.headers.get('etag') ?? '' };
  };
  const tagOf = async (path: string) => (await dispatcher.get(path)).headers.get('etag') ?? '';
  return { maker, dispatcher, admin, ledger, create, tagOf };
}

type Office = Awaited<ReturnType<typeof anOffice>>;
type Step = Readonly<{
  by: keyof Pick<Office, 'maker' | 'dispatcher' | 'admin'>;
  method: string;
  step: string;
  body?: object;
  /** What has to be done first. */
  after?: 'approve';
}>;

/** For which `If-Match` says what was seen. */
const DECISIONS: readonly string[] = ['approveVendorPayment', 'rejectVendorPayment', 'reviewVendorPayment'];

/** Every route of approvals that takes `If-Match`, by the name it has in the document. */
const STEPS: Readonly<Record<string, Step>> = {
  approveVendorPayment: { by: 'dispatcher', method: 'POST', step: '/approve' },
  rejectVendorPayment: { by: 'admin', method: 'POST', step: '/reject', body: { reason: 'No' } },
  processVendorPayment: { by: 'admin', method: 'POST', step: '/process', after: 'approve' },
  reviewVendorPayment: { by: 'admin', method: 'POST', step: '/review', body: { outcome: 'fraud' } },
  changeVendorPayment: { by: 'maker', method: 'PATCH', step: '', body: ofCents(777) },
};

const codeOf = async (response: Response): Promise<string> =>
  `${response.status} ${String(((await response.json()) as { code?: string }).code)}`;

it('names every route of approvals that takes If-Match, so that none is without a test', () => {
  const taking = Object.entries(theDocument.paths)
    .filter(([path]) => path.startsWith('/approvals/'))
    .flatMap(([, methods]) => Object.values(methods))
    .filter(({ parameters = [] }) => parameters.some(({ name }) => name === 'If-Match'));
  expect(taking.map(({ operationId }) => operationId).toSorted()).toEqual(Object.keys(STEPS).toSorted());
});

describe.each(kinds)('the entity tag of a vendor payment on $name', ({ open }) => {
  let storage: ApprovalsStorage;
  let office: Office;

  beforeAll(async () => {
    storage = await open();
    office = await anOffice(storage);
  });
  afterAll(() => storage.close());

  it('is its version, where it is made, changed and read, and is 304 to who holds it', async () => {
    const { path, tag } = await office.create();
    expect(tag).toBe('"1"');
    const read = await office.dispatcher.get(path);
    expect([read.headers.get('etag'), ((await read.json()) as { version: number }).version]).toEqual([
      '"1"',
      1,
    ]);
    const held = await office.dispatcher.call('GET', path, undefined, { 'if-none-match': '"1"' });
    expect([held.status, held.headers.get('etag'), await held.text()]).toEqual([304, '"1"', '']);
    const changed = await office.maker.call('PATCH', path, ofCents(500));
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    const newer = await office.dispatcher.call('GET', path, undefined, { 'if-none-match': '"1"' });
    expect(newer.status).toBe(200);
  });

  it.each(Object.entries(STEPS))('in If-Match lets %s through at that version alone', async (name, step) => {
    const { path } = await office.create();
    if (step.after !== undefined) await told(office.dispatcher.post(`${path}/${step.after}`), 200);
    const tag = await office.tagOf(path);
    const person: Colleague = office[step.by];
    const send = (match: string) =>
      person.call(step.method, `${path}${step.step}`, step.body, { 'if-match': match });
    const isDecision = DECISIONS.includes(name);
    const notOne = [
      `W/${tag}`,
      `"999", ${tag}`,
      `${tag}, ${tag}`,
      '*',
      '"1","2","3","4","5"',
      `${tag},W/${tag}`,
    ];
    for (const stale of ['"999"', '"x"', ...(isDecision ? [] : [`W/${tag}`])])
      expect(await codeOf(await send(stale))).toBe('412 version_mismatch');
    for (const malformed of ['1', '', ...(isDecision ? notOne : [])])
      expect([malformed, await codeOf(await send(malformed))]).toEqual([malformed, '400 invalid_request']);
    expect(await office.tagOf(path)).toBe(tag);
    const done = await send(isDecision ? `, ${tag} ,` : `"999", ${tag}`);
    expect(done.status).toBe(200);
    expect(done.headers.get('etag')).toBe(await office.tagOf(path));
    expect(await codeOf(await send(tag))).toBe('412 version_mismatch');
  });

  it('lets one of two people change what both have seen', async () => {
    const { path, tag } = await office.create();
    const [one, other] = await Promise.all(
      [office.maker, office.dispatcher].map((person, index) =>
        person.call('PATCH', path, ofCents(100 + index), { 'if-match': tag }),
      ),
    );
    expect(new Set([one?.status, other?.status])).toEqual(new Set([200, 412]));
  });

  it('stands for the hash of changed terms when an approval names the version it was decided on', async () => {
    const { path, tag } = await office.create();
    await told(office.maker.patch(path, ofCents(450_000)), 200);
    const approve = (match?: string) =>
      office.admin.call(
        'POST',
        `${path}/approve`,
        undefined,
        match === undefined ? {} : { 'if-match': match },
      );
    expect(await codeOf(await approve())).toBe('428 terms_hash_required');
    for (const anything of ['*', '"1","2","3"', `W/${await office.tagOf(path)}`])
      expect(await codeOf(await approve(anything))).toBe('400 invalid_request');
    expect(await codeOf(await approve(tag))).toBe('412 version_mismatch');
    const approved = await told<{ approvals: readonly unknown[] }>(approve(await office.tagOf(path)), 200);
    expect(approved.approvals).toHaveLength(1);
  });
});
