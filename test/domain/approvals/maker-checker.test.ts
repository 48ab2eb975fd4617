import { describe, expect, it } from 'vitest';
import type { Approver } from '../../../src/domain/approvals/approver.ts';
import type { Audited } from '../../../src/domain/approvals/audited-moves.ts';
import { approveVendorPayment, rejectVendorPayment } from '../../../src/domain/approvals/decisions.ts';
import type { PayerId } from '../../../src/domain/approvals/ids.ts';
import { beginPayout } from '../../../src/domain/approvals/payout.ts';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import { recordFor } from '../../../src/domain/approvals/published-record.ts';
import type { Approved, VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import { changeVendorPayment } from '../../../src/domain/approvals/vendor-payment-order.ts';
import {
  restoreVendorPayment,
  type VendorPaymentRecord,
  vendorPaymentRecord,
} from '../../../src/domain/approvals/vendor-payment-record.ts';
import {
  ADMIN,
  aCreation,
  aLine,
  anApprover,
  anUncheckedApproval,
  aPerson,
  aVendorId,
  DISPATCHER,
  type Made,
  payoutTerms,
} from '../../fixtures/approvals.ts';
import { digests, NOON } from '../../fixtures/changes.ts';

const { sha256 } = digests;
const LARGE = { lineItems: [aLine(500_001n)] };
const ANN = aPerson({ subject: 'okta|1', email: 'ann@x.com', person: '4711' }, 'dispatcher', 'admin');
/** Every other account of hers. */
const HER_OTHERS: readonly Approver[] = [
  anApprover('OKTA|1', 'dispatcher', 'admin'),
  aPerson({ subject: 'google|1', email: 'Ann@X.com' }, 'dispatcher', 'admin'),
  aPerson({ subject: 'badge', person: '4711' }, 'dispatcher', 'admin'),
];

const approve = (payment: VendorPayment, by: Approver) =>
  approveVendorPayment(payment, { by, at: NOON }, DEFAULT_POLICY);
const begin = (audited: Audited<VendorPayment>, by = ADMIN) =>
  beginPayout(audited, { by, at: NOON }, payoutTerms, { policy: DEFAULT_POLICY, sha256 });

/** Approved by these, whom no rule has looked at, each by a move of their own. */
const approvedBy = ({ payment, change }: Made, ...people: readonly Approver[]): Audited<Approved> =>
  people.reduce<Audited<VendorPayment>>(
    (before, by, index) => {
      const made = anUncheckedApproval(before.payment, by, { isLast: index === people.length - 1 });
      return { payment: made.payment, links: [...before.links, made.change.entry] };
    },
    { payment, links: [change.entry] },
  ) as Audited<Approved>;

describe('one person with several accounts', () => {
  it('never approves what another account made or changed', () => {
    const made = aCreation({ by: ANN }).payment;
    const change = { metadata: { checked: true } };
    const changed = changeVendorPayment(aCreation().payment, change, { by: ANN, now: NOON }, sha256);
    for (const account of HER_OTHERS)
      for (const payment of [made, changed._unsafeUnwrap()])
        expect(approve(payment, account)._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
  });

  it('stays known by every account that changed a payment, also under a subject that is a maker already', () => {
    const subject = 'okta|1';
    const made = aCreation({ by: anApprover(subject, 'dispatcher') }).payment;
    const change = { metadata: { checked: true } };
    const changed = changeVendorPayment(made, change, { by: ANN, now: NOON }, sha256)._unsafeUnwrap();
    expect(changed.makers).toEqual([subject]);
    expect(
      approve(changed, aPerson({ subject: 'badge', person: '4711' }, 'admin'))._unsafeUnwrapErr(),
    ).toEqual({
      kind: 'SelfApproval',
    });
  });

  it('never counts twice', () => {
    for (const account of HER_OTHERS) {
      const once = approve(aCreation(LARGE).payment, ANN)._unsafeUnwrap().payment;
      expect(approve(once, account)._unsafeUnwrapErr()).toEqual({ kind: 'AlreadyApproved' });
    }
  });

  it('gets nothing paid by approvals that no rule looked at: they are judged again', () => {
    for (const account of HER_OTHERS) {
      const twice = approvedBy(aCreation(LARGE), ANN, account);
      const own = approvedBy(aCreation({ by: ANN }), account);
      for (const audited of [twice, own])
        expect(begin(audited)._unsafeUnwrapErr()).toEqual({ kind: 'ApprovalVoid' });
    }
    expect(begin(approvedBy(aCreation(LARGE), ANN, DISPATCHER)).isOk()).toBe(true);
  });
});

describe('who is paid', () => {
  const payerId = aVendorId() as unknown as PayerId;
  const made = aCreation({ payerId });
  const { payment } = made;
  const parties = [payment.vendorId, aVendorId(payerId)].flatMap((vendorId) => [
    aPerson({ subject: 'v', vendorId }, 'dispatcher', 'admin'),
    anApprover(vendorId.toUpperCase(), 'admin'),
    aPerson({ subject: 'v', person: vendorId }, 'admin', 'vendor'),
  ]);

  it('never approves, in whatever role, nor gets paid by an approval that no rule looked at', () => {
    for (const party of parties) {
      expect(approve(payment, party)._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
      expect(begin(approvedBy(made, party))._unsafeUnwrapErr()).toEqual({ kind: 'ApprovalVoid' });
    }
    const other = aPerson({ subject: 'v', vendorId: aVendorId() }, 'dispatcher');
    expect(approve(payment, other)._unsafeUnwrap().payment.status).toBe('approved');
  });

  it('neither changes, rejects nor pays out the payment, and asks for one that others decide on', () => {
    const approved = approvedBy(made, ADMIN);
    for (const party of parties) {
      const refused = { kind: 'PartyNotAllowed' };
      const change = { metadata: { mine: true } };
      expect(
        changeVendorPayment(payment, change, { by: party, now: NOON }, sha256)._unsafeUnwrapErr(),
      ).toEqual(refused);
      for (const each of [payment, approved.payment])
        expect(rejectVendorPayment(each, { by: party, at: NOON, reason: 'Mine' })._unsafeUnwrapErr()).toEqual(
          refused,
        );
      expect(begin(approved, party)._unsafeUnwrapErr()).toEqual(refused);
      const asked = aCreation({ vendorId: payment.vendorId, payerId, by: party });
      expect(approve(asked.payment, party)._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
      expect(begin(approvedBy(asked, ADMIN)).isOk()).toBe(true);
    }
  });

  it('reads what vendors read, in whatever role; others read who approved, and no role reads what people are known by', () => {
    const { payment: approved } = approvedBy(made, ADMIN);
    for (const party of parties)
      expect(Object.keys(recordFor(party, approved))).toEqual(
        Object.keys(recordFor(aPerson({ subject: 'v', vendorId: payment.vendorId }, 'vendor'), approved)),
      );
    const read = recordFor(DISPATCHER, approved);
    expect(read).toMatchObject({ createdBy: 'maker-1', approvals: [{ by: 'admin-1', notes: 'Seen ☕' }] });
    expect(JSON.stringify(read)).not.toContain('sub:');
  });
});

describe('a record from before identities were kept', () => {
  const bare = <Fields>(fields: Fields): Fields =>
    JSON.parse(JSON.stringify(fields), (name, value) =>
      name === 'makerIdentities' || name === 'identities' ? undefined : value,
    ) as Fields;
  const approved = approvedBy(
    aCreation({ ...LARGE, by: anApprover('okta|Bob@x.com', 'dispatcher') }),
    DISPATCHER,
    ADMIN,
  );
  const before: VendorPaymentRecord = bare(vendorPaymentRecord(approved.payment));
  const links = approved.links.map((link) => bare(link));

  it('is recorded as it was, so that its chain still adds up to it', () => {
    expect(vendorPaymentRecord(restoreVendorPayment(before, ''))).toEqual(before);
    expect(begin({ payment: restoreVendorPayment(before, ''), links }).isOk()).toBe(true);
  });

  it('knows people by their subjects, folded', () => {
    const { approvedBy: _, approvedAt: _at, ...pending } = before;
    const payment = restoreVendorPayment(
      { ...pending, status: 'pending_approval', approvals: before.approvals.slice(0, 1) },
      '',
    );
    for (const maker of ['OKTA|bob@X.com', 'saml|bob@x.com'])
      expect(approve(payment, anApprover(maker, 'admin'))._unsafeUnwrapErr()).toEqual({
        kind: 'SelfApproval',
      });
    expect(approve(payment, anApprover('DISPATCHER-1', 'admin'))._unsafeUnwrapErr()).toEqual({
      kind: 'AlreadyApproved',
    });
    expect(approve(payment, ADMIN)._unsafeUnwrap().payment.status).toBe('approved');
  });
});
