import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { DEFAULT_EVENT_SOURCES } from '../../src/application/approvals/approval-rules.ts';
import { composeApprovals } from '../../src/composition/compose-service.ts';
import { APPROVALS_TOKENS } from '../../src/composition/tokens.ts';
import { DEFAULT_THRESHOLDS } from '../../src/domain/approvals/fraud.ts';
import { defaultFraudRules } from '../../src/domain/approvals/fraud-rules.ts';
import { DEFAULT_POLICY } from '../../src/domain/approvals/policy.ts';
import { approvalsApp } from '../../src/entrypoints/http/approvals/approvals-app.ts';
import { tokenVerifier } from '../../src/entrypoints/http/server/authenticate.ts';
import { clientAddressBehind } from '../../src/entrypoints/http/server/client-address.ts';
import { jsonLogger } from '../../src/entrypoints/http/server/logger.ts';
import { platformMetrics } from '../../src/entrypoints/http/server/metrics.ts';
import { startRecovery } from '../../src/entrypoints/worker/recovery.ts';
import { startRelay } from '../../src/entrypoints/worker/relay.ts';
import type { ReceivedApproval } from '../../src/ports/approvals/approval-queue.ts';
import { aColleague, aWorkEvent, told } from '../support/approvals-app.ts';
import { type ApprovalsStorageKind, everyApprovalsStorage } from '../support/approvals-storages.ts';
import { eventually } from '../support/eventually.ts';
import { AUDIENCE, ISSUER, SECRET } from '../support/http-app.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

/** All of approvals as it is composed, its workers running, until the test is over. `stop` drains it before. */
async function running({ place }: ApprovalsStorageKind) {
  const approvals = composeApprovals({
    storage: await place(),
    secret: SECRET,
    rules: {
      policy: DEFAULT_POLICY,
      thresholds: DEFAULT_THRESHOLDS,
      claims: { keepResponsesMs: 86_400_000 },
      payouts: { leaseMs: 400 },
      eventSources: DEFAULT_EVENT_SOURCES,
    },
    fraudRules: defaultFraudRules([500_000n]),
    processorTimeoutMs: 200,
    payoutsFile: ':memory:',
    queue: { kind: 'storage' },
    bus: { kind: 'storage' },
  });
  const useCases = approvals.get(APPROVALS_TOKENS.useCases);
  const log = jsonLogger({ level: 'silent' });
  const app = approvalsApp({
    ...useCases,
    authenticate: tokenVerifier({ kind: 'hs256', secret: SECRET, issuer: ISSUER, audience: AUDIENCE }),
    metrics: platformMetrics(),
    noteFailedAuthentication: () => {},
    log,
    corsOrigins: [],
    clientAddress: clientAddressBehind([]),
    newRequestId: randomUUID,
  });
  const workers = [
    startRelay({ ...approvals.get(APPROVALS_TOKENS.relay), log }),
    startRecovery({ name: 'payout recovery', recover: useCases.recoverPayouts, log }),
  ];
  let stopped: Promise<unknown> | undefined;
  const stop = () => {
    stopped ??= Promise.all(workers.map((worker) => worker.stop()));
    return stopped;
  };
  onTestFinished(async () => {
    await stop();
    await approvals.release();
  });
  const { approvalQueue, eventBus } = approvals.get(APPROVALS_TOKENS.openStorage).storage;
  const received: ReceivedApproval[] = [];
  const published = async () => (await eventBus.newest(100))._unsafeUnwrap().toReversed();
  return {
    stop,
    storage: approvals.get(APPROVALS_TOKENS.openStorage).storage,
    paid: () => approvals.get(APPROVALS_TOKENS.payoutLedger).paid(),
    /** All that the queue has given so far. */
    queued: async () => {
      received.push(...(await approvalQueue.receive(10, Date.now()))._unsafeUnwrap());
      return received;
    },
    published,
    /** The first event of the type about the payment, once the bus has it. */
    event: (type: string, paymentId?: string) =>
      eventually(async () => {
        const found = (await published()).find(
          (each) => each.type === type && (paymentId ?? each.paymentId) === each.paymentId,
        );
        if (found === undefined) throw new Error(`no ${type}`);
        return found;
      }),
    source: await aColleague(app.request, 'incident-service', 'system'),
    dispatcher: await aColleague(app.request, 'dispatcher-1', 'dispatcher'),
    admin: await aColleague(app.request, 'admin-1', 'admin'),
  };
}

