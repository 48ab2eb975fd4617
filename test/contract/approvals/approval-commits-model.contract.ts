import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryApprovalsStorage } from '../../../src/adapters/memory/approvals/storage.ts';
import type { Approver } from '../../../src/domain/approvals/approver.ts';
import type { IncidentId, VendorId, VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalChange } from '../../../src/ports/approvals/approval-commits.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import {
  ADMIN,
  aCreation,
  aLine,
  anApprover,
  anEdit,
  anIncidentId,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  aPayoutResumed,
  aRejection,
  aReview,
  aVendorId,
  DISPATCHER,
  MAKER,
  type Made,
} from '../../fixtures/approvals.ts';
import { NOON, plain } from '../../fixtures/changes.ts';

/**
 * One step of a random history. `pick` says of which payment, as it once was and so often a stale one; a repeated step
 * commits the same change again.
 */
type Step = Readonly<{ kind: (typeof KINDS)[number]; pick: number; who: number; what: number }>;

const KINDS = [
  ...(['create', 'create', 'createForEvent', 'approve', 'approve', 'approveLast', 'edit', 'reject'] as const),
  ...(['begin', 'begin', 'resume', 'end', 'end', 'repeat', 'review'] as const),
] as const;

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom(...KINDS),
    pick: fc.nat(),
    who: fc.integer({ min: 0, max: 3 }),
    what: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 15, maxLength: 60, size: 'max' },
);

const PEOPLE = [DISPATCHER, ADMIN, MAKER, anApprover('editor-1', 'admin')];

const FLAGGED = { status: 'flagged', score: 900, reasons: [], rules: '7' } as const;

type World = Readonly<{ incidents: readonly IncidentId[]; vendors: readonly VendorId[] }>;
type History = Readonly<{ changes: ApprovalChange[]; payments: VendorPayment[] }>;

/** Any history of commits, stale, doubled, self-approved and repeated ones included, ends as it ends in memory. */
export function approvalCommitsModelContract(adapter: string, open: () => Promise<ApprovalsStorage>): void {
  describe(`ApprovalCommits model: ${adapter}`, () => {
    it('answers every history as memory does, and holds the same in the end', async () => {
      const seed = process.env['PAYWRIGHT_TEST_SEED'];
      await fc.assert(
        fc.asyncProperty(steps, async (chosen) => {
          const [model, real] = [memoryApprovalsStorage(), await open()];
          try {
            await compare(model, real, chosen);
          } finally {
            await real.close();
          }
        }),
        { numRuns: 15, ...(seed === undefined ? {} : { seed: Number(seed) }) },
      );
    });
  });
}

async function compare(
  model: ApprovalsStorage,
  real: ApprovalsStorage,
  chosen: readonly Step[],
): Promise<void> {
  const world: World = {
    incidents: [anIncidentId(), anIncidentId()],
    vendors: [aVendorId(), aVendorId()],
  };
  const history: History = { changes: [], payments: [] };
  let now = NOON;
  for (const step of chosen) {
    now += 1_000;
    const change = changeFor(step, now, world, history);
    if (change === undefined) continue;
    const expected = await model.approvalCommits.commit(change);
    expect(await real.approvalCommits.commit(change)).toEqual(expected);
    history.changes.push(change);
    if (expected.isOk()) history.payments.push(change.payment.next);
  }
  const ids = [...new Set(history.payments.map(({ id }) => id))];
  expect(plain(await contents(real, world, ids))).toEqual(plain(await contents(model, world, ids)));
}

