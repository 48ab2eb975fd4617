import { describe, expect, it } from 'vitest';
import { aColleague, anApprovalsApp, aWorkEvent } from '../../../support/approvals-app.ts';
import { theDocument } from '../../../support/described-app.ts';
import { anHttpApp } from '../../../support/http-app.ts';
import { aClient } from '../../../support/http-client.ts';

/** As others write a time, and what is read. */
const TAKEN: readonly (readonly [string, string])[] = [
  ['2026-03-01T12:00:00Z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01t12:00:00z', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T14:00:00+02:00', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T06:30:00-05:30', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00-00:00', '2026-03-01T12:00:00.000Z'],
  ['2026-03-01T12:00:00.1Z', '2026-03-01T12:00:00.100Z'],
  ['2026-03-01T12:00:00.123999Z', '2026-03-01T12:00:00.123Z'],
  ['2026-03-01T12:00:00.999999999Z', '2026-03-01T12:00:00.999Z'],
  ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
];

/** What no pattern can know, as the month or the offset decides. */
const IMPOSSIBLE = [
  '2026-02-30T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '0000-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
];

const MISWRITTEN = [
  '2026-03-01T24:00:00Z',
  '2026-03-01T12:60:00Z',
  '2016-12-31T23:59:60Z',
  '2026-13-01T00:00:00Z',
  '2026-03-01T12:00:00+25:00',
  '2026-03-01T12:00:00+02:60',
  '2026-03-01T12:00:00',
  '2026-03-01T12:00Z',
  '2026-03-01T12:00:00+0200',
  '2026-03-01T12:00:00.1234567890Z',
  '2026-03-01 12:00:00Z',
  '12026-03-01T12:00:00Z',
  '+012026-03-01T12:00:00Z',
  'yesterday',
  '',
];

/** Every parameter of both services that takes a time, by what its pattern says. */
const PARAMETERS = Object.entries(theDocument.paths).flatMap(([path, { get }]) =>
  (get?.parameters ?? []).flatMap(({ name, schema: { pattern = '' } }) =>
    pattern.includes('[Tt]') ? [{ path, name, pattern: new RegExp(pattern) }] : [],
  ),
);

describe('a time in a query', () => {
  it('is documented by its pattern wherever there is one', () => {
    expect(PARAMETERS.map(({ path, name }) => `${path}?${name}`)).toEqual([
      '/payments?start_date',
      '/payments?end_date',
      '/payments/summary?start_date',
      '/payments/summary?end_date',
      '/payments/export?start_date',
      '/payments/export?end_date',
      '/refunds?start_date',
      '/refunds?end_date',
      '/customers?start_date',
      '/customers?end_date',
      '/transfers?start_date',
      '/transfers?end_date',
      '/ledger/entries?start_date',
      '/ledger/entries?end_date',
      '/ledger/statement?start_date',
      '/ledger/statement?end_date',
      '/audit?start_date',
      '/audit?end_date',
      '/audit/report?start_date',
      '/audit/report?end_date',
      '/events?start_date',
      '/events?end_date',
    ]);
  });

  it.each(PARAMETERS)(
    'of $path is taken as $name in every form, or refused by its name',
    async ({ path, name, pattern }) => {
      const { app } = await anHttpApp();
      const client = await aClient((to, init) => app.request(to, init), 'merchant-1');
      // What is encoded, and what is sent as it is: there `+` means a space.
      const asked = async (query: string) => {
        const needed = path === '/ledger/statement' ? 'currency=EUR&' : '';
        const response = await client.get(`${path}?${needed}${name}=${query}`);
        const text = await response.text();
        return { status: response.status, text };
      };
      const taken = [...TAKEN.map(([text]) => text), '2026-03-01', '2024-02-29', '0000-01-01', '9999-12-31'];
      for (const text of taken) {
        // As it is read: `+` or, where it was not encoded, a space.
        for (const read of [text, text.replace('+', ' ')])
          expect([read, pattern.test(read)]).toEqual([read, true]);
        for (const query of [encodeURIComponent(text), text, text.replace('+', '%20')])
          expect([query, (await asked(query)).status]).toEqual([query, 200]);
      }
      for (const text of [
        ...IMPOSSIBLE,
        ...MISWRITTEN,
        '2026-02-30',
        '2026-3-1',
        '20260301',
        '2026-03-01Z',
      ]) {
        const { status, text: body } = await asked(encodeURIComponent(text));
        expect([text, status, body]).toEqual([text, 400, expect.stringContaining(`"path":"${name}"`)]);
        expect(JSON.parse(body)).toMatchObject({
          code: 'invalid_request',
          errors: [{ path: name, message: 'must be a day (YYYY-MM-DD) or an RFC 3339 time that exists' }],
        });
      }
      for (const text of MISWRITTEN) expect([text, pattern.test(text)]).toEqual([text, false]);
    },
  );
});

describe('a time in a body', () => {
  const message = 'must be an RFC 3339 time that exists';
  /** No body is percent-decoded. */
  const refused = [...IMPOSSIBLE, ...MISWRITTEN, '2026-03-01T14:00:00 02:00', '2026-03-01'];

  it('of a replay is taken in every form, or refused by the name of its field', async () => {
    const { app } = await anHttpApp();
    const client = await aClient((to, init) => app.request(to, init), 'merchant-1');
    const made = await client.post('/webhook_endpoints', { url: 'https://shop.example/' });
    const { id } = (await made.json()) as { id: string };
    const replay = (body: object) =>
      client.post(`/webhook_endpoints/${id}/replay_failed`, { dry_run: true, ...body });
    for (const [text] of TAKEN) {
      expect([text, (await replay({ since: text })).status]).toEqual([text, 200]);
      const both = await replay({ since: '0000-01-01T00:00:00Z', until: text });
      expect([text, both.status]).toEqual([text, 200]);
    }
    for (const text of refused)
      for (const field of ['since', 'until']) {
        const response = await replay({ since: '2026-03-01T00:00:00Z', [field]: text });
        expect([text, response.status]).toEqual([text, 400]);
        expect(await response.json()).toMatchObject({ errors: [{ path: field, message }] });
      }
    const backwards = await replay({
      since: '2026-03-01T12:00:00+00:00',
      until: '2026-03-01T13:59:59+02:00',
    });
    expect(await backwards.json()).toMatchObject({ errors: [{ path: 'since' }] });
  });

  it('of the same instant is the same payload under an idempotency key', async () => {
    const { app } = await anHttpApp();
    const client = await aClient((to, init) => app.request(to, init), 'merchant-1');
    const made = await client.post('/webhook_endpoints', { url: 'https://shop.example/' });
    const { id } = (await made.json()) as { id: string };
    const replay = (since: string) =>
      client.post(`/webhook_endpoints/${id}/replay_failed`, { since }, 'replay-1');
    expect((await replay('2026-03-01T12:00:00Z')).status).toBe(202);
    const again = await replay('2026-03-01t14:00:00.0000001+02:00');
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    expect((await replay('2026-03-01T12:00:00.001Z')).status).toBe(422);
  });

  it('of an event is taken in every form and kept cut to the millisecond, or refused by the name of its field', async () => {
    const { app } = anApprovalsApp();
    const system = await aColleague((path, init) => app.request(path, init), 'events', 'system');
    for (const [text, workCompletedAt] of TAKEN) {
      const response = await system.post('/events', aWorkEvent({ completedAt: text }, { time: text }));
      expect([text, response.status]).toEqual([text, 201]);
      expect(await response.json()).toMatchObject({ payment: { metadata: { workCompletedAt } } });
    }
    for (const text of refused) {
      const ofWork = await system.post('/events', aWorkEvent({ completedAt: text }));
      expect([text, ofWork.status]).toEqual([text, 400]);
      expect(await ofWork.json()).toMatchObject({ errors: [{ path: 'detail.completedAt', message }] });
      const ofEnvelope = await system.post('/events', aWorkEvent({}, { time: text }));
      expect(await ofEnvelope.json()).toMatchObject({ errors: [{ path: 'time', message }] });
    }
  });
});
