import { errAsync } from 'neverthrow';
import { expect } from 'vitest';
import { memoryApprovalsStorage } from '../../../src/adapters/memory/approvals/storage.ts';
import { payoutLedger } from '../../../src/adapters/processor/payout-ledger.ts';
import { simulatedPayouts } from '../../../src/adapters/processor/payout-simulator.ts';
import { systemApprovalIds } from '../../../src/adapters/system/approval-ids.ts';
import { systemSignedTokens } from '../../../src/adapters/system/signed-tokens.ts';
import { approvalChange } from '../../../src/application/approvals/approval-change.ts';
import type { ApprovalRules } from '../../../src/application/approvals/approval-rules.ts';
import { DEFAULT_EVENT_SOURCES } from '../../../src/application/approvals/approval-rules.ts';
import { approvalsUseCases } from '../../../src/application/approvals/approvals-use-cases.ts';
import type { NewVendorPayment } from '../../../src/application/approvals/create-vendor-payment.ts';
import { rulesFraudScorer } from '../../../src/application/approvals/score-by-rules.ts';
import type { Approver } from '../../../src/domain/approvals/approver.ts';
import { auditLogChain } from '../../../src/domain/approvals/audit-log.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/domain/approvals/fraud.ts';
import { defaultFraudRules, type FraudRules } from '../../../src/domain/approvals/fraud-rules.ts';
import type { VendorId, VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import { nextOf, type VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { WorkCompleted } from '../../../src/domain/approvals/work-completed.ts';
import type { Instant } from '../../../src/domain/kernel/instant.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import type { ApprovalCommits } from '../../../src/ports/approvals/approval-commits.ts';
import type { BankPayouts } from '../../../src/ports/approvals/bank-payouts.ts';
import type { FraudScorer } from '../../../src/ports/approvals/fraud-scorer.ts';
import type { WithheldPayout } from '../../../src/ports/approvals/payout-alarm.ts';
import type { Payouts } from '../../../src/ports/approvals/payouts.ts';
import type { Refusals } from '../../../src/ports/approvals/refusals.ts';
import type { VendorPayments } from '../../../src/ports/approvals/vendor-payments.ts';
import {
  ADMIN,
  anIncidentId,
  approvalPorts,
  asked,
  aVendorId,
  DISPATCHER,
  MAKER,
  payoutTerms,
} from '../../fixtures/approvals.ts';
import { digests, NOON, SECRET } from '../../fixtures/changes.ts';
import { pass } from '../world.ts';

type Turn<Called> = (call: () => Called) => Called;
type Committed = ReturnType<ApprovalCommits['commit']>;
type Paid = ReturnType<Payouts['pay']>;
type Due = ReturnType<VendorPayments['due']>;
type LookedUp = ReturnType<Payouts['lookup']>;
type Appended = ReturnType<Refusals['append']>;

export const losePay: Turn<Paid> = () => errAsync({ kind: 'PayoutOutcomeUnknown' });
export const refusePay: Turn<Paid> = () => errAsync({ kind: 'PayoutsUnavailable' });
export const refuseLookup: Turn<LookedUp> = () => errAsync({ kind: 'PayoutsUnavailable' });
/** The payout happens, and its reply is lost. */
export const payInSilence: Turn<Paid> = (call) =>
  call().andThen(() => errAsync({ kind: 'PayoutOutcomeUnknown' as const }));

/**
 * The use cases of approvals over memory and simulated payouts, or those of `bank`, at noon. The next calls to the outside take the turns
 * queued for them; without one they simply happen. Fraud is scored by the rules, unless `scorer` does.
 */
export function anApprovalsWorld(
  settings: Partial<ApprovalRules> &
    Readonly<{ scorer?: FraudScorer; rules?: FraudRules; bank?: Payouts; bankPayouts?: BankPayouts }> = {},
) {
  const storage = memoryApprovalsStorage();
  const ledger = payoutLedger(':memory:');
  const clock = { at: NOON, now: (): Instant => clock.at };
  const { bank = simulatedPayouts(ledger, clock) } = settings;
  const turns: {
    commit: Turn<Committed>[];
    pay: Turn<Paid>[];
    lookup: Turn<LookedUp>[];
    due: Turn<Due>[];
    append: Turn<Appended>[];
  } = { due: [], commit: [], pay: [], lookup: [], append: [] };
  const alarms: WithheldPayout[] = [];
  /** Payments at which a refused attempt could not be kept. */
  const lost: VendorPaymentId[] = [];
  const calls = { commit: 0, pay: 0, lookup: 0 };
  const {
    rules: fraudRules = defaultFraudRules([500_000n]),
    scorer = rulesFraudScorer(storage, fraudRules),
    bank: _,
    bankPayouts,
    ...rules
  } = settings;

  const ports = {
    ...storage,
    vendorPayments: {
      ...storage.vendorPayments,
      due: (now: Instant, limit: number) =>
        (turns.due.shift() ?? pass)(() => storage.vendorPayments.due(now, limit)),
    },
    approvalCommits: {
      commit(change) {
        calls.commit += 1;
        return (turns.commit.shift() ?? pass)(() => storage.approvalCommits.commit(change));
      },
    } satisfies ApprovalCommits,
    payouts: {
      pay(order) {
        calls.pay += 1;
        return (turns.pay.shift() ?? pass)(() => bank.pay(order));
      },
      lookup(reference) {
        calls.lookup += 1;
        return (turns.lookup.shift() ?? pass)(() => bank.lookup(reference));
      },
    } satisfies Payouts,
    ...present({ bankPayouts }),
    payoutAlarm: { raise: (withheld: WithheldPayout) => void alarms.push(withheld) },
    refusalAlarm: { raise: ({ id }: Readonly<{ id: VendorPaymentId }>) => void lost.push(id) },
    refusals: {
      ...storage.refusals,
      append(refusal) {
        return (turns.append.shift() ?? pass)(() => storage.refusals.append(refusal));
      },
    } satisfies Refusals,
    fraudScorer: scorer,
    clock,
    approvalIds: systemApprovalIds,
    digests,
    signedTokens: systemSignedTokens(SECRET),
  };
  const useCases = approvalsUseCases(ports, {
    policy: DEFAULT_POLICY,
    thresholds: DEFAULT_THRESHOLDS,
    payouts: payoutTerms,
    claims: { keepResponsesMs: 86_400_000 },
    eventSources: DEFAULT_EVENT_SOURCES,
    ...rules,
  });
  const stored = async (id: VendorPaymentId): Promise<VendorPayment> => {
    const payment = (await storage.vendorPayments.find(id))._unsafeUnwrap();
    if (payment === undefined) throw new Error(`no payment ${id}`);
    return payment;
  };

  return {
    ...useCases,
    storage,
    ledger,
    clock,
    turns,
    calls,
    alarms,
    lost,
    stored,
    create: (order: NewVendorPayment = anOrder(), by: Approver = MAKER) =>
      useCases.createVendorPayment({ ...asked(by), order }),
    approve: (id: VendorPaymentId, by: Approver = DISPATCHER, seen: Readonly<{ termsHash?: string }> = {}) =>
      useCases.approveVendorPayment({ ...asked(by), id, ...seen }),
    reject: (id: VendorPaymentId, by: Approver = DISPATCHER) =>
      useCases.rejectVendorPayment({ ...asked(by), id, reason: 'Not our vendor' }),
    process: (id: VendorPaymentId, by: Approver = ADMIN) =>
      useCases.processVendorPayment({ ...asked(by), id }),
    paid: () => ledger.paid().map(({ reference }) => reference),
    eventsOf: async (id: VendorPaymentId) =>
      (await storage.outbox.unsent(1_000))
        ._unsafeUnwrap()
        .filter(({ paymentId }) => paymentId === id)
        .map(({ type }) => type),
    actionsOf: async (id: VendorPaymentId) => {
      const links = (await storage.auditLog.of(id))._unsafeUnwrap();
      expect(auditLogChain.verify(links, await stored(id), digests.sha256).isOk()).toBe(true);
      return links.map(({ action }) => action);
    },
    /** Leaves the payment in its state, one version on, with a last link whose hash is wrong. */
    forge: async (id: VendorPaymentId) => {
      const before = await stored(id);
      const { change } = approvalChange(approvalPorts, {
        ...asked(ADMIN),
        at: before.updatedAt,
        action: 'payment.forged',
        before,
        next: { ...before, ...nextOf(before, before.updatedAt) },
      });
      const entry = { ...change.entry, hash: 'f'.repeat(64) };
      (await storage.approvalCommits.commit({ ...change, entry }))._unsafeUnwrap();
    },
    pass: (ms: number) => {
      clock.at += ms;
    },
    close: () => ledger.close(),
  };
}

export type ApprovalsWorld = ReturnType<typeof anApprovalsWorld>;

type OrderParts = Partial<NewVendorPayment> & Readonly<{ cents?: bigint }>;

/** An order of one line. The amount is odd, so that no rule but that of new payees has anything to say of it. */
export function anOrder({ cents = 12_345n, ...parts }: OrderParts = {}): NewVendorPayment {
  const lineItems = parts.lineItems ?? [{ description: 'Towing', quantity: 1, unitPriceCents: cents }];
  return {
    incidentId: anIncidentId(),
    vendorId: aVendorId(),
    payerType: 'back_office',
    metadata: {},
    amountCents: lineItems.reduce((sum, line) => sum + BigInt(line.quantity) * line.unitPriceCents, 0n),
    ...parts,
    lineItems,
  };
}

export const aWork = (parts: Partial<WorkCompleted> = {}): WorkCompleted => ({
  eventId: 'event-1',
  source: 'roadcall.incident-service',
  incidentId: anIncidentId(),
  vendorId: aVendorId(),
  completedAt: NOON - 60_000,
  workDetails: { serviceType: 'tire_change', duration: 45, photos: ['a.jpg', 'b.jpg'], notes: 'Both fronts' },
  basePriceCents: 15_000n,
  mileageChargeCents: 2_501n,
  additionalCharges: [{ description: 'After hours', amountCents: 5_000n }],
  ...parts,
});

/** A payment that everybody needed has approved. */
export async function anApproved(world: ApprovalsWorld, order = anOrder()): Promise<VendorPaymentId> {
  const { id } = (await world.create(order))._unsafeUnwrap();
  (await world.approve(id, ADMIN))._unsafeUnwrap();
  return id;
}

export const ofVendor = (n: number, parts: OrderParts = {}) =>
  anOrder({ ...parts, vendorId: `00000000-0000-4000-8000-00000000000${n}` as VendorId });