function changeFor(
  { kind, pick, who, what }: Step,
  now: number,
  world: World,
  { changes, payments }: History,
): ApprovalChange | undefined {
  if (kind === 'repeat') return picked(changes, pick);
  if (kind === 'create' || kind === 'createForEvent') {
    const [incidentId, vendorId] = [world.incidents[who % 2], world.vendors[what % 2]];
    if (incidentId === undefined || vendorId === undefined) return undefined;
    const event = kind === 'createForEvent' ? { eventKey: `source e-${pick % 3}` } : {};
    const verdict = pick % 2 === 0 ? {} : { fraud: FLAGGED };
    return aCreation({ incidentId, vendorId, createdAt: now, ...event, ...verdict }).change;
  }
  const before = picked(payments, pick);
  return before && moved(before, { kind, who, what }, now)?.change;
}

function moved(
  before: VendorPayment,
  { kind, who, what }: Omit<Step, 'pick'>,
  now: number,
): Made | undefined {
  const pending = before.status === 'pending_approval';
  const by = PEOPLE[who] ?? ADMIN;
  switch (kind) {
    case 'approve':
    case 'approveLast':
      return pending
        ? anUncheckedApproval(before, by, { at: now, isLast: kind === 'approveLast' })
        : undefined;
    case 'edit':
      return pending ? edited(before, BigInt(what) + 1n, now, by) : undefined;
    case 'reject':
      return pending || before.status === 'approved' ? aRejection(before, now) : undefined;
    case 'review':
      return before.status === 'processing'
        ? undefined
        : aReview(before, what % 2 === 0 ? 'fraud' : 'legitimate', now);
    case 'begin':
      return before.status === 'approved' || before.status === 'failed'
        ? aPayoutBegun(before, now)
        : undefined;
    case 'resume':
      return before.status === 'processing' ? aPayoutResumed(before, now) : undefined;
    case 'end':
      return before.status === 'processing' ? aPayoutEnded(before, what > 0, now) : undefined;
    case 'create':
    case 'createForEvent':
    case 'repeat':
      return undefined;
  }
}

/** An edit that changes nothing is no move, and is not committed. */
function edited(before: VendorPayment, cents: bigint, now: number, by: Approver): Made | undefined {
  const made = anEdit(before, { lineItems: [aLine(cents)] }, now, by);
  return made.payment.version > before.version ? made : undefined;
}

/** The newest first, so that most steps lead further. */
const picked = <Value>(values: readonly Value[], pick: number): Value | undefined =>
  values[values.length - 1 - (pick % Math.min(Math.max(values.length, 1), 6))];

const STATUSES = ['pending_approval', 'approved', 'processing', 'completed', 'failed', 'cancelled'] as const;

async function contents(
  { vendorPayments, auditLog, outbox }: ApprovalsStorage,
  { incidents, vendors }: World,
  ids: readonly VendorPaymentId[],
) {
  const page = { order: 'oldest', limit: 200 } as const;
  const all = async <Item, Result>(items: readonly Item[], read: (item: Item) => Promise<Result>) =>
    Promise.all(items.map(read));
  return {
    payments: await all(ids, async (id) => (await vendorPayments.find(id))._unsafeUnwrap()),
    links: await all(ids, async (id) => (await auditLog.of(id))._unsafeUnwrap()),
    live: await all(
      incidents.flatMap((incidentId) => vendors.map((vendorId) => ({ incidentId, vendorId }))),
      async ({ incidentId, vendorId }) =>
        (await vendorPayments.findLive(incidentId, vendorId))._unsafeUnwrap()?.id ?? null,
    ),
    lists: await all(STATUSES, async (status) =>
      (await vendorPayments.list({ status }, page))._unsafeUnwrap().map(({ id }) => id),
    ),
    unreviewed: (
      await vendorPayments.list({ fraudStatus: 'flagged', unreviewed: true }, page)
    )._unsafeUnwrap(),
    ofVendors: await all(vendors, async (vendorId) =>
      (await vendorPayments.list({ vendorId }, page))._unsafeUnwrap().map(({ id }) => id),
    ),
    due: (await vendorPayments.due(NOON * 2, 200))._unsafeUnwrap().toSorted(),
    events: (await outbox.unsent(1_000))._unsafeUnwrap(),
  };
}
