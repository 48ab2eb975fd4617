import { errAsync, okAsync, type Result, type ResultAsync } from 'neverthrow';
import { simulatedProcessor } from '../../../src/adapters/processor/simulator.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import type { Responded } from '../../../src/application/kernel/idempotency.ts';
import { commitUnderKey } from '../../../src/application/kernel/keyed-commit.ts';
import { workUnderKey } from '../../../src/application/kernel/keyed-work.ts';
import { confirmOutcome } from '../../../src/application/payments/confirm-outcome.ts';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { proposeOutcome } from '../../../src/application/payments/propose-outcome.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import type { Claim, ClaimKey } from '../../../src/domain/kernel/claim.ts';
import type { PaymentId } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { ATTENTION_INTERVAL_MS } from '../../../src/domain/payments/attention.ts';
import type { ModificationRequest } from '../../../src/domain/payments/modification.ts';
import type { Payment } from '../../../src/domain/payments/payment.ts';
import type { Processor, Verdict } from '../../../src/ports/processor.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { aMerchantId, digests, NOON, origin, terms } from '../../fixtures/changes.ts';
import { aResolver } from '../../fixtures/exceptions.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { plainResponseEncoder } from '../../fixtures/plain-responses.ts';
import { aVault } from '../../fixtures/vault.ts';
import { aProcess, type Process } from '../faulty-process.ts';
import { inSteps, ledgerOf } from '../payments/outside.ts';
import type { Failed, Sent, World } from '../trial.ts';
import { endFaults, endText } from './ending.ts';
import type { About, Person, Request, Scenario } from './scenarios.ts';

const CHARGED = 2_500n;
const MOVED = 400n;
const PEOPLE = {
  ann: aResolver('okta|ann', 'ann@x.com'),
  bob: aResolver('okta|bob', 'bob@x.com'),
  carl: aResolver('okta|carl', 'carl@x.com'),
} as const satisfies Record<Person, unknown>;
const lost = { kind: 'StorageUnavailable', cause: 'the reply was lost' } as const;

const MODIFICATIONS = {
  capture: { type: 'capture', amount: MOVED, final: false },
  refund: { type: 'refund', amount: MOVED },
  void: { type: 'void' },
} as const satisfies Record<Exclude<About, 'charge'>, ModificationRequest>;

/** Refusals that a person is given for good, as the other person was quicker or the rule is so. */
const REFUSALS: readonly string[] = [
  'NotInAttention',
  'NothingProposed',
  'ResolutionPending',
  'SelfConfirmation',
  'VersionMismatch',
];

let worlds = 0;

