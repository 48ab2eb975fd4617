import { describe, expect, it } from 'vitest';
import { email, plainText } from '../../../../src/entrypoints/http/server/person-schemas.ts';
import {
  aColleague,
  anApprovalsApp,
  aVendorPaymentBody,
  aWorkEvent,
} from '../../../support/approvals-app.ts';
import { anHttpApp } from '../../../support/http-app.ts';
import { aClient } from '../../../support/http-client.ts';

/** Of each kind that a reader does not see: controls, formats, bidi overrides and isolates, separators, tags. */
const UNSEEN = [
  '\u0007',
  '\u001b',
  '\u007f',
  '\u0085',
  '\n',
  '\t',
  '\u00ad',
  '\u061c',
  '\u200b',
  '\u200d',
  '\u200e',
  '\u202e',
  '\u2066',
  '\u2028',
  '\u2029',
  '\u2060',
  '\ufeff',
  '\ufff9',
  '\u{e0041}',
];

const messages = (schema: typeof email, text: string) =>
  schema.safeParse(text).error?.issues.map(({ message }) => message);

describe('an email', () => {
  it.each([
    ['Ada.Lovelace+x@Example.COM', 'Ada.Lovelace+x@example.com'],
    ['dot@example.com.', 'dot@example.com'],
    ['user@münchen.de', 'user@xn--mnchen-3ya.de'],
    ['user@MU\u0308NCHEN.de.', 'user@xn--mnchen-3ya.de'],
    ['user@XN--mnchen-3ya.DE', 'user@xn--mnchen-3ya.de'],
    ['user@例え。テスト', 'user@xn--r8jz45g.xn--zckzah'],
    ['user@straße.de', 'user@xn--strae-oqa.de'],
    ['  ada@localhost ', 'ada@localhost'],
    ['jörg@example.com', 'jörg@example.com'],
    ['a@b_c.example', 'a@b_c.example'],
    ['"ada"@example.com', 'ada@example.com'],
    ['"a\\d\\a"@example.com.', 'ada@example.com'],
    ['"a,d;a"@example.com', 'a,d;a@example.com'],
    ['"a\\"da"@example.com', '"a\\"da"@example.com'],
    ['""@example.com', '""@example.com'],
  ])('%s is read as %s', (text, canonical) => {
    expect(email.parse(text)).toBe(canonical);
    expect(email.parse(canonical)).toBe(canonical);
  });

  it.each([
    'ada',
    '@example.com',
    'ada@',
    'ada@.',
    'ada@b@c',
    'ada@example..com',
    'ada@example.com..',
    'ada@.example.com',
    'ada@-a.com',
    'ada@a-.com',
    'ada@example.com:25',
    'ada@example.com/x',
    'ada@ex%61mple.com',
    'ada@a\\b',
    'ada@[192.0.2.1]',
    'ada@192.0.2.1',
    'ada@127.1',
    'ada@0x7f.1',
    'ada@２.３',
    `ada@${'a'.repeat(64)}.com`,
    `ada@${'ü'.repeat(60)}.com`,
    `${'a'.repeat(245)}@ü.com`,
  ])('%j is none', (text) => {
    expect(messages(email, text)).toContain('must be an email address');
  });

  it.each(UNSEEN)('holds nothing unseen: %j', (unseen) => {
    for (const text of [`a${unseen}b@example.com`, `ab@exa${unseen}mple.com`])
      expect(messages(email, text)).toContain('must not hold control or format characters');
  });

  it.each(['\ufe0f', '\u034f', '\u115f', '\u3164', '\u{e0100}', '\u2800'])(
    'holds no character that leaves no mark: %j',
    (markless) => {
      expect(messages(email, `ada${markless}@example.com`)).toContain(
        'must not hold control or format characters',
      );
    },
  );
});

describe('a name', () => {
  const name = plainText(200);
  it.each(['Ada Lovelace', 'René', 'O’Brien', 'محمد', '李小龍', 'Ada 😀', 'नरेंद्र'])('is %s', (text) => {
    expect(name.parse(text)).toBe(text);
  });

  it.each([' ', '\u00a0', '\u3164', '\u115f\u1160', '\u2800 \u2800', '\ufe0f', '\u034f'])(
    'is not blank: %j',
    (blank) => {
      expect(messages(name as never, blank)).toEqual(['must not be blank']);
    },
  );

  it.each(['❤️', '葛󠄀城', 'ㅤA'])('keeps what stands in words and leaves no mark: %j', (text) => {
    expect(name.parse(text)).toBe(text);
  });

  it.each(UNSEEN)('holds nothing unseen: %j', (unseen) => {
    expect(messages(name as never, `Ada${unseen}Lovelace`)).toContain(
      'must not hold control or format characters',
    );
  });
});

describe('a reader who is shown a text', () => {
  const override = 'abc\u202e00.01';
  const pathsOf = async (response: Response) => {
    const { errors } = (await response.json()) as { errors: readonly { path: string }[] };
    return [response.status, errors.map(({ path }) => path)];
  };

  it('is not misled by names and emails of customers and merchants', async () => {
    const { app } = await anHttpApp();
    const send = (path: string, init: RequestInit) => app.request(path, init);
    const client = await aClient(send, 'merchant-1');
    const admin = await aClient(send, undefined, ['admin']);
    const card = { type: 'card', token: 'tok_1', last4: '4242', brand: override };
    const customer = { email: 'a@example.com', name: override, payment_methods: [card] };
    expect(await pathsOf(await client.post('/customers', customer))).toEqual([
      400,
      ['name', 'payment_methods.0.brand'],
    ]);
    const overridden = encodeURIComponent('a\u202e@example.com');
    expect(await pathsOf(await client.get(`/customers?email=${overridden}`))).toEqual([400, ['email']]);
    const merchant = { id: 'm-1', name: override, email: 'a\u2066@example.com' };
    expect(await pathsOf(await admin.post('/merchants', merchant))).toEqual([400, ['name', 'email']]);
    const made = await admin.post('/merchants', { id: 'm-1', name: 'M', email: 'Owner@münchen.DE.' });
    expect(await made.json()).toMatchObject({ email: 'Owner@xn--mnchen-3ya.de' });
  });

  it('is not misled by the lines that are approved', async () => {
    const { app } = anApprovalsApp();
    const send = (path: string, init: RequestInit) => app.request(path, init);
    const admin = await aColleague(send, 'bob', 'admin');
    const lineItems = [{ description: override, quantity: 1, unitPriceCents: 12_050 }];
    expect(await pathsOf(await admin.post('/payments', aVendorPaymentBody({ lineItems })))).toEqual([
      400,
      ['lineItems.0.description'],
    ]);
    const system = await aColleague(send, 'events', 'system');
    const workDetails = { photos: [], serviceType: override, duration: 1 };
    const additionalCharges = [{ description: override, amount: 1 }];
    const pricing = { basePrice: 1, mileageCharge: 1, additionalCharges };
    expect(await pathsOf(await system.post('/events', aWorkEvent({ workDetails, pricing })))).toEqual([
      400,
      ['detail.workDetails.serviceType', 'detail.pricing.additionalCharges.0.description'],
    ]);
  });
});
