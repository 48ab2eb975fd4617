import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { payoutLedger } from '../../src/adapters/processor/payout-ledger.ts';
import { simulatedPayouts } from '../../src/adapters/processor/payout-simulator.ts';
import { systemApprovalIds } from '../../src/adapters/system/approval-ids.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { systemDigests } from '../../src/adapters/system/digests.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { type ApprovalRules, DEFAULT_EVENT_SOURCES } from '../../src/application/approvals/approval-rules.ts';
import {
  type ApprovalsPorts,
  approvalsUseCases,
} from '../../src/application/approvals/approvals-use-cases.ts';
import { approvalQueueSink, eventBusSink } from '../../src/application/approvals/event-sinks.ts';
import { noteSentEvents } from '../../src/application/approvals/note-sent-events.ts';
import { rulesFraudScorer } from '../../src/application/approvals/score-by-rules.ts';
import { relayEvents } from '../../src/application/outbox/relay-events.ts';
import { DEFAULT_THRESHOLDS } from '../../src/domain/approvals/fraud.ts';
import { defaultFraudRules } from '../../src/domain/approvals/fraud-rules.ts';
import { DEFAULT_POLICY } from '../../src/domain/approvals/policy.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { alarmTo, refusalAlarmTo } from '../../src/entrypoints/cli/telling.ts';
import { approvalsApp } from '../../src/entrypoints/http/approvals/approvals-app.ts';
import { countedPayoutAlarm } from '../../src/entrypoints/http/approvals/approvals-metrics.ts';
import { tokenVerifier } from '../../src/entrypoints/http/server/authenticate.ts';
import { type ClientAddress, clientAddressBehind } from '../../src/entrypoints/http/server/client-address.ts';
import { jsonLogger } from '../../src/entrypoints/http/server/logger.ts';
import { platformMetrics } from '../../src/entrypoints/http/server/metrics.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { OUTBOX_SHARDS } from '../../src/ports/outbox.ts';
import { describedApp } from './described-app.ts';
import { AUDIENCE, aToken, ISSUER, SECRET } from './http-app.ts';

type Parts = Readonly<{
  ports?: Partial<ApprovalsPorts>;
  rules?: Partial<ApprovalRules>;
  clientAddress?: ClientAddress;
  personClaim?: string;
}>;

/**
 * Approvals over a storage as it is, with simulated payouts and stand-ins for queue and bus. `relay` hands over all
 * events that wait; `lines` is what went to the log.
 */
export function anApprovalsApp(storage: ApprovalsStorage = memoryApprovalsStorage(), parts: Parts = {}) {
  const ledger = payoutLedger(':memory:');
  const lines: string[] = [];
  const log = jsonLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  const metrics = platformMetrics();
  const ports: ApprovalsPorts = {
    ...storage,
    clock: systemClock,
    approvalIds: systemApprovalIds,
    digests: systemDigests(SECRET),
    signedTokens: systemSignedTokens(SECRET),
    fraudScorer: rulesFraudScorer(storage, defaultFraudRules([500_000n])),
    payouts: simulatedPayouts(ledger, systemClock),
    refusalAlarm: refusalAlarmTo(log),
    payoutAlarm: countedPayoutAlarm(alarmTo(log), metrics),
    ...parts.ports,
  };
  const useCases = approvalsUseCases(ports, {
    policy: DEFAULT_POLICY,
    thresholds: DEFAULT_THRESHOLDS,
    claims: { keepResponsesMs: 86_400_000 },
    payouts: { leaseMs: 30_000 },
    eventSources: DEFAULT_EVENT_SOURCES,
    ...parts.rules,
  });
  const app = approvalsApp({
    ...useCases,
    authenticate: tokenVerifier({
      kind: 'hs256',
      secret: SECRET,
      issuer: ISSUER,
      audience: AUDIENCE,
      ...present({ personClaim: parts.personClaim }),
    }),
    metrics,
    noteFailedAuthentication: () => {},
    log,
    corsOrigins: [],
    clientAddress: parts.clientAddress ?? clientAddressBehind([]),
    newRequestId: randomUUID,
  });
  const { approvalQueue: queue, eventBus: bus } = memoryApprovalsStorage();
  const sinks = [approvalQueueSink(queue, systemClock), eventBusSink(bus), noteSentEvents(ports)];
  const round = relayEvents({ outbox: storage.outbox, sinks, clock: systemClock });
  const shards = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);
  const relay = async () => (await round(shards))._unsafeUnwrap();
  return { app: describedApp(app), useCases, storage, ledger, queue, bus, relay, lines, metrics };
}

/** A person of the approvals service over HTTP. `role` may be absent, and `claims` may say more. */
export async function aColleague(
  send: (path: string, init: RequestInit) => Response | Promise<Response>,
  sub: string,
  role?: string,
  claims: Readonly<Record<string, unknown>> = {},
) {
  const token = await aToken({ sub, role, merchant_id: undefined, permissions: [], ...claims });
  const call = async (
    method: string,
    path: string,
    body?: object | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> =>
    send(`/approvals${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  return {
    call,
    get: (path: string) => call('GET', path),
    post: (path: string, body?: object | string) => call('POST', path, body),
    patch: (path: string, body: object) => call('PATCH', path, body),
  };
}

export type Colleague = Awaited<ReturnType<typeof aColleague>>;

/** What the answer says, if its status is the one that is wanted. */
export async function told<Body = Readonly<Record<string, unknown>>>(
  answer: Promise<Response> | Response,
  status: number,
): Promise<Body> {
  const response = await answer;
  const text = await response.text();
  expect([response.status, response.status === status ? '' : text]).toEqual([status, '']);
  return JSON.parse(text) as Body;
}

/** A body for `POST /approvals/payments`, of an incident and a vendor of its own. */
export const aVendorPaymentBody = (parts: Readonly<Record<string, unknown>> = {}) => ({
  incidentId: randomUUID(),
  vendorId: randomUUID(),
  payerType: 'back_office',
  amountCents: 12_050,
  lineItems: [
    { description: 'Towing', quantity: 1, unitPriceCents: 10_000 },
    { description: 'Mileage', quantity: 10, unitPriceCents: 205 },
  ],
  ...parts,
});

/** One line of that many cents. */
export const ofCents = (amountCents: number) => ({
  amountCents,
  lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: amountCents }],
});

/** A body for `POST /approvals/events`, of work of its own; `detail` is laid over the event's. */
export function aWorkEvent(
  detail: Readonly<Record<string, unknown>> = {},
  envelope: Readonly<Record<string, unknown>> = {},
) {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'WorkCompleted',
    source: 'roadcall.incident-service',
    account: '123456789012',
    time: '2026-03-01T12:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: {
      incidentId: randomUUID(),
      vendorId: randomUUID(),
      driverId: randomUUID(),
      completedAt: '2026-03-01T11:55:00.000Z',
      workDetails: {
        notes: 'Flat tyre',
        photos: ['https://photos.example/1'],
        serviceType: 'Towing',
        duration: 45,
      },
      pricing: {
        basePrice: 10_000,
        mileageCharge: 2_050,
        additionalCharges: [{ description: 'Winch', amount: 1_500 }],
      },
      ...detail,
    },
    ...envelope,
  };
}