/** One payment in attention of a merchant of its own, and the people who say what became of it. `recounts`: ledger and summaries, too. */
export async function resolutionsWorld(
  storage: Storage,
  scenario: Scenario,
  recounts: boolean,
): Promise<World<Request, Responded>> {
  const { about, request: opening, rival, corrected = false } = scenario;
  const name = `resolved-${++worlds}`;
  const merchantId = aMerchantId(name);
  await addMerchants(storage, [aMerchant(name)]);
  let now = NOON;
  const clock = { now: () => now };
  const vault = aVault(clock);
  const simulated = simulatedProcessor(ledgerOf(storage), clock);
  let asked: string[] = [];
  let isRight = false;
  /** Does what it is asked and says nothing; its record is of another amount, until it is right. */
  const processor: Processor = {
    ...simulated,
    charge: (order) => {
      asked.push('charge');
      return simulated.charge(order);
    },
    move: (order) => {
      asked.push(order.type);
      return simulated.move(order).andThen(() => errAsync({ kind: 'ProcessorOutcomeUnknown' as const }));
    },
    lookup: () => okAsync(record()),
  };
  const record = (): Verdict => {
    const whole = about === 'charge' || about === 'void' ? CHARGED : MOVED;
    return {
      approved: true,
      amount: money(isRight ? whole : whole - 1n, 'USD'),
      processorId: 'ch_1',
      responseCode: '00',
      responseText: 'Approved',
      processedAt: NOON,
    };
  };
  const portsOf = (process: Process) => {
    const ports = inSteps(process, { storage, processor, merchantId });
    const { payments } = storage;
    return {
      ...ports,
      payments: {
        ...ports.payments,
        historyOf: (...args: Parameters<typeof payments.historyOf>) =>
          process.call('find history', () => payments.historyOf(...args), lost),
      },
      responses: plainResponseEncoder,
      clock,
      ids: systemIds,
      digests,
      vault,
    };
  };

  const { id, waiting } = await inAttention();
  asked = [];
  const find = async () => (await storage.payments.find(merchantId, id))._unsafeUnwrap();
  const claimOf = async (key: ClaimKey): Promise<Claim | undefined> =>
    (await storage.claims.find(key, now))._unsafeUnwrap();
  const claimKeyOf = ({ request, key }: Sent<Request>): ClaimKey => ({
    merchantId,
    operation: request.type === 'propose' ? 'propose_outcome' : 'confirm_outcome',
    key,
  });

  async function inAttention(): Promise<{ id: PaymentId; waiting: ClaimKey }> {
    const ports = portsOf(aProcess());
    const paying = {
      merchantId,
      idempotencyKey: 'payment',
      amount: money(CHARGED, 'USD'),
      paymentMethod: about === 'charge' ? 'test_timeout_approved' : 'card',
      captureMethod: about === 'capture' || about === 'void' ? ('manual' as const) : ('automatic' as const),
      origin,
    };
    const paid = (await processPayment(ports, terms)(paying))._unsafeUnwrap();
    const paymentId = paid.response.split(' ')[1] as PaymentId;
    if (about !== 'charge') {
      const modification = MODIFICATIONS[about];
      const modifying = { merchantId, paymentId, idempotencyKey: 'modification', modification, origin };
      (await modifyPayment(ports, terms)(modifying))._unsafeUnwrap();
    }
    now += ATTENTION_INTERVAL_MS;
    (await recoverPayments(ports, terms)(100))._unsafeUnwrap();
    now += ATTENTION_INTERVAL_MS;
    return about === 'charge'
      ? { id: paymentId, waiting: { merchantId, operation: 'process', key: 'payment' } }
      : { id: paymentId, waiting: { merchantId, operation: about, key: 'modification' } };
  }

  /** The version that a person saw who confirms, which each repeat of the request names again. */
  const seen = new Map<string, number>();
  const replies = new Map<string, Set<string>>();
  let isSent = false;

  function serve(process: Process, sent: Sent<Request>): ResultAsync<Responded, Failed> {
    const { request, key } = sent;
    const ports = portsOf(process);
    const by = PEOPLE[request.by];
    const from = { ...origin, actor: { id: by.id, type: 'user' as const } };
    const asking = { merchantId, paymentId: id, origin: from };
    const once = {
      key: claimKeyOf(sent),
      requestId: origin.requestId,
      payload: { key },
      respond: ({ status, version }: Payment) => `${status} v${version}`,
    };
    isSent ||= request === opening;
    isRight = corrected && isSent;
    if (request.type === 'propose') {
      const { outcome, replaces } = request;
      const proposing = { outcome, replaces, reason: 'They wrote so', by };
      return commitUnderKey(ports, terms)<Payment, Failed>(once, (claimWith) =>
        proposeOutcome(ports)({ ...asking, proposing }, claimWith),
      );
    }
    return storage.payments.find(merchantId, id).andThen(({ version }) => {
      seen.set(key, seen.get(key) ?? version);
      const expectedVersions = [seen.get(key) ?? version];
      return workUnderKey(
        ports,
        terms,
      )<Payment, Failed>({
        ...once,
        work: (begun) => confirmOutcome(ports, terms)({ ...asking, by, expectedVersions }, begun),
      });
    });
  }

  return {
    leaseMs: terms.leaseMs,
    pass(lengthMs) {
      now += lengthMs;
    },
    beginOutage: () => {},
    endOutage: () => {},
    serve,
    recover: (process) => {
      now += ATTENTION_INTERVAL_MS;
      return recoverPayments(portsOf(process), terms)(100);
    },
    replied({ key }, reply: Result<Responded, Failed>) {
      if (reply.isOk()) replies.set(key, (replies.get(key) ?? new Set()).add(reply.value.response));
    },
    meaningOf: ({ kind }) => {
      if (REFUSALS.includes(kind)) return 'answer';
      if (kind === 'IdempotencyInFlight') return 'in flight';
      return kind === 'ProcessorBeingAsked' ? 'come back' : 'defect';
    },
    traces: async (sent) => `v${(await find()).version} ${(await claimOf(claimKeyOf(sent)))?.state}`,
    isOpen: async () => isRight && (await claimOf(waiting))?.state !== 'completed',
    heldForMs: () => Promise.resolve(0),
    endFaults: async (sent) => {
      const scene = { storage, merchantId, id, waiting, now };
      const end = await endText(scene);
      const isAlone = rival === undefined && !corrected && !end.includes('refused');
      return [
        ...(scenario.ends.includes(end) ? [] : [`it ended ${end}`]),
        ...asked.map((call) => `the processor was asked for a ${call} again`),
        ...[...replies].flatMap(([key, texts]) =>
          texts.size === 1 ? [] : [`${key} was given ${[...texts].join(' and ')}`],
        ),
        ...(isAlone ? sent.filter(({ key }) => !replies.has(key)) : []).map(
          ({ key }) => `${key} was refused in the end`,
        ),
        ...(await endFaults(scene, recounts)),
      ];
    },
  };
}
