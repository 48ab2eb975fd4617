import { describe, expect, it } from 'vitest';
import type { AuditLogEntry } from '../../../src/domain/approvals/audit-log.ts';
import { areMoves } from '../../../src/domain/approvals/audited-moves.ts';
import type { FraudVerdict } from '../../../src/domain/approvals/fraud.ts';
import type { ReviewOutcome } from '../../../src/domain/approvals/fraud-review.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import { foldChain } from '../../../src/domain/kernel/audit-chain.ts';
import { rfc3339 } from '../../../src/domain/kernel/instant.ts';
import type { Json } from '../../../src/domain/kernel/json.ts';
import {
  ADMIN,
  aCreation,
  anEdit,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  aPayoutResumed,
  aRejection,
  aRescoring,
  aReview,
  type Made,
} from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

/** The links of a life with every move but a rejection; each step is given the payment as the one before left it. */
function aLife(): readonly AuditLogEntry[] {
  const links: AuditLogEntry[] = [];
  const after = <Payment extends VendorPayment>({ payment, change }: Made<Payment>): Payment => {
    links.push(change.entry);
    return payment;
  };
  const created = after(aCreation());
  const once = after(anUncheckedApproval(created, undefined, { isLast: false }));
  const edited = after(anEdit(once));
  const again = after(anUncheckedApproval(edited, undefined, { isLast: false }));
  const approved = after(anUncheckedApproval(again, ADMIN));
  const rescored = after(aRescoring(approved, { status: 'medium_risk', score: 400, reasons: [] }));
  const reviewed = after(aReview(rescored, 'legitimate'));
  const failed = after(aPayoutEnded(after(aPayoutBegun(reviewed)), false));
  const resumed = after(aPayoutResumed(after(aPayoutBegun(failed))));
  after(aPayoutEnded(resumed));
  return links;
}

const LIFE = aLife();
const RECORD = foldChain(LIFE);
const NAMES = LIFE.map(({ sequence, action }) => [sequence, action] as const);

/** Where terms were scored anew. */
const RISKY = NAMES.flatMap(([sequence, action]) => (/changed|rescored/.test(action) ? [sequence] : []));

const withLink = (sequence: number, edit: (link: AuditLogEntry) => object): readonly AuditLogEntry[] =>
  LIFE.map((link) => (link.sequence === sequence ? { ...link, ...edit(link) } : link));
const withAfter = (sequence: number, fields: Readonly<Record<string, Json>>) =>
  withLink(sequence, ({ after }) => ({ after: { ...after, ...fields } }));

