import { beforeEach, describe, expect, it } from 'vitest';
import type { Approver } from '../../../src/domain/approvals/approver.ts';
import type { PayerId, VendorId } from '../../../src/domain/approvals/ids.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import {
  aCreation,
  anApprover,
  anEdit,
  anUncheckedApproval,
  aPerson,
  aVendorId,
  type Made,
} from '../../fixtures/approvals.ts';

const FIRST = { isLast: false };

/** As a process of an older version wrote it: people are their subjects. */
function withoutIdentities<Payment extends VendorPayment>({ change, payment }: Made<Payment>): Made<Payment> {
  const bare = <Kept extends VendorPayment>(given: Kept): Kept => ({
    ...without(given, 'makerIdentities'),
    approvals: given.approvals.map((each) => without(each, 'identities')),
  });
  const { approval } = change;
  return {
    payment: bare(payment),
    change: {
      ...change,
      payment: { ...change.payment, next: bare(change.payment.next) },
      ...(approval === undefined ? {} : { approval: without(approval, 'identities') }),
    },
  };
}

const without = <Value extends object>(value: Value, name: keyof Value): Value =>
  Object.fromEntries(Object.entries(value).filter(([each]) => each !== name)) as Value;

/** What every `ApprovalCommits` adapter refuses by itself, handed changes that no rule has seen. */
export function approvalPeopleContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  describe(`ApprovalCommits and people: ${adapter}`, () => {
    let storage: ApprovalsStorage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    const committed = async <Payment extends VendorPayment>({ change, payment }: Made<Payment>) => {
      (await storage.approvalCommits.commit(change))._unsafeUnwrap();
      return payment;
    };
    const find = async ({ id }: VendorPayment) => (await storage.vendorPayments.find(id))._unsafeUnwrap();
    const refusal = async ({ change }: Made) =>
      (await storage.approvalCommits.commit(change))._unsafeUnwrapErr();

    const ann = { subject: 'okta|ann@x.com', email: 'ann@x.com', person: '4711' };
    const spellings = (
      [
        ['the mailbox behind a colon', { subject: 'okta:ann@x.com' }],
        ['the mailbox behind a slash', { subject: 'google/ann@x.com' }],
        ['the mailbox quoted', { subject: 'u', email: '"ann"@x.com' }],
        ['the mailbox in display form', { subject: 'u', email: 'Ann Lee (home) <ann@x.com>' }],
        ['the mailbox with a tag', { subject: 'u', person: 'ann+work+late@x.com' }],
      ] as const
    ).map(([spelling, claims]) => [spelling, aPerson(claims, 'admin')] as const);
    it.each<readonly [string, Approver]>([
      ['the subject in other letters', anApprover('okta|Ann@X.com', 'admin')],
      ['the same mailbox', aPerson({ subject: 'google|2', email: ' ANN@x.com.' }, 'admin')],
      ['the mailbox of the subject', anApprover('saml|ann@x.com', 'admin')],
      ['the same person claim', aPerson({ subject: 'badge', person: '4711' }, 'admin')],
      ...spellings,
    ])('refuses a maker’s approval by %s, and leaves nothing of it', async (_, other) => {
      const maker = aPerson(ann, 'dispatcher');
      const created = await committed(aCreation({ by: maker }));
      expect(await refusal(anUncheckedApproval(created, other))).toEqual({ kind: 'SelfApproval' });
      expect(await find(created)).toEqual(created);
      const edited = await committed(anEdit(await committed(aCreation()), undefined, undefined, maker));
      expect(await refusal(anUncheckedApproval(edited, other))).toEqual({ kind: 'SelfApproval' });
      await committed(anUncheckedApproval(edited, anApprover('okta|bob@x.com', 'admin')));
    });

    it('refuses by what is stored, whatever a later change says of the payee', async () => {
      const created = await committed(aCreation());
      const approval = anUncheckedApproval(created, anApprover(`auth0|${created.vendorId}`, 'admin'));
      const next: VendorPayment = { ...approval.payment, vendorId: aVendorId() };
      const change = { ...approval.change, payment: { expected: 1, next } };
      expect(await refusal({ ...approval, change })).toEqual({ kind: 'SelfApproval' });
      expect(await find(created)).toEqual(created);
    });

    it('refuses by what is stored, whatever a later change says of the makers', async () => {
      const created = await committed(aCreation({ by: aPerson(ann, 'dispatcher') }));
      const approval = anUncheckedApproval(created, aPerson({ subject: 'badge', person: '4711' }, 'admin'));
      const next: VendorPayment = { ...approval.payment, makerIdentities: [] };
      const change = { ...approval.change, payment: { expected: 1, next } };
      expect(await refusal({ ...approval, change })).toEqual({ kind: 'SelfApproval' });
      expect(await find(created)).toEqual(created);
    });

    it.each<readonly [string, (party: string) => Approver]>([
      ['by vendor id', (party) => aPerson({ subject: 'v', vendorId: party as VendorId }, 'dispatcher')],
      ['by subject', (party) => anApprover(party.toUpperCase(), 'dispatcher')],
      ['by person claim', (party) => aPerson({ subject: 'v', person: party }, 'dispatcher')],
      ['by a segment of the subject', (party) => anApprover(`auth0|${party}`, 'dispatcher')],
      ['by a URN', (party) => anApprover(`urn:uuid:${party.toUpperCase()}`, 'dispatcher')],
      ['by a path', (party) => anApprover(`https://id.test/vendors/${party}/1`, 'dispatcher')],
      ['without hyphens', (party) => anApprover(`okta|${party.replaceAll('-', '')}`, 'dispatcher')],
      ['by email', (party) => aPerson({ subject: 'v', email: `${party}@x.com` }, 'dispatcher')],
    ])('refuses an approval by vendor and by payer, known %s', async (_, who) => {
      const payerId = aVendorId() as unknown as PayerId;
      const created = await committed(aCreation({ payerId }));
      for (const party of [created.vendorId, payerId]) {
        const own = anUncheckedApproval(created, who(party));
        expect(await refusal(own)).toEqual({ kind: 'SelfApproval' });
        expect(await find(created)).toEqual(created);
      }
      const approved = await committed(anUncheckedApproval(created, who(aVendorId())));
      expect(await find(approved)).toEqual(approved);
    });

    it.each<readonly [string, Approver]>([
      ['the subject in other letters', anApprover('OKTA|ann@x.com', 'admin')],
      ['the same mailbox', aPerson({ subject: 'google|2', email: 'Ann@x.com' }, 'admin')],
      ['the same person claim', aPerson({ subject: 'badge', person: '４７１１' }, 'admin')],
      ...spellings,
    ])('refuses a second approval of one revision by %s, and takes one of the next', async (_, other) => {
      const first = aPerson(ann, 'admin');
      const created = await committed(aCreation());
      const once = await committed(anUncheckedApproval(created, first, FIRST));
      expect(await refusal(anUncheckedApproval(once, other))).toEqual({ kind: 'AlreadyApproved' });
      expect(await find(created)).toEqual(once);
      const edited = await committed(anEdit(once));
      await committed(anUncheckedApproval(edited, other));
    });

    it('counts two people as two whose subjects begin with one tenant’s id', async () => {
      const tenant = aVendorId();
      const of = (name: string) => anApprover(`${tenant}|${name}`, 'admin');
      const created = await committed(aCreation({ by: of('one') }));
      const once = await committed(anUncheckedApproval(created, of('two'), FIRST));
      const approved = await committed(anUncheckedApproval(once, of('three')));
      expect(await find(approved)).toEqual(approved);
    });

    it('counts two people of one vendor as two', async () => {
      const vendorId = aVendorId();
      const of = (subject: string) => aPerson({ subject, vendorId }, 'admin');
      const created = await committed(aCreation({ by: of('one') }));
      const once = await committed(anUncheckedApproval(created, of('two'), FIRST));
      const approved = await committed(anUncheckedApproval(once, of('three')));
      expect(await find(approved)).toEqual(approved);
    });

    it('lets exactly one of one person’s approvals at once win, each from an account of its own', async () => {
      const accounts = Array.from({ length: 6 }, (_, n) =>
        aPerson({ subject: `idp-${n}|ann`, email: 'ann@x.com' }, 'admin'),
      );
      const created = await committed(aCreation());
      const rivals = accounts.map((account) => anUncheckedApproval(created, account, FIRST));
      const outcomes = await Promise.all(rivals.map(({ change }) => storage.approvalCommits.commit(change)));
      expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
      expect((await find(created))?.version).toBe(2);
    });

    it('knows people by their subjects where nothing else was kept', async () => {
      const created = await committed(
        withoutIdentities(aCreation({ by: anApprover('Maker-1', 'dispatcher') })),
      );
      expect(await find(created)).toEqual(created);
      expect(await refusal(anUncheckedApproval(created, anApprover('maker-1', 'admin')))).toEqual({
        kind: 'SelfApproval',
      });
      const once = await committed(
        withoutIdentities(anUncheckedApproval(created, anApprover('Ann', 'admin'), FIRST)),
      );
      expect(await find(once)).toEqual(once);
      expect(await refusal(anUncheckedApproval(once, anApprover('ann', 'admin')))).toEqual({
        kind: 'AlreadyApproved',
      });
      const edited = await committed(anEdit(once, undefined, undefined, aPerson(ann, 'dispatcher')));
      expect(await find(edited)).toEqual(edited);
      for (const maker of [anApprover('MAKER-1', 'admin'), anApprover('saml|ann@x.com', 'admin')])
        expect(await refusal(anUncheckedApproval(edited, maker))).toEqual({ kind: 'SelfApproval' });
    });
  });
}
