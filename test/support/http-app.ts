import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { errAsync } from 'neverthrow';
import { givenRing } from '../../src/adapters/keys/given-ring.ts';
import type { RingSource } from '../../src/adapters/keys/ring.ts';
import { ringKeys } from '../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../src/adapters/keys/vault.ts';
import { memoryApprovalsStorage } from '../../src/adapters/memory/approvals/storage.ts';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemApprovalIds } from '../../src/adapters/system/approval-ids.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { systemDigests } from '../../src/adapters/system/digests.ts';
import { systemEmailSpellings } from '../../src/adapters/system/email-spellings.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { systemTimeZones } from '../../src/adapters/system/time-zones.ts';
import { systemWebhookSecrets } from '../../src/adapters/system/webhook-secrets.ts';
import { httpWebhookSender } from '../../src/adapters/webhooks/sender.ts';
import { ACCEPT_WORK } from '../../src/application/disputes/accept-dispute.ts';
import { closeAccepted } from '../../src/application/disputes/close-accepted.ts';
import { disputeRows } from '../../src/application/disputes/dispute-rows.ts';
import { DISPUTE_WORK } from '../../src/application/disputes/queue-dispute.ts';
import { recordDispute } from '../../src/application/disputes/record-dispute.ts';
import { COMPARISON_WORK, comparePayments } from '../../src/application/files/compare-payments.ts';
import { exportWork } from '../../src/application/files/export-work.ts';
import { RECONCILIATION_WORK, reconcileFile } from '../../src/application/files/reconcile-file.ts';
import { JOB_TERMS, runJobs } from '../../src/application/files/run-jobs.ts';
import { runSchedules, SCHEDULE_WORK } from '../../src/application/files/run-schedules.ts';
import { EXPORT_WORKS } from '../../src/application/files/start-export.ts';
import { useCases } from '../../src/application/use-cases.ts';
import { ANOMALY_RULES } from '../../src/domain/audit/anomalies.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { servedSystem } from '../../src/entrypoints/cli/serve-system.ts';
import { exportEncoder } from '../../src/entrypoints/files/export-encoder.ts';
import { httpTransferResponseEncoder } from '../../src/entrypoints/http/ledger/transfers.ts';
import { metricsText } from '../../src/entrypoints/http/operation/operation.ts';
import { httpResponseEncoder } from '../../src/entrypoints/http/payments/stored-responses.ts';
import { type PlatformAppParts, platformApp } from '../../src/entrypoints/http/platform-app.ts';
import { tokenVerifier } from '../../src/entrypoints/http/server/authenticate.ts';
import { clientAddressBehind } from '../../src/entrypoints/http/server/client-address.ts';
import { jsonLogger } from '../../src/entrypoints/http/server/logger.ts';
import { platformMetrics } from '../../src/entrypoints/http/server/metrics.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Processor } from '../../src/ports/processor.ts';
import type { ProcessorDisputes } from '../../src/ports/processor-disputes.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { fileTerms } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { describedApp } from './described-app.ts';
import { temporaryFiles } from './objects.ts';

export const SECRET = 'a secret of this test and of nothing else in the world';
export const ISSUER = 'https://issuer.test';
export const AUDIENCE = 'paywright';

/** How long keys are leased and kept on a platform of these tests. */
export const terms = { leaseMs: 30_000, keepResponsesMs: 86_400_000 };

/** A ring of one key, the same wherever it is made. */
export const aRing = (): RingSource =>
  givenRing([{ id: 'test', secret: Buffer.alloc(32, 7).toString('base64url') }]);

const noDisputes: ProcessorDisputes = {
  find: () => errAsync({ kind: 'ProcessorHasNoRecord' }),
  accept: () => errAsync({ kind: 'DisputeNotClosed' }),
};

export type PlatformParts = Readonly<{
  clock?: Clock;
  /** In place of a simulated one of its own. */
  processor?: Processor;
  /** Absent: no processor has any dispute. */
  processorDisputes?: ProcessorDisputes;
  ring?: RingSource;
  app?: Partial<PlatformAppParts>;
}>;