describe('audit links', () => {
  it('are moves in a life with every move there is', () => {
    expect(areMoves(LIFE)).toBe(true);
    const created = aCreation();
    expect(areMoves([created.change.entry, aRejection(created.payment).change.entry])).toBe(true);
    expect(areMoves([])).toBe(false);
  });

  it.each(NAMES)('are none when link %i, %s, changes what its move leaves alone', (sequence) => {
    if (sequence === 1) return;
    for (const field of [
      'vendorId',
      'payerId',
      'incidentId',
      'createdBy',
      'fraudStatus',
      'fraudScore',
      'currency',
      'other',
    ]) {
      if (field.startsWith('fraud') && RISKY.includes(sequence)) continue;
      expect([field, areMoves(withAfter(sequence, { [field]: RECORD[field] ?? 'x' } as never))]).toEqual([
        field,
        false,
      ]);
      const taken = withLink(sequence, ({ before }) => ({ before: { ...before, [field]: 'x' } }));
      expect([field, areMoves(taken)]).toEqual([field, false]);
    }
  });

  it.each(NAMES)(
    'are none without link %i, %s, but where a payout was only resumed or asked again, or the payment scored again or reviewed',
    (sequence, action) => {
      const without = LIFE.filter((link) => link.sequence !== sequence);
      const goesOn = /resumed|rescored|reviewed/.test(action) || sequence === LIFE.length;
      expect(areMoves(without)).toBe(goesOn || sequence === 2);
    },
  );

  it.each(NAMES)('are none when link %i, %s, is called something else', (sequence, action) => {
    for (const other of ['payment.forged', 'constructor', '', ...NAMES.map(([, name]) => name)]) {
      if (other === action) continue;
      expect([other, areMoves(withLink(sequence, () => ({ action: other })))]).toEqual([other, false]);
    }
  });

  it.each(NAMES.filter(([, action]) => /created|approv|changed|reviewed/.test(action)))(
    'are none when link %i, %s, has another actor',
    (sequence) => {
      expect(areMoves(withLink(sequence, ({ actor }) => ({ actor: { ...actor, id: 'ghost' } })))).toBe(false);
    },
  );

  it.each(NAMES.filter(([, action]) => action.includes('approv')))(
    'are none when link %i, %s, gives an approval of other roles, time, terms or revision, or another besides',
    (sequence) => {
      const given = (LIFE[sequence - 1]?.after['approvals'] ?? []) as readonly Readonly<
        Record<string, Json>
      >[];
      const last = given.at(-1) ?? {};
      for (const edit of [
        { roles: ['system'] },
        { by: 'ghost' },
        { at: '2026-03-01T00:00:00.000Z' },
        { termsHash: 'f'.repeat(64) },
        { edition: 9 },
        { identities: ['sub:ghost'] },
      ]) {
        const approvals = [...given.slice(0, -1), { ...last, ...edit }] as Json;
        expect([edit, areMoves(withAfter(sequence, { approvals }))]).toEqual([edit, false]);
      }
      for (const approvals of [[], given.slice(0, -1), [last, ...given], [...given, last]])
        expect(areMoves(withAfter(sequence, { approvals: approvals as Json }))).toBe(false);
      const roles = withLink(sequence, ({ actor }) => ({ actor: { ...actor, roles: ['system'] } }));
      expect(areMoves(roles)).toBe(false);
    },
  );

  it('are none when a change leaves approvals, the revision or its makers as they were', () => {
    const sequence = LIFE.findIndex(({ action }) => action === 'payment.changed') + 1;
    const approvals = LIFE[1]?.after['approvals'] as Json;
    for (const fields of [
      { approvals },
      { edition: 1 },
      { edition: 3 },
      { changedBy: [] },
      { changedBy: ['ghost'] },
      { changedBy: ['editor-1', 'ghost'] },
      { makerIdentities: ['sub:editor-1'] },
      { makerIdentities: ['sub:maker-1'] },
    ] as readonly Readonly<Record<string, Json>>[])
      expect([fields, areMoves(withAfter(sequence, fields))]).toEqual([fields, false]);
  });

  it('are none when a change lowers the risk, or finds or forgets that the payment is a fraud', () => {
    const changed = (fraud: FraudVerdict, outcome?: ReviewOutcome) => {
      const created = aCreation({ fraud: { status: 'high_risk', score: 600, reasons: [] } });
      const before = outcome === undefined ? created : aReview(created.payment, outcome);
      const links = [created, ...(before === created ? [] : [before])].map(({ change: each }) => each.entry);
      const { change } = anEdit(before.payment, undefined, undefined, undefined, fraud);
      return { links, entry: change.entry };
    };
    const flagged = { status: 'flagged', score: 700, reasons: [], rules: '2' } as const;
    for (const outcome of [undefined, 'legitimate', 'fraud'] as const) {
      const { links, entry } = changed(flagged, outcome);
      expect([outcome, areMoves([...links, entry])]).toEqual([outcome, true]);
      const edited = (fields: Readonly<Record<string, Json>>) =>
        areMoves([...links, { ...entry, after: { ...entry.after, ...fields } }]);
      for (const fraudStatus of ['medium_risk', 'low_risk', 'none'])
        expect(edited({ fraudStatus })).toBe(false);
      expect(edited({ fraudReview: { outcome: 'legitimate', by: 'editor-1', at: rfc3339(NOON) } })).toBe(
        false,
      );
      const forgets = { ...entry, before: { ...entry.before, fraudReview: { outcome: 'fraud' } } };
      expect(areMoves([...links, forgets])).toBe(outcome !== 'fraud');
    }
  });

  it('are none when a score of unchanged terms is no graver than it was, or of a payment that is being paid', () => {
    const { payment, change } = aCreation({ fraud: { status: 'high_risk', score: 600, reasons: [] } });
    const rescored = (status: FraudVerdict['status']) =>
      areMoves([change.entry, aRescoring(payment, { status, score: 650, reasons: [] }).change.entry]);
    expect(
      (['flagged', 'high_risk', 'medium_risk', 'low_risk'] as const).map((status) => rescored(status)),
    ).toEqual([true, false, false, false]);
    const begun = LIFE.findIndex(({ action }) => action === 'payment.processing');
    const paying = LIFE.slice(0, begun + 1);
    const flagged = { ...paying.at(-1), action: 'payment.rescored', after: { fraudStatus: 'flagged' } };
    expect(areMoves(paying)).toBe(true);
    expect(areMoves([...paying, { ...flagged, before: {} } as AuditLogEntry])).toBe(false);
  });

  it('are none when a review is of another person, time or outcome than its link, or of none', () => {
    const sequence = LIFE.findIndex(({ action }) => action === 'payment.reviewed') + 1;
    const review = LIFE[sequence - 1]?.after['fraudReview'] as Readonly<Record<string, Json>>;
    const forged = [{ by: 'ghost' }, { at: '2026-03-01T00:00:00.000Z' }, { outcome: 'unsure' }];
    for (const edit of forged)
      expect([edit, areMoves(withAfter(sequence, { fraudReview: { ...review, ...edit } }))]).toEqual([
        edit,
        false,
      ]);
    expect(areMoves(withLink(sequence, ({ before }) => ({ after: { ...before } })))).toBe(false);
    expect(areMoves(withAfter(1, { fraudReview: review }))).toBe(false);
  });

  it('are none when the first says that anything was decided before it', () => {
    const approvals = LIFE[1]?.after['approvals'] as Json;
    for (const fields of [
      { approvals },
      { status: 'approved' },
      { edition: 2 },
      { changedBy: ['ghost'] },
      { createdBy: 'ghost' },
      { makerIdentities: ['sub:ghost'] },
    ] as readonly Readonly<Record<string, Json>>[])
      expect([fields, areMoves(withAfter(1, fields))]).toEqual([fields, false]);
  });
});
