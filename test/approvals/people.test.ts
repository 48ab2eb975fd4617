import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { okAsync } from 'neverthrow';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { FraudScorer } from '../../src/ports/approvals/fraud-scorer.ts';
import { trying } from '../domain/arbitraries.ts';
import {
  aColleague,
  anApprovalsApp,
  aVendorPaymentBody,
  type Colleague,
  ofCents,
  told,
} from '../support/approvals-app.ts';
import { everyApprovalsStorage } from '../support/approvals-storages.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

type Payment = Readonly<{ paymentId: string; vendorId: string; status: string; termsHash?: string }>;
type Claims = Readonly<Record<string, unknown>>;

const LARGE = 600_123;

describe.each(kinds)('people and their accounts, on $name', ({ open }) => {
  async function anOffice(parts: Parameters<typeof anApprovalsApp>[1] = {}) {
    const storage = await open();
    onTestFinished(() => storage.close());
    const { app } = anApprovalsApp(storage, parts);
    const as = (sub: string, role: string, claims: Claims = {}) => aColleague(app.request, sub, role, claims);
    const made = async (by: Colleague, parts: object = ofCents(LARGE)) =>
      told<Payment>(by.post('/payments', aVendorPaymentBody({ ...parts })), 201);
    const codeOf = async (by: Colleague, { paymentId }: Payment) => {
      const response = await by.post(`/payments/${paymentId}/approve`);
      return ((await response.json()) as { code?: string; status: string }).code ?? response.status;
    };
    return { as, made, codeOf };
  }

  it('are one for a subject in other letters, and for whichever account has the same email', async () => {
    const { as, made, codeOf } = await anOffice();
    const email = 'ann@x.com';
    const maker = await as('okta|ann@x.com', 'dispatcher');
    const accounts = [await as('okta|Ann@x.com', 'admin'), await as('google-oauth2|1', 'admin', { email })];
    const payment = await made(maker);
    for (const account of accounts) expect(await codeOf(account, payment)).toBe('self_approval');
    const others = await made(await as('bob', 'dispatcher'));
    expect(await codeOf(maker, others)).toBe(200);
    for (const account of accounts) expect(await codeOf(account, others)).toBe('already_approved');
    expect(await codeOf(await as('eve', 'admin', { email: 'eve@x.com' }), others)).toBe(200);
  });

  it('are one for every spelling of a mailbox, in whichever claim', async () => {
    const { as, made, codeOf } = await anOffice({ personClaim: 'employee' });
    const payment = await made(await as('okta:eve@x.com', 'dispatcher'));
    const accounts = [
      await as('google/Eve@x.com', 'admin'),
      await as('1', 'admin', { email: '"eve"@x.com' }),
      await as('2', 'admin', { 'custom:email': 'Eve <eve@x.com>', email: 'other@x.com' }),
      await as('3', 'admin', { employee: 'eve+late+shift(home)@X.ＣＯＭ' }),
    ];
    for (const account of accounts) expect(await codeOf(account, payment)).toBe('self_approval');
    const others = await made(await as('bob', 'dispatcher'));
    expect(await codeOf(accounts[3] ?? never(), others)).toBe(200);
    for (const account of accounts) expect(await codeOf(account, others)).toBe('already_approved');
  });

  it('are one by the claim that the installation names', async () => {
    const { as, made, codeOf } = await anOffice({ personClaim: 'employee' });
    const payment = await made(await as('okta|1', 'dispatcher', { employee: 4_711 }));
    expect(await codeOf(await as('badge|1', 'admin', { employee: '4711' }), payment)).toBe('self_approval');
    expect(await codeOf(await as('badge|2', 'admin', { employee: '4712' }), payment)).toBe(200);
  });

  it('never approve what they are paid, and read of it what a vendor reads, in whatever groups they are', async () => {
    const { as, made, codeOf } = await anOffice();
    const vendorId = randomUUID();
    const groups = { role: undefined, 'cognito:groups': ['vendor', 'dispatcher', 'admin'] };
    const tokens: readonly Claims[] = [
      { sub: 'v', 'custom:vendor_id': vendorId.toUpperCase(), ...groups },
      { sub: vendorId, ...groups },
      { sub: vendorId, role: 'admin' },
      { sub: `auth0|${vendorId.toUpperCase()}`, role: 'admin' },
      { sub: `urn:uuid:${vendorId}`, ...groups },
    ];
    const vendor = await as(vendorId, 'vendor');
    const dispatcher = await as('dispatcher-1', 'dispatcher');
    const payment = await made(await as('maker', 'dispatcher'), { vendorId, ...ofCents(LARGE) });
    const path = `/payments/${payment.paymentId}`;
    await told(dispatcher.post(`${path}/approve`, { notes: 'Looks wrong, pay anyway' }), 200);
    const terms = await told(vendor.get(path), 200);
    expect(terms).not.toHaveProperty('approvals');
    for (const { sub, ...claims } of tokens) {
      const party = await as(String(sub), 'admin', claims);
      expect(await codeOf(party, payment)).toBe('self_approval');
      expect(await told(party.get(path), 200)).toEqual(terms);
      const { payments } = await told<{ payments: object[] }>(
        party.get(`/payments?vendorId=${vendorId}`),
        200,
      );
      expect(payments).toEqual([terms]);
    }
    expect(await told(dispatcher.get(path), 200)).toHaveProperty('approvals');
  });

  it('neither change, reject nor process what they are paid, nor read its log, and each attempt is in it', async () => {
    const { as, made } = await anOffice();
    const [vendorId, payerId] = [randomUUID(), randomUUID()];
    const payment = await made(await as('maker', 'dispatcher'), { vendorId, payerId, ...ofCents(1_234) });
    const path = `/payments/${payment.paymentId}`;
    const [dispatcher, admin] = [await as('dispatcher-1', 'dispatcher'), await as('admin-1', 'admin')];
    const parties = [
      await as('v', 'admin', { vendor_id: vendorId }),
      await as(`auth0|${vendorId}`, 'admin'),
      await as('w', 'admin', { vendor_id: payerId }),
    ];
    const refusedTo = async (answer: Promise<Response>) =>
      expect((await told<{ code: string }>(answer, 403)).code).toBe('party_not_allowed');
    const terms = await told(admin.get(path), 200);
    for (const party of parties) {
      await refusedTo(party.patch(path, ofCents(1)));
      await refusedTo(party.patch(path, { metadata: { mine: true } }));
      await refusedTo(party.post(`${path}/reject`, { reason: 'Mine' }));
      await refusedTo(party.get(`${path}/audit`));
    }
    expect(await told(admin.get(path), 200)).toEqual(terms);
    await told(dispatcher.post(`${path}/approve`), 200);
    for (const party of parties) {
      await refusedTo(party.post(`${path}/process`));
      await refusedTo(party.post(`${path}/reject`, { reason: 'Mine' }));
    }
    const { entries } = await told<{
      entries: { action: string; actor: { id: string }; after: { reason?: string } }[];
    }>(admin.get(`${path}/audit`), 200);
    const refused = entries.filter(({ after }) => after.reason === 'PartyNotAllowed');
    const attempts = ['change', 'rejection', 'audit', 'payout'].flatMap((kind) =>
      ['v', `auth0|${vendorId}`, 'w'].map((by) => `payment.${kind}_refused ${by}`),
    );
    expect(new Set(refused.map(({ action, actor }) => `${action} ${actor.id}`))).toEqual(new Set(attempts));
    expect(await told(admin.post(`${path}/process`), 200)).toMatchObject({ status: 'completed' });
  });

  it('are not shown that a payment to them was flagged', async () => {
    const fraudScorer: FraudScorer = { score: () => okAsync({ score: 900, reasons: [] }) };
    const { as, made } = await anOffice({ ports: { fraudScorer } });
    const vendorId = randomUUID();
    const maker = await as('maker', 'dispatcher');
    const flagged = (await made(maker, { vendorId })).paymentId;
    const other = (await made(maker)).paymentId;
    const idsFor = async (by: Colleague) => {
      const { payments } = await told<{ payments: Payment[] }>(by.get('/payments/flagged'), 200);
      return payments.map(({ paymentId }) => paymentId);
    };
    const seen = await idsFor(maker);
    expect(await idsFor(await as('v', 'dispatcher', { vendor_id: vendorId }))).toEqual(
      seen.filter((id) => id !== flagged),
    );
    expect([seen.includes(flagged), seen.includes(other)]).toEqual([true, true]);
  });
});

