import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalChange } from '../../../src/application/approvals/approval-change.ts';
import { hashTerms } from '../../../src/domain/approvals/approval.ts';
import type { Approver } from '../../../src/domain/approvals/approver.ts';
import type { AuditLogEntry } from '../../../src/domain/approvals/audit-log.ts';
import { type Audited, areMoves } from '../../../src/domain/approvals/audited-moves.ts';
import {
  approveVendorPayment,
  rejectVendorPayment,
  reviewVendorPayment,
} from '../../../src/domain/approvals/decisions.ts';
import { parseUuid } from '../../../src/domain/approvals/ids.ts';
import { addUp } from '../../../src/domain/approvals/line-item.ts';
import {
  beginPayout,
  concludePayout,
  resumePayout,
  returnPayout,
} from '../../../src/domain/approvals/payout.ts';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import { isJudgedFraud, type VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import { changeVendorPayment, type PricedOrder } from '../../../src/domain/approvals/vendor-payment-order.ts';
import {
  restoreVendorPayment,
  type VendorPaymentRecord,
  vendorPaymentRecord,
} from '../../../src/domain/approvals/vendor-payment-record.ts';
import { parseJson } from '../../../src/domain/kernel/json.ts';
import {
  ADMIN,
  aCreation,
  aLine,
  anApprover,
  aPricedOrder,
  approvalPorts,
  asked,
  DISPATCHER,
  MAKER,
  type Made,
  payoutTerms,
  SYSTEM,
} from '../../fixtures/approvals.ts';
import { digests, NOON } from '../../fixtures/changes.ts';

const { sha256 } = digests;

describe('ids', () => {
  it('are one text for one UUID', () => {
    expect(parseUuid('0A000000-0000-7000-8000-00000000000F')).toBe('0a000000-0000-7000-8000-00000000000f');
    for (const text of [
      '',
      'x',
      '0a000000000070008000000000000001',
      '{0a000000-0000-7000-8000-000000000001}',
    ])
      expect(parseUuid(text)).toBeUndefined();
    expect(parseUuid('0a000000-0000-7000-8000-000000000001\n')).toBeUndefined();
  });
});

describe('lines', () => {
  it('come to quantity times price, exactly or not at all', () => {
    const line = fc.record({
      quantity: fc.integer({ min: 1, max: 1_000_000_000 }),
      unitPriceCents: fc.bigInt({ min: 0n, max: 9_007_199_254_740_991n }),
    });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (parts) => {
        const drafts = parts.map((each) => aLine(each.unitPriceCents, { quantity: each.quantity }));
        const wanted = parts.reduce((sum, each) => sum + BigInt(each.quantity) * each.unitPriceCents, 0n);
        const added = addUp(drafts, 'USD');
        if (wanted > 9_007_199_254_740_991n)
          expect(added._unsafeUnwrapErr()).toEqual({ kind: 'AmountTooLarge' });
        else {
          const { total, lineItems } = added._unsafeUnwrap();
          expect(total.minorUnits).toBe(wanted);
          expect(lineItems.reduce((sum, each) => sum + each.total.minorUnits, 0n)).toBe(wanted);
        }
      }),
    );
  });
});

describe('the hash of terms', () => {
  const order = aPricedOrder();
  const hash = (terms: PricedOrder) => hashTerms(terms, sha256);

  it('changes with payee, amount, currency, metadata and every part of every line, and with nothing else', () => {
    const [first, ...others] = order.lineItems;
    if (first === undefined) throw new Error('no line');
    const line = (parts: object) => ({ ...order, lineItems: [{ ...first, ...parts }, ...others] });
    const changed = [
      { ...order, vendorId: aPricedOrder().vendorId },
      { ...order, amount: { ...order.amount, minorUnits: 1n } },
      { ...order, amount: { ...order.amount, currency: 'EUR' as const } },
      line({ description: 'Other' }),
      line({ quantity: 3 }),
      line({ unitPrice: { ...first.unitPrice, minorUnits: 7n } }),
      line({ total: { ...first.total, minorUnits: 7n } }),
      { ...order, lineItems: order.lineItems.toReversed() },
      { ...order, lineItems: others },
      { ...order, metadata: { a: 1 } },
      { ...order, metadata: { a: { b: [1] } } },
    ];
    const hashes = new Set([order, ...changed].map(hash));
    expect(hashes.size).toBe(changed.length + 1);
    const same = [line({ id: aLine(1n).id }), { ...order, incidentId: 'x' }];
    for (const each of same) expect(hash(each as PricedOrder)).toBe(hash(order));
  });
});

/** What may be tried on a payment, whatever its state. */
const MOVES = [
  'approve',
  'approveAsAdmin',
  'reject',
  'change',
  'begin',
  'resume',
  'pay',
  'refuse',
  'return',
  'findFraud',
  'findLegitimate',
] as const;

type Move = (typeof MOVES)[number];

/** Who makes a move. */
const MOVER: Readonly<Record<Move, Approver>> = {
  approve: DISPATCHER,
  approveAsAdmin: ADMIN,
  reject: ADMIN,
  change: anApprover('editor', 'dispatcher'),
  begin: ADMIN,
  resume: SYSTEM,
  pay: ADMIN,
  refuse: ADMIN,
  return: SYSTEM,
  findFraud: ADMIN,
  findLegitimate: ADMIN,
};

/** What the audit link of a move is called. */
function actionOf(move: Move, { status }: VendorPayment): string {
  if (move === 'resume' || move === 'change') return `payment.${move}d`;
  if (move === 'return') return 'payment.returned';
  if (move.startsWith('find')) return 'payment.reviewed';
  if (move === 'reject') return 'payment.rejected';
  return `payment.${status === 'pending_approval' ? 'approval_given' : status}`;
}

