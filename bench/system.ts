import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvFiles } from '../src/adapters/csv/csv-files.ts';
import { givenRing } from '../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../src/adapters/keys/secret-keys.ts';
import { localVault } from '../src/adapters/keys/vault.ts';
import { folderObjects } from '../src/adapters/objects/folder.ts';
import { simulatedProcessor } from '../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../src/adapters/processor/simulator-ledger.ts';
import { systemClock } from '../src/adapters/system/clock.ts';
import { systemDigests } from '../src/adapters/system/digests.ts';
import { systemEmailSpellings } from '../src/adapters/system/email-spellings.ts';
import { systemIds } from '../src/adapters/system/ids.ts';
import { systemSignedTokens } from '../src/adapters/system/signed-tokens.ts';
import { systemTimeZones } from '../src/adapters/system/time-zones.ts';
import { systemUtf8 } from '../src/adapters/system/utf8.ts';
import { systemWebhookSecrets } from '../src/adapters/system/webhook-secrets.ts';
import { httpWebhookSender } from '../src/adapters/webhooks/sender.ts';
import { paymentChange } from '../src/application/payments/payment-change.ts';
import type { ProcessPaymentRequest } from '../src/application/payments/process-payment.ts';
import { useCases } from '../src/application/use-cases.ts';
import { ANOMALY_RULES } from '../src/domain/audit/anomalies.ts';
import { openClaim } from '../src/domain/kernel/claim.ts';
import { type MerchantId, parseMerchantId } from '../src/domain/kernel/ids.ts';
import { money } from '../src/domain/kernel/money.ts';
import { openPayment } from '../src/domain/payments/payment.ts';
import { exportEncoder } from '../src/entrypoints/files/export-encoder.ts';
import { httpTransferResponseEncoder } from '../src/entrypoints/http/ledger/transfers.ts';
import { httpResponseEncoder } from '../src/entrypoints/http/payments/stored-responses.ts';
import type { Clock } from '../src/ports/clock.ts';
import type { Change } from '../src/ports/commits.ts';
import type { Storage } from '../src/ports/storage.ts';

const SECRET = 'a secret for benchmarks, of more than 32 bytes';
const terms = { leaseMs: 30_000, keepResponsesMs: 24 * 3_600_000 };
const digests = systemDigests(SECRET);

export const MERCHANTS: readonly MerchantId[] = Array.from({ length: 8 }, (_, n) => {
  const id = parseMerchantId(`merchant-${n}`);
  if (id === undefined) throw new Error('no merchant id');
  return id;
});

export const origin = {
  actor: { id: 'bench', type: 'user' },
  requestId: 'bench',
  ipAddress: '127.0.0.1',
} as const;

let keys = 0;

/** A new payment of a small merchant's webshop, under a key never used before. */
export function aRequest(
  merchantId = MERCHANTS[keys % MERCHANTS.length] as MerchantId,
): ProcessPaymentRequest {
  keys += 1;
  return {
    merchantId,
    idempotencyKey: `order-${process.pid}-${keys}`,
    amount: money(BigInt(1_000 + (keys % 9_000)), 'EUR'),
    paymentMethod: 'card',
    captureMethod: 'automatic',
    description: 'Order from the webshop',
    metadata: { order: String(keys) },
    origin: { ...origin, requestId: `req-${keys}` },
  };
}

/** The commit that puts a new payment on record: payment, claim, audit link, event. */
export function anIntent(merchantId?: MerchantId): Change {
  const { origin, ...order } = aRequest(merchantId);
  const now = systemClock.now();
  const id = systemIds.payment(now);
  const next = openPayment({ ...order, id, createdAt: now });
  if (next.isErr()) throw new Error(next.error.kind);
  const key = { merchantId: order.merchantId, operation: 'process', key: order.idempotencyKey } as const;
  const facts = { fingerprint: digests.fingerprint(id), requestId: origin.requestId, paymentId: id };
  const claim = openClaim(key, facts, { changeId: systemIds.change(now), now }, terms);
  return paymentChange(
    { ids: systemIds, digests },
    { at: now, origin, next: next.value, transactions: [], claim: { expected: 0, next: claim } },
  ).change;
}

/** Of every system that was made; gone at the end. */
const folders: string[] = [];

/** The use cases over a storage, with a processor that answers at once, for merchants that are there. */
export async function systemOver(storage: Storage, clock: Clock = systemClock) {
  const ring = givenRing([{ id: 'bench', secret: Buffer.alloc(32, 'k').toString('base64url') }]);
  const secretKeys = ringKeys(ring);
  const folder = mkdtempSync(join(tmpdir(), 'paywright-bench-'));
  const tokens = systemSignedTokens(SECRET);
  const files = folderObjects({ folder, tokens, clock });
  if (folders.push(folder) === 1)
    process.once('exit', () => {
      for (const each of folders) rmSync(each, { recursive: true, force: true });
    });
  const ports = {
    ...storage,
    processor: simulatedProcessor(simulatorLedger(':memory:'), clock),
    responses: httpResponseEncoder,
    transferResponses: httpTransferResponseEncoder,
    exportEncoder,
    clock,
    ids: systemIds,
    digests,
    signedTokens: tokens,
    secretKeys,
    keyRotation: ring.rotation,
    vault: localVault(secretKeys, clock),
    webhookSecrets: systemWebhookSecrets,
    emailSpellings: systemEmailSpellings,
    webhookSender: httpWebhookSender({ allowLoopbackHttp: true }),
    csvFiles,
    utf8: systemUtf8,
    timeZones: systemTimeZones,
    objects: files.objects,
    objectLinks: files.links,
    leftovers: files.leftovers,
  };
  const does = useCases(ports, {
    claims: terms,
    anomalies: ANOMALY_RULES,
    files: { keepFilesMs: 86_400_000 },
    authorizationMarginMs: 43_200_000,
  });
  for (const id of MERCHANTS) {
    const added = await does.createMerchant({ id, name: id, email: `${id}@example.com`, origin });
    if (added.isErr()) throw new Error(added.error.kind);
  }
  return { storage, ports, ...does };
}

export type System = Awaited<ReturnType<typeof systemOver>>;