const VENDORS = [randomUUID(), randomUUID()];
const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.replace(/[a-z]/, (letter) => letter.toUpperCase()),
];
const MAILS: readonly ((text: string) => string)[] = [
  ...SPELLINGS,
  (text) => `${text}.`,
  (text) => ` ${text}\u200b`,
  (text) => text.replaceAll('a', 'ａ'),
  (text) => text.replace('@', '+work@'),
  (text) => text.replace('@', '++a+b @ '),
  (text) => `Ann (at home) <okta:${text}>`,
  (text) => text.replace(/^(.*)@(.*)$/, '"$1"(x)@$2'),
  (text) => text.replace(/^(.*)@(.*)\.com$/, 'mailto:"\\$1"@(y (z)) $2.ＣＯＭ'),
];
/** Of ASCII letters alone, as subjects are. */
const SUBJECTS: readonly ((mailbox: string) => string)[] = [
  (text) => text,
  (text) => `okta|${text.toUpperCase()}`,
  (text) => `okta:${text}`,
  (text) => `google/${text.replace('@', '+x@')}`,
  (text) => `saml|corp|"${text.replace('@', '"@')}`,
];
/** By which a subject says whom its person is paid as. */
const PAYEES: readonly ((vendorId: string) => string)[] = [
  (id) => id,
  (id) => `auth0|${id}`,
  (id) => `okta|${id.toUpperCase()}`,
  (id) => `urn:uuid:${id}`,
  (id) => `https://id.test/vendors/${id}/people/1`,
  (id) => `saml:${id.replaceAll('-', '')}`,
];