function moved(
  { payment, links }: Audited<VendorPayment>,
  move: Move,
  at: number,
): VendorPayment | undefined {
  const said = { processorReference: 'p', processedAt: at };
  switch (move) {
    case 'approve':
    case 'approveAsAdmin': {
      const by = move === 'approve' ? DISPATCHER : ADMIN;
      const approved = approveVendorPayment(payment, { by, at, notes: 'ok' }, DEFAULT_POLICY);
      return approved.isOk() ? approved.value.payment : undefined;
    }
    case 'reject':
      return rejectVendorPayment(payment, { by: ADMIN, at, reason: 'no' }).unwrapOr(undefined);
    case 'change': {
      const change = { lineItems: [aLine(BigInt(payment.version) + 600_000n)], metadata: { at } };
      return changeVendorPayment(payment, change, { by: MOVER.change, now: at }, sha256).unwrapOr(undefined);
    }
    case 'begin':
      return beginPayout({ payment, links }, { by: ADMIN, at }, payoutTerms, {
        policy: DEFAULT_POLICY,
        sha256,
      }).unwrapOr(undefined);
    case 'resume':
      return payment.status === 'processing' ? resumePayout(payment, at, payoutTerms) : undefined;
    case 'pay':
      return payment.status === 'processing'
        ? concludePayout(payment, { ...said, paid: true }, at)
        : undefined;
    case 'refuse':
      return payment.status === 'processing'
        ? concludePayout(payment, { ...said, paid: false, reason: 'closed' }, at)
        : undefined;
    case 'return':
      return payment.status === 'completed'
        ? returnPayout(payment, { ...said, paid: false, reason: 'transfer_reversed' }, at)
        : undefined;
    case 'findFraud':
    case 'findLegitimate': {
      const outcome = move === 'findFraud' ? 'fraud' : 'legitimate';
      return reviewVendorPayment(payment, { by: ADMIN, at, outcome, notes: 'asked' }).unwrapOr(undefined);
    }
  }
}

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  pending_approval: ['pending_approval', 'approved', 'cancelled'],
  approved: ['processing', 'cancelled'],
  processing: ['processing', 'completed', 'failed'],
  failed: ['processing', 'cancelled'],
  completed: ['failed'],
  cancelled: [],
};

describe('a vendor’s payment', () => {
  it('moves only as its life cycle says, is approved as its policy says, and survives its record', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...MOVES), { maxLength: 14 }),
        fc.constantFrom(1n, 500_000n, 500_001n),
        (moves, cents) => {
          const first = aCreation({ lineItems: [aLine(cents)] });
          let payment: VendorPayment = first.payment;
          const links: AuditLogEntry[] = [first.change.entry];
          for (const [index, move] of moves.entries()) {
            const at = NOON + index + 1;
            const next = moved({ payment, links }, move, at);
            if (next === undefined) continue;
            expect(move.startsWith('find') ? [payment.status] : ALLOWED[payment.status]).toContain(
              next.status,
            );
            if (isJudgedFraud(payment))
              expect(['approved', 'processing']).not.toContain(
                next.status === payment.status ? '' : next.status,
              );
            expect(next.version).toBe(payment.version + 1);
            expectWellApproved(next);
            const text = JSON.stringify(vendorPaymentRecord(next));
            expect(restoreVendorPayment(parseJson(text) as VendorPaymentRecord, next.auditHash)).toEqual(
              next,
            );
            const action = actionOf(move, next);
            const step = { ...asked(MOVER[move]), at, action, before: payment, next };
            const made: Made = approvalChange<VendorPayment>(approvalPorts, step);
            links.push(made.change.entry);
            expect([action, areMoves(links)]).toEqual([action, true]);
            payment = made.payment;
          }
        },
      ),
    );
  });

  it('is approved by no maker and by no person twice, by rule and not by the store alone', () => {
    const { payment } = aCreation({ lineItems: [aLine(500_001n)] });
    const approve = (before: VendorPayment, by: Approver) =>
      approveVendorPayment(before, { by, at: NOON }, DEFAULT_POLICY);
    expect(approve(payment, MAKER)._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
    const change = { metadata: { checked: true } };
    const edited = changeVendorPayment(payment, change, { by: ADMIN, now: NOON }, sha256)._unsafeUnwrap();
    expect(approve(edited, ADMIN)._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
    expect(approve(edited, MAKER)._unsafeUnwrapErr()).toEqual({ kind: 'SelfApproval' });
    const once = approve(edited, DISPATCHER)._unsafeUnwrap().payment;
    expect(approve(once, DISPATCHER)._unsafeUnwrapErr()).toEqual({ kind: 'AlreadyApproved' });
  });

  it('is not restored from a record that no move could have made', () => {
    const record = vendorPaymentRecord(aCreation().payment);
    for (const status of ['approved', 'processing', 'completed', 'failed', 'cancelled', 'lost'])
      expect(() => restoreVendorPayment({ ...record, status } as VendorPaymentRecord, '')).toThrow(status);
  });
});

function expectWellApproved(payment: VendorPayment): void {
  const people = payment.approvals.map(({ by }) => by);
  expect(new Set(people).size).toBe(people.length);
  expect(people).not.toContain(MAKER.id);
  for (const { revision, termsHash } of payment.approvals) {
    expect(revision).toBe(payment.revision);
    expect(termsHash).toBe(hashTerms(payment, sha256));
  }
  if (payment.status === 'pending_approval' || payment.status === 'cancelled') return;
  expect(people).toHaveLength(payment.amount.minorUnits > 500_000n ? 2 : 1);
  if (payment.amount.minorUnits > 500_000n) expect(people).toContain(ADMIN.id);
}