/** The platform over a storage as it is, its use cases, and what went to its log, line by line. */
export function aPlatform(storage: Storage, parts: PlatformParts = {}) {
  const { clock = systemClock, ring = aRing(), processorDisputes = noDisputes } = parts;
  const secretKeys = ringKeys(ring);
  const files = temporaryFiles(clock);
  const common = { clock, digests: systemDigests(SECRET) };
  const ports = {
    ...storage,
    ...common,
    processor: parts.processor ?? simulatedProcessor(simulatorLedger(':memory:'), clock),
    responses: httpResponseEncoder,
    transferResponses: httpTransferResponseEncoder,
    exportEncoder,
    ids: systemIds,
    timeZones: systemTimeZones,
    signedTokens: systemSignedTokens(SECRET),
    secretKeys,
    keyRotation: ring.rotation,
    vault: localVault(secretKeys, clock),
    webhookSecrets: systemWebhookSecrets,
    emailSpellings: systemEmailSpellings,
    webhookSender: httpWebhookSender({ allowLoopbackHttp: true }),
    ...files,
  };
  const lines: string[] = [];
  const cases = useCases(ports, {
    claims: terms,
    anomalies: ANOMALY_RULES,
    files: fileTerms,
    authorizationMarginMs: 43_200_000,
  });
  const metrics = platformMetrics();
  const approvals = memoryApprovalsStorage();
  const app = platformApp({
    ...cases,
    health: storage.health,
    authenticate: tokenVerifier({ kind: 'hs256', secret: SECRET, issuer: ISSUER, audience: AUDIENCE }),
    metrics,
    system: servedSystem({
      platform: ports,
      approvals: { ...approvals, ...common, approvalIds: systemApprovalIds },
      queue: approvals.approvalQueue,
      circuit: () => 'closed',
    }),
    readable: { access: { kind: 'open' }, read: () => metricsText(metrics) },
    noteFailedAuthentication: () => {},
    log: jsonLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
    corsOrigins: [],
    clientAddress: clientAddressBehind([]),
    newRequestId: randomUUID,
    ...parts.app,
  });
  const works = new Map([
    ...EXPORT_WORKS.map((work) => [work, exportWork(ports)] as const),
    [SCHEDULE_WORK, runSchedules(ports)],
    [RECONCILIATION_WORK, reconcileFile(ports, [disputeRows({ ...ports, processorDisputes })])],
    [DISPUTE_WORK, recordDispute({ ...ports, processorDisputes })],
    [ACCEPT_WORK, closeAccepted({ ...ports, processorDisputes })],
    [COMPARISON_WORK, comparePayments(ports)],
  ]);
  const jobs = runJobs(ports, works, { ...JOB_TERMS, holder: randomUUID() });
  return {
    app: describedApp(app),
    useCases: cases,
    lines,
    files,
    ports,
    /** What it shows operators of approvals is of here. */
    approvals,
    /** A turn of every job that is due. */
    work: async () => (await jobs(100))._unsafeUnwrap(),
  };
}

/**
 * The platform, on memory storage unless another is given, with merchants `merchant-1` and `merchant-2` active, `limited`
 * (at most 1000) and `suspended`; and what went to its log, line by line.
 */
export async function anHttpApp(
  parts: Partial<PlatformAppParts> = {},
  storage: Storage = memoryStorage(),
  ring: RingSource = aRing(),
) {
  const merchants = [
    aMerchant('merchant-1'),
    aMerchant('merchant-2'),
    aMerchant('limited', { rateLimits: { maxPaymentAmount: 1_000n } }),
    aMerchant('suspended', { status: 'suspended' }),
  ];
  await addMerchants(storage, merchants);
  return { ...aPlatform(storage, { ring, app: parts }), storage };
}

/** Claims of a good token; `undefined` takes one away. */
export const goodClaims = (rest: Readonly<Record<string, unknown>> = {}) => {
  const now = Math.floor(Date.now() / 1_000);
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'user-1',
    merchant_id: 'merchant-1',
    permissions: ['payments'],
    iat: now,
    exp: now + 600,
    ...rest,
  };
};

export const aToken = (rest: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  new SignJWT(goodClaims(rest)).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET));

export const aPaymentBody = (rest: Readonly<Record<string, unknown>> = {}) => ({
  amount: 1250,
  currency: 'USD',
  payment_method: 'card',
  ...rest,
});

type RequestLike = Readonly<{
  method?: string;
  headers?: Record<string, string>;
  body?: RequestInit['body'];
}>;

/** A request with a good token and, when there is a body, the JSON content type, unless `headers` say otherwise. */
export async function aRequest({ method, headers, body }: RequestLike = {}): Promise<RequestInit> {
  return {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${await aToken()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...present({ body }),
  };
}