/** Whatever else an account says, one claim says whose it is: the same in all accounts of a person, however it is spelt. */
const person = fc.record({
  by: fc.constantFrom('sub', 'email', 'custom:email', 'employee', 'mailbox'),
  vendor: fc.constantFrom(undefined, undefined, 0, 1),
  vendorBy: fc.constantFrom('vendor_id', 'custom:vendor_id', 'both', 'employee', 'sub'),
});
const step = fc.record({
  does: fc.constantFrom('create', 'edit', 'approve', 'approve', 'approve', 'approve', 'process'),
  who: fc.nat(3),
  what: fc.nat(),
  spelt: fc.nat(),
  groups: fc.subarray(['dispatcher', 'admin', 'vendor'], { minLength: 1 }),
});

const never = (): never => {
  throw new Error('there is one');
};

type Step = Readonly<{ who: number; what: number; spelt: number; groups: readonly string[] }>;

describe('whatever their tokens say', () => {
  it('no person both makes and approves a payment, counts twice, or is paid by a yes of their own', async () => {
    const met = { approved: 0, self_approval: 0, already_approved: 0, paid: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { minLength: 4, maxLength: 4 }),
        fc.array(step, { minLength: 12, maxLength: 40, size: 'max' }),
        async (people, steps) => {
          const { app } = anApprovalsApp(undefined, { personClaim: 'employee' });
          const payments: { path: string; vendor: number; makers: Set<number>; yes: number[] }[] = [];
          const tokenOf = ({ who, what, spelt, groups }: Step) => {
            const { by, vendor, vendorBy } = people[who] ?? { by: 'sub', vendor: undefined, vendorBy: '' };
            const pick = (forms: readonly ((text: string) => string)[], text: string, nth = spelt) =>
              forms[nth % forms.length]?.(text) ?? text;
            const mailbox = `ann-${who}@x.com`;
            /** The claim that a mailbox stands in is another each time. */
            const where = by === 'mailbox' ? ['sub', 'email', 'custom:email', 'employee'][spelt % 4] : by;
            const vendorId = vendor === undefined ? undefined : VENDORS[vendor];
            /** Where the claim says who the person is already, a claim of its own says whose vendor. */
            const isFree = where !== vendorBy;
            const own = {
              sub: `account-${randomUUID()}`,
              ...(where === 'email' || where === 'custom:email' ? { [where]: pick(MAILS, mailbox) } : {}),
              ...(by === 'sub' ? { sub: pick(SPELLINGS, `okta|person-${who}`) } : {}),
              ...(by === 'mailbox' && where === 'sub' ? { sub: pick(SUBJECTS, mailbox, what) } : {}),
              ...(by === 'employee' ? { employee: pick(SPELLINGS, `e-${who}`) } : {}),
              ...(by === 'mailbox' && where === 'employee' ? { employee: pick(MAILS, mailbox, what) } : {}),
            };
            const both = { vendor_id: vendorId, 'custom:vendor_id': vendorId?.toUpperCase() };
            const paid =
              vendorId === undefined
                ? {}
                : vendorBy === 'both' || !isFree
                  ? both
                  : { [vendorBy]: vendorBy === 'sub' ? pick(PAYEES, vendorId) : vendorId };
            return aColleague(app.request, own.sub, undefined, { ...own, ...paid, 'cognito:groups': groups });
          };
          for (const [index, each] of steps.entries()) {
            const { does, who, what } = each;
            const account = await tokenOf(each);
            const payment = payments[what % Math.max(payments.length, 1)];
            if (does === 'create' || payment === undefined) {
              const vendor = what % 2;
              const body = aVendorPaymentBody({
                vendorId: VENDORS[vendor],
                ...ofCents(what % 3 === 0 ? 12_345 : LARGE),
              });
              const response = await account.post('/payments', body);
              if (response.status !== 201) continue;
              const { paymentId } = (await response.json()) as Payment;
              payments.push({ path: `/payments/${paymentId}`, vendor, makers: new Set([who]), yes: [] });
            } else if (does === 'edit') {
              if ((await account.patch(payment.path, ofCents(LARGE + index))).status !== 200) continue;
              payment.makers.add(who);
              payment.yes = [];
            } else if (does === 'approve') {
              const reader = await aColleague(app.request, 'reader', 'admin');
              const { termsHash } = await told<Payment>(reader.get(payment.path), 200);
              const response = await account.post(`${payment.path}/approve`, { termsHash });
              const { code } = (await response.json()) as { code?: keyof typeof met };
              if (code !== undefined && code in met) met[code] += 1;
              if (response.status !== 200) continue;
              met.approved += 1;
              expect(payment.makers.has(who), 'a maker approved').toBe(false);
              expect(payment.yes.includes(who), 'a person counts twice').toBe(false);
              expect(people[who]?.vendor === payment.vendor, 'a vendor approved its own').toBe(false);
              payment.yes.push(who);
            } else {
              const response = await account.post(`${payment.path}/process`);
              if (response.status === 200) met.paid += 1;
            }
          }
        },
      ),
      trying(40),
    );
    for (const count of Object.values(met)) expect(count).toBeGreaterThan(5);
  });
});
