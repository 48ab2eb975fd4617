import { randomUUID } from 'node:crypto';
import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { type PayoutLedger, payoutLedger } from '../../src/adapters/processor/payout-ledger.ts';
import { simulatedPayouts } from '../../src/adapters/processor/payout-simulator.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { DEFAULT_EVENT_SOURCES } from '../../src/application/approvals/approval-rules.ts';
import {
  type ApprovalsPorts,
  approvalsUseCases,
} from '../../src/application/approvals/approvals-use-cases.ts';
import type { Recovered } from '../../src/application/kernel/recovery-round.ts';
import type { Approver } from '../../src/domain/approvals/approver.ts';
import { DEFAULT_THRESHOLDS } from '../../src/domain/approvals/fraud.ts';
import type { IncidentId, VendorId } from '../../src/domain/approvals/ids.ts';
import { DEFAULT_POLICY } from '../../src/domain/approvals/policy.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { StorageUnavailable } from '../../src/ports/unavailable.ts';
import type { Process } from '../crash/steps.ts';
import {
  ADMIN,
  approvalPorts,
  asked,
  DISPATCHER,
  MAKER,
  payoutTerms,
  SYSTEM,
} from '../fixtures/approvals.ts';
import { NOON, SECRET } from '../fixtures/changes.ts';

/** What somebody asks for, of the world's one incident. */
export type Request =
  | Readonly<{ type: 'record' }>
  | Readonly<{ type: 'create' }>
  | Readonly<{ type: 'approve'; by: Approver }>
  | Readonly<{ type: 'reject' }>
  | Readonly<{ type: 'process' }>;

export type Failed = Readonly<{ kind: string }>;

/** The amount of every payment in US cents, by whether one or two people must approve it. */
export const CENTS = { one: 12_345n, two: 600_123n } as const;

export type WorldTerms = Readonly<{ approvers: keyof typeof CENTS; vendorId?: VendorId }>;

/** All that outlives a process: the store, the bank's books, the time. */
export type World = Readonly<{
  storage: ApprovalsStorage;
  ledger: PayoutLedger;
  incidentId: IncidentId;
  amount: bigint;
  pass(lengthMs: number): void;
  /** The request as `process` serves it; the same again is the same request. */
  ask(process: Process, request: Request): ResultAsync<VendorPayment | undefined, Failed>;
  /** One round of recovery in `process`, over this world's payments only. */
  recover(process: Process): ResultAsync<Recovered, StorageUnavailable>;
  /** Every payment of the incident, as it is stored. */
  payments(): Promise<readonly VendorPayment[]>;
}>;

const lost = { kind: 'StorageUnavailable', cause: 'the reply was lost' } as const;
const outcomeUnknown = { kind: 'PayoutOutcomeUnknown' } as const;
const away = { kind: 'PayoutsUnavailable' } as const;

export function aWorld(storage: ApprovalsStorage, { approvers, vendorId }: WorldTerms): World {
  const incidentId = randomUUID() as IncidentId;
  const vendor = vendorId ?? (randomUUID() as VendorId);
  const eventId = randomUUID();
  const amount = CENTS[approvers];
  const ledger = payoutLedger(':memory:');
  let now: Instant = NOON;
  const clock = { now: () => now };
  const bank = simulatedPayouts(ledger, clock);

  const ofIncident = () => storage.vendorPayments.list({ incidentId }, { order: 'oldest', limit: 100 });

  function useCasesIn(process: Process) {
    const { vendorPayments, approvalCommits } = storage;
    const ports: ApprovalsPorts = {
      ...storage,
      ...approvalPorts,
      clock,
      signedTokens: systemSignedTokens(SECRET),
      vendorPayments: {
        find: (id) => process.call('find', () => vendorPayments.find(id), lost),
        findLive: (...of) => process.call('find live', () => vendorPayments.findLive(...of), lost),
        list: (...of) => process.call('list', () => vendorPayments.list(...of), lost),
        backlog: (most) => vendorPayments.backlog(most),
        due: (at) =>
          process
            .call('due', () => vendorPayments.due(at, 10_000), lost)
            .andThen((ids) =>
              ofIncident().map((own) => ids.filter((id) => own.some((payment) => payment.id === id))),
            ),
      },
      approvalCommits: {
        commit: (change) => process.call('commit', () => approvalCommits.commit(change), lost),
      },
      fraudScorer: {
        score: () =>
          process.call('score', () => okAsync({ score: 0, reasons: [] }), { kind: 'ScorerUnavailable' }),
      },
      payouts: {
        pay: (order) => process.call('pay', () => bank.pay(order), outcomeUnknown),
        lookup: (reference) => process.call('look up', () => bank.lookup(reference), away),
      },
    };
    return approvalsUseCases(ports, {
      policy: DEFAULT_POLICY,
      thresholds: DEFAULT_THRESHOLDS,
      payouts: payoutTerms,
      eventSources: DEFAULT_EVENT_SOURCES,
    });
  }

  function ask(process: Process, request: Request): ResultAsync<VendorPayment | undefined, Failed> {
    const useCases = useCasesIn(process);
    /** Which payment it is, whoever asks has read before. */
    const thePayment = <T>(move: (id: VendorPayment['id']) => ResultAsync<T, Failed>) =>
      ofIncident().andThen<ResultAsync<T, Failed>>(([payment]) =>
        payment === undefined ? errAsync({ kind: 'VendorPaymentNotFound' }) : move(payment.id),
      );
    switch (request.type) {
      case 'record': {
        const work = {
          eventId,
          source: DEFAULT_EVENT_SOURCES[0] ?? '',
          incidentId,
          vendorId: vendor,
          completedAt: NOON,
          workDetails: { photos: [], serviceType: 'Towing', duration: 45 },
          basePriceCents: amount,
          mileageChargeCents: 0n,
          additionalCharges: [],
        };
        return useCases
          .recordWorkCompleted({ ...asked(SYSTEM), work })
          .map(({ payment }) => payment)
          .mapErr((failure): Failed => failure);
      }
      case 'create':
        return useCases.createVendorPayment({
          ...asked(MAKER),
          order: {
            incidentId,
            vendorId: vendor,
            payerType: 'back_office',
            amountCents: amount,
            lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: amount }],
            metadata: {},
          },
        });
      case 'approve':
        return thePayment((id) => useCases.approveVendorPayment({ ...asked(request.by), id }));
      case 'reject':
        return thePayment((id) => useCases.rejectVendorPayment({ ...asked(DISPATCHER), id, reason: 'No' }));
      case 'process':
        return thePayment((id) => useCases.processVendorPayment({ ...asked(ADMIN), id }));
    }
  }

  return {
    storage,
    ledger,
    incidentId,
    amount,
    pass(lengthMs) {
      now += lengthMs;
    },
    ask,
    recover: (process) => useCasesIn(process).recoverPayouts(100),
    payments: async () => (await ofIncident())._unsafeUnwrap(),
  };
}
