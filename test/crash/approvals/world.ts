import { randomUUID } from 'node:crypto';
import { errAsync, okAsync, type Result, type ResultAsync } from 'neverthrow';
import type { PayoutLedger } from '../../../src/adapters/processor/payout-ledger.ts';
import { simulatedPayouts } from '../../../src/adapters/processor/payout-simulator.ts';
import { systemSignedTokens } from '../../../src/adapters/system/signed-tokens.ts';
import type { Done, KeyedApproval } from '../../../src/application/approvals/answer-once.ts';
import { type ClaimApproval, unclaimed } from '../../../src/application/approvals/approval-change.ts';
import { DEFAULT_EVENT_SOURCES } from '../../../src/application/approvals/approval-rules.ts';
import {
  type ApprovalsPorts,
  approvalsUseCases,
} from '../../../src/application/approvals/approvals-use-cases.ts';
import { DEFAULT_THRESHOLDS } from '../../../src/domain/approvals/fraud.ts';
import type { IncidentId, VendorId, VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { Instant } from '../../../src/domain/kernel/instant.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import {
  ADMIN,
  approvalPorts,
  asked,
  DISPATCHER,
  MAKER,
  payoutTerms,
  SYSTEM,
} from '../../fixtures/approvals.ts';
import { NOON, SECRET } from '../../fixtures/changes.ts';
import type { Process } from '../faulty-process.ts';
import type { Outage } from '../points.ts';
import type { Failed, Sent, World } from '../trial.ts';
import { AWAY, booksIn, outOfOrder } from './bank.ts';
import { endFaults } from './ending.ts';
import { CENTS, type Request, type Scenario } from './scenarios.ts';

/** What the checks at the end look at. */
export type Scene = Readonly<{
  storage: ApprovalsStorage;
  /** The bank's books. */
  ledger: PayoutLedger;
  /** What the vendor is to be paid, in US cents. */
  amount: bigint;
  /** Every payment of the incident, as it is stored. */
  payments(): Promise<readonly VendorPayment[]>;
}>;

const lost = { kind: 'StorageUnavailable', cause: 'the reply was lost' } as const;
const outcomeUnknown = { kind: 'PayoutOutcomeUnknown' } as const;

