import { payoutLedger } from '../../src/adapters/processor/payout-ledger.ts';
import { simulatedPayouts } from '../../src/adapters/processor/payout-simulator.ts';
import { readStripeEvent } from '../../src/adapters/stripe/notifications.ts';
import { systemApprovalIds } from '../../src/adapters/system/approval-ids.ts';
import { systemDigests } from '../../src/adapters/system/digests.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { eventStreams } from '../../src/application/webhooks/event-streams.ts';
import { recordAttempt } from '../../src/domain/webhooks/delivery.ts';
import { servedSystem } from '../../src/entrypoints/cli/serve-system.ts';
import { APPROVALS } from '../../src/entrypoints/http/approvals/approvals-app.ts';
import { wholeApp } from '../../src/entrypoints/http/platform-app.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { Outbox, Outgoing } from '../../src/ports/outbox.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { anApprovalsApp } from '../support/approvals-app.ts';
import { aPlatform, SECRET } from '../support/http-app.ts';
import { handClock } from '../support/relay-workers.ts';
import { aWebhookWorld, EVERY_SHARD } from '../support/webhook-world.ts';
import type { Before } from './corpus-request.ts';
import { disputesOfNewest } from './disputes-of-newest.ts';
import { aProcessorThatHolds } from './holding-processor.ts';
import { CORPUS_SECRET } from './requests/processor-notifications.ts';

/** Ahead of every engine's own clock, so that none of them thinks that something is over and may be forgotten. */
const OPENING = Date.UTC(2045, 2, 1, 12);
const BETWEEN_REQUESTS_MS = 1_000;
const ALL = 100;

/** The connection that every request comes over, as the audit trail keeps it. */
const CONNECTION = { incoming: { socket: { remoteAddress: '203.0.113.7' } } };

/** As under two secrets, the newest first. */
const SIGNATURES = ['a1', 'b2'].map((byte) => ({
  hex: byte.repeat(32),
  base64: Buffer.from(byte.repeat(32), 'hex').toString('base64'),
}));

export type BothServices = Awaited<ReturnType<typeof bothServices>>;

/**
 * Both services behind one address, over storages that are empty but for four merchants, on a clock that moves by a
 * second with each request and by what a request asks to pass before it.
 */
export async function bothServices(storage: Storage, approvalsStorage: ApprovalsStorage, opening = OPENING) {
  const clock = handClock(opening);
  await addMerchants(storage, [
    aMerchant('merchant-1'),
    aMerchant('merchant-2'),
    aMerchant('limited', { rateLimits: { maxPaymentAmount: 1_000n } }),
    aMerchant('suspended', { status: 'suspended' }),
  ]);
  const processor = aProcessorThatHolds(clock);
  const notifications = { stripe: readStripeEvent([CORPUS_SECRET], clock), counted: { inc: () => {} } };
  const processorDisputes = disputesOfNewest(storage);
  const common = { clock, digests: systemDigests(SECRET) };
  const system = {
    ...servedSystem({
      platform: { ...storage, ...common, ids: systemIds },
      approvals: { ...approvalsStorage, ...common, approvalIds: systemApprovalIds },
      queue: approvalsStorage.approvalQueue,
      circuit: () => 'closed',
    }),
    version: '0.1.0',
    node: '24.0.0',
  };
  const platform = aPlatform(storage, {
    clock,
    processor,
    processorDisputes,
    app: { besides: APPROVALS, notifications, eventStreams: eventStreams({ ...storage, clock }), system },
  });
  const payouts = simulatedPayouts(payoutLedger(':memory:'), clock);
  const approvals = anApprovalsApp(approvalsStorage, { ports: { clock, payouts } });
  const app = wholeApp(platform.app, approvals.app);

  return {
    send,
    /** The answer to a request whose double is being charged. */
    async sendBesideItself(request: Request): Promise<Response> {
      const held = processor.hold();
      const first = send(request.clone());
      await held.reached;
      const second = await send(request);
      held.release();
      await first;
      return second;
    },
    async happen(step: Before): Promise<void> {
      if (step === 'payments are recovered') await recoverPayments();
      else if (step === 'payouts are recovered')
        (await approvals.useCases.recoverPayouts(ALL))._unsafeUnwrap();
      else if (step === 'events are relayed') await aWebhookWorld(storage, clock).relay();
      else if (step === 'jobs are done') await platform.work();
      else if (step === 'an event is parked') await parkOldest(storage);
      else if (step === 'an event of approvals is parked') await parkOldest(approvalsStorage);
      else if ('pass' in step) clock.pass(step.pass);
      else await deliver(step.deliveriesAnswer);
    },
  };

  function send(request: Request): Promise<Response> {
    clock.pass(BETWEEN_REQUESTS_MS);
    return Promise.resolve(app.fetch(request, CONNECTION));
  }

  /** One after the other, so that what they write is always in the same order. */
  async function recoverPayments(): Promise<void> {
    for (let due = 1; due > 0; ) due = (await platform.useCases.recoverPayments(1))._unsafeUnwrap().due;
  }

  /** What a worker leaves of every delivery that waits, without a request on any wire. */
  async function deliver(responseCode: number): Promise<void> {
    const now = clock.now();
    const due = (await storage.deliveries.due(EVERY_SHARD, now, ALL))._unsafeUnwrap();
    const made = { at: now, durationMs: 12.5, responseCode, excerpt: `answered ${responseCode}` };
    // One that did not arrive is as a version before left it, without what it was signed with.
    const attempt = responseCode === 503 ? made : { ...made, signatures: SIGNATURES };
    const changes = due.map((delivery) => ({
      expected: delivery.version,
      next: recordAttempt(delivery, attempt, { url: delivery.url, random: 0.5, now }),
    }));
    (await storage.deliveries.save(changes))._unsafeUnwrap();
  }
}

/** As after five tries of the relay. */
async function parkOldest<Event extends Outgoing>({
  outbox,
}: Readonly<{ outbox: Outbox<Event> }>): Promise<void> {
  const [event] = (await outbox.unsent(1))._unsafeUnwrap();
  if (event === undefined) throw new Error('nothing is unsent');
  (await outbox.failed({ ...event, tries: 4 }, 'the sink refused it', 'parked'))._unsafeUnwrap();
}