describe.each(kinds)('from completed work to paid vendor, by events alone, on $name', (kind) => {
  it('goes once through queue and bus, however often the event of the work comes', async () => {
    const { source, dispatcher, admin, queued, published, event, paid, stop, storage } = await running(kind);
    const work = aWorkEvent();
    const { incidentId, vendorId, workDetails } = work.detail as Readonly<Record<string, unknown>>;
    const responses = await Promise.all(
      [work, work, aWorkEvent({ incidentId, vendorId })].map((each) => source.post('/events', each)),
    );
    expect(responses.map(({ status }) => `${status}`).toSorted()).toEqual(['200', '200', '201']);

    const created = await event('PaymentCreated');
    await eventually(async () => expect(await queued()).toHaveLength(1));
    const [first] = await queued();
    const { body, attributes } = first?.message ?? {};
    const amountCents = 13_550;
    const { awaited, ...payment } = await told<{ createdAt: string; awaited: object }>(
      dispatcher.get(`/payments/${created.paymentId}`),
      200,
    );
    expect(body).toEqual({
      paymentId: created.paymentId,
      incidentId,
      vendorId,
      amountCents,
      createdAt: payment.createdAt,
      workDetails,
    });
    expect(attributes).toEqual({ paymentId: created.paymentId, incidentId, priority: 'normal' });
    expect(created.data).toEqual(payment);
    expect(awaited).toEqual({ tier: 0, approvals: 1, roles: ['dispatcher', 'admin'] });
    expect(payment).toMatchObject({
      payerType: 'back_office',
      currency: 'USD',
      createdBy: 'incident-service',
      lineItems: [
        { description: 'Towing - Base Service', quantity: 1, totalCents: 10_000 },
        { description: 'Mileage Charge', quantity: 1, totalCents: 2_050 },
        { description: 'Winch', quantity: 1, totalCents: 1_500 },
      ],
      metadata: {
        workCompletedAt: '2026-03-01T11:55:00.000Z',
        serviceType: 'Towing',
        duration: 45,
        photoCount: 1,
      },
    });

    // From here on everybody acts on what queue and bus have told them.
    await told(dispatcher.post(`/payments/${body?.paymentId}/approve`), 200);
    const approved = await event('PaymentApproved');
    await told(admin.post(`/payments/${approved.paymentId}/process`), 200);
    expect((await event('PaymentCompleted')).data).toMatchObject({ status: 'completed', amountCents });
    expect(paid()).toMatchObject([{ reference: created.paymentId, vendorId, cents: 13_550n }]);

    await stop();
    expect((await storage.outbox.backlog())._unsafeUnwrap()).toEqual({ unsent: 0, parked: 0 });
    expect((await published()).map(({ type }) => type)).toEqual([
      'PaymentCreated',
      'PaymentApproved',
      'PaymentCompleted',
    ]);
    expect(await queued()).toHaveLength(1);
  });

  it('publishes what was rejected, refused by the bank and suspected', async () => {
    const { source, dispatcher, admin, event, queued } = await running(kind);
    const create = async (detail: object): Promise<string> => {
      const response = await told<{ payment: { paymentId: string } }>(
        source.post('/events', aWorkEvent({ ...detail })),
        201,
      );
      return response.payment.paymentId;
    };
    const rejected = await create({});
    await told(dispatcher.post(`/payments/${rejected}/reject`, { reason: 'Not done' }), 200);
    expect((await event('PaymentRejected', rejected)).data).toMatchObject({ rejectedReason: 'Not done' });

    const refused = await create({ vendorId: '00000000-0000-4000-8000-000000000001' });
    await told(dispatcher.post(`/payments/${refused}/approve`), 200);
    await told(admin.post(`/payments/${refused}/process`), 200);
    expect((await event('PaymentFailed', refused)).data).toMatchObject({ status: 'failed' });

    const vendorId = randomUUID();
    const suspicious = { vendorId, pricing: { basePrice: 400_000, mileageCharge: 100_000 } };
    let last = '';
    for (let each = 0; each < 6; each += 1) last = await create(suspicious);
    const { data } = await event('FraudDetected', last);
    expect(data).toMatchObject({ fraudStatus: 'flagged', fraudScore: expect.any(Number) });
    await eventually(async () => {
      const message = (await queued()).find(({ message: { body } }) => body.paymentId === last)?.message;
      expect(message?.attributes.priority).toBe('high');
    });
    expect((await dispatcher.post(`/payments/${last}/approve`)).status).toBe(403);
    await told(admin.post(`/payments/${last}/approve`), 200);
  });

  it('pays in the end when the bank pays without an answer', async () => {
    const { source, dispatcher, admin, event, paid } = await running(kind);
    const vendorId = '00000000-0000-4000-8000-000000000003';
    const { payment } = await told<{ payment: { paymentId: string } }>(
      source.post('/events', aWorkEvent({ vendorId })),
      201,
    );
    const path = `/payments/${payment.paymentId}`;
    await told(dispatcher.post(`${path}/approve`), 200);
    expect(await told(admin.post(`${path}/process`), 200)).toMatchObject({ status: 'processing' });
    await event('PaymentCompleted', payment.paymentId);
    expect(await told(admin.get(path), 200)).toMatchObject({ status: 'completed' });
    expect(paid()).toHaveLength(1);
  });
});