/** One incident of a vendor, and the payment for it. */
export function approvalsWorld(
  storage: ApprovalsStorage,
  { approvers, vendorId, ends, isKeyed, rival }: Scenario,
): World<Request, VendorPayment | undefined> {
  const incidentId = randomUUID() as IncidentId;
  const vendor = vendorId ?? (randomUUID() as VendorId);
  const eventId = randomUUID();
  const amount = CENTS[approvers];
  const ledger = booksIn(storage);
  let now: Instant = NOON;
  const clock = { now: () => now };
  let outage: Outage | undefined;
  const bank = outOfOrder(simulatedPayouts(ledger, clock), () => outage);
  let newestReplied = 0;
  /** What was replied for good, by key. */
  const replies = new Map<string, Set<string>>();

  const ofIncident = () => storage.vendorPayments.list({ incidentId }, { order: 'oldest', limit: 100 });
  let known: VendorPaymentId | undefined;
  /** The first of the incident: all others would be found at the end. */
  const ownId = () =>
    known === undefined ? ofIncident().map(([payment]) => (known = payment?.id)) : okAsync(known);

  function useCasesIn(process: Process) {
    const { vendorPayments, approvalCommits, requestClaims, auditLog } = storage;
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
            .andThen((ids) => ownId().map((own) => ids.filter((id) => id === own))),
      },
      approvalCommits: {
        commit: (change) => process.call('commit', () => approvalCommits.commit(change), lost),
      },
      requestClaims: {
        find: (...of) => process.call('find claim', () => requestClaims.find(...of), lost),
        add: (claim) => process.call('claim', () => requestClaims.add(claim), lost),
        release: (claim) => process.call('release', () => requestClaims.release(claim), lost),
      },
      auditLog: { of: (id) => process.call('audit', () => auditLog.of(id), lost) },
      fraudScorer: {
        score: () =>
          process.call('score', () => okAsync({ score: 0, reasons: [] }), { kind: 'ScorerUnavailable' }),
      },
      payouts: {
        pay: (order) => process.call('pay', () => bank.pay(order), outcomeUnknown),
        lookup: (reference) => process.call('look up', () => bank.lookup(reference), AWAY),
      },
      refusalAlarm: { raise: () => {} },
      payoutAlarm: {
        raise({ id, reason }) {
          throw new Error(`the payout of ${id} was withheld: ${reason}`);
        },
      },
    };
    return approvalsUseCases(ports, {
      policy: DEFAULT_POLICY,
      thresholds: DEFAULT_THRESHOLDS,
      payouts: payoutTerms,
      claims: { keepResponsesMs: 86_400_000 },
      eventSources: DEFAULT_EVENT_SOURCES,
    });
  }

  function serve(
    process: Process,
    { request, key }: Sent<Request>,
  ): ResultAsync<VendorPayment | undefined, Failed> {
    const useCases = useCasesIn(process);
    /** The client has read before which payment it is. */
    const thePayment = <T>(move: (id: VendorPayment['id']) => ResultAsync<T, Failed>) =>
      ownId().andThen<ResultAsync<T, Failed>>((id) =>
        id === undefined ? errAsync({ kind: 'VendorPaymentNotFound' }) : move(id),
      );
    const { by, operation } = callOf(request);
    type Move = (claim: ClaimApproval) => ResultAsync<VendorPayment, Failed>;
    /** Under the request's key, where the scenario has keys. */
    const once = (move: Move, created = false): ResultAsync<VendorPayment | undefined, Failed> => {
      const work = (claim: ClaimApproval) => move(claim).map((payment) => ({ created, payment }));
      return answered(work);
    };
    const answered = (work: (claim: ClaimApproval) => ResultAsync<Done, Failed>) =>
      (isKeyed
        ? useCases.answerOnce<Failed>(
            { by, operation, key: `${incidentId} ${key}`, payload: { type: request.type } },
            work,
          )
        : work(unclaimed)
      )
        .map(({ payment }) => payment)
        .mapErr((failure): Failed => failure);
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
        return answered((claim) => useCases.recordWorkCompleted({ ...asked(by), work }, claim));
      }
      case 'create': {
        const order = {
          incidentId,
          vendorId: vendor,
          payerType: 'back_office',
          amountCents: amount,
          lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: amount }],
          metadata: {},
        } as const;
        return once((claim) => useCases.createVendorPayment({ ...asked(by), order }, claim), true);
      }
      case 'approve':
        return thePayment((id) =>
          once((claim) => useCases.approveVendorPayment({ ...asked(by), id }, claim)),
        );
      case 'reject':
        return thePayment((id) =>
          once((claim) => useCases.rejectVendorPayment({ ...asked(by), id, reason: 'No' }, claim)),
        );
      case 'review':
        return thePayment((id) =>
          once((claim) =>
            useCases.reviewVendorPayment({ ...asked(by), id, outcome: 'fraud', notes: 'Not theirs' }, claim),
          ),
        );
      case 'process':
        return thePayment((id) =>
          once((claim) => useCases.processVendorPayment({ ...asked(by), id }, claim)),
        );
    }
  }

  const scene: Scene = {
    storage,
    ledger,
    amount,
    payments: async () => (await ofIncident())._unsafeUnwrap(),
  };

  return {
    leaseMs: payoutTerms.leaseMs,
    pass(lengthMs) {
      now += lengthMs;
    },
    beginOutage(begun) {
      outage = begun;
    },
    endOutage() {
      outage = undefined;
    },
    serve,
    recover: (process) => useCasesIn(process).recoverPayouts(100),
    replied({ key }, reply: Result<VendorPayment | undefined, Failed>) {
      if (reply.isOk() && isKeyed === true && reply.value?.status !== 'processing')
        replies.set(key, (replies.get(key) ?? new Set()).add(`version ${reply.value?.version}`));
      if (reply.isOk()) newestReplied = Math.max(newestReplied, reply.value?.version ?? 0);
    },
    meaningOf({ kind }) {
      if (kind === 'IdempotencyInFlight') return 'in flight';
      // Under a key, what was carried out before is answered as it was then.
      const isOvertaken = OVERTAKEN.includes(kind) && (!isKeyed || rival !== undefined);
      return isOvertaken ? 'answer' : 'defect';
    },
    async traces() {
      const versions = (await scene.payments()).map(({ id, version }) => `${id} ${version}`);
      return [...versions, ...ledger.paid().map(({ reference }) => `paid ${reference}`)].join();
    },
    async isOpen() {
      const id = (await ownId())._unsafeUnwrap();
      if (id === undefined) return false;
      return (await storage.vendorPayments.find(id))._unsafeUnwrap()?.status === 'processing';
    },
    heldForMs: async () => 0,
    async endFaults() {
      const [payment] = await scene.payments();
      return [
        ...(await endFaults(scene, ends)),
        ...((payment?.version ?? 0) < newestReplied
          ? [`version ${newestReplied} was replied, and is gone`]
          : []),
        ...[...replies].flatMap(([key, all]) =>
          all.size === 1 ? [] : [`${key} was given ${[...all].join(' and ')}`],
        ),
      ];
    },
  };
}

/** Who asks, and on what a key of it is spent. */
function callOf(request: Request): Pick<KeyedApproval, 'by' | 'operation'> {
  switch (request.type) {
    case 'record':
      return { by: SYSTEM, operation: 'record' };
    case 'create':
      return { by: MAKER, operation: 'create' };
    case 'approve':
      return { by: request.by, operation: 'approve' };
    case 'reject':
      return { by: DISPATCHER, operation: 'reject' };
    case 'process':
      return { by: ADMIN, operation: 'process' };
    case 'review':
      return { by: ADMIN, operation: 'review' };
  }
}

/** Refusals of a request that was carried out before, or overtaken by a rival. */
const OVERTAKEN: readonly string[] = [
  'VendorPaymentStateConflict',
  'DuplicateIncident',
  'AlreadyApproved',
  'JudgedFraud',
];
