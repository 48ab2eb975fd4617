import type { ServiceIdentifier } from 'inversify';
import { ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { composePlatform } from '../src/composition/compose-service.ts';
import type { ProcessorSettings } from '../src/composition/processors.ts';
import type { PlacedStorage } from '../src/composition/storage-settings.ts';
import { TOKENS } from '../src/composition/tokens.ts';
import { ANOMALY_RULES } from '../src/domain/audit/anomalies.ts';
import { plainEncoders } from './fixtures/plain-responses.ts';

/** Nothing listens at any of these: what is put together here must not need to be answered. */
const STORAGES: readonly (readonly [name: string, storage: PlacedStorage])[] = [
  ['memory', { kind: 'memory' }],
  ['postgres', { kind: 'postgres', at: { kind: 'url', url: 'postgres://nobody@127.0.0.1:1/none' } }],
  [
    'postgres on Aurora',
    {
      kind: 'postgres',
      at: {
        kind: 'aurora',
        secretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:db',
        host: '127.0.0.1',
        port: 1,
        database: 'none',
        region: 'eu-central-1',
      },
    },
  ],
  [
    'dynamodb',
    {
      kind: 'dynamodb',
      table: 'paywright',
      region: 'eu-central-1',
      at: { kind: 'endpoint', url: 'http://127.0.0.1:1' },
    },
  ],
  ['dynamodb on AWS', { kind: 'dynamodb', table: 'paywright', region: 'eu-central-1', at: { kind: 'aws' } }],
];

const platformOn = (storage: PlacedStorage, processor: ProcessorSettings = { kind: 'simulator' }) =>
  composePlatform(
    {
      storage,
      secret: 's'.repeat(32),
      keys: { kind: 'given', ring: [{ id: 'test', secret: 'k'.repeat(43) }] },
      anomalyRules: ANOMALY_RULES,
      fileTerms: { keepFilesMs: 86_400_000 },
      claimTerms: { leaseMs: 30_000, keepResponsesMs: 86_400_000 },
      processor,
      processorTimeoutMs: 10_000,
      authorizationMarginMs: 43_200_000,
      webhooks: { allowLoopbackHttp: true, disableAfterMs: 3_600_000 },
      simulatorFile: ':memory:',
      objects: { kind: 'folder', folder: ':memory:' },
    },
    plainEncoders,
  );

it('has results by promises alone', () => {
  const own = Object.getOwnPropertyDescriptor(ResultAsync.prototype, 'map') ?? {};
  const other = { ...own, value: () => undefined };
  void Object.defineProperty(ResultAsync.prototype, 'map', other);
  try {
    platformOn({ kind: 'memory' });
    expect(Object.getOwnPropertyDescriptor(ResultAsync.prototype, 'map')?.value).not.toBe(other.value);
  } finally {
    void Object.defineProperty(ResultAsync.prototype, 'map', own);
  }
});

describe.each(STORAGES)('composition on %s', (_, storage) => {
  it.each(Object.entries(TOKENS))('makes one %s', async (_name, token: ServiceIdentifier) => {
    const platform = platformOn(storage);
    const made = platform.get(token);
    expect(made).toBeDefined();
    expect(platform.get(token)).toBe(made);
    await platform.release();
  });

  it('binds every port to the one storage that was opened', async () => {
    const platform = platformOn(storage);
    const opened = platform.get(TOKENS.openStorage);
    expect(platform.get(TOKENS.ports).payments).toBe(opened.storage.payments);
    expect(opened.storage.health.name).toBe(storage.kind);
    await platform.release();
  });

  it('releases what it opened, and what it never opened', async () => {
    const opened = platformOn(storage);
    opened.get(TOKENS.useCases);
    await opened.release();
    await platformOn(storage).release();
  });
});

it.each([
  [{ kind: 'simulator' }, { card: true, pm_card_visa: false }],
  [
    { kind: 'simulator', stripe: { secretKey: 'sk_test_x' } },
    { card: true, pm_card_visa: true },
  ],
  [
    { kind: 'stripe', stripe: { secretKey: 'sk_test_x' } },
    { card: false, pm_card_visa: true },
  ],
] as const)('puts the processors that are set behind the port: %o', async (processor, accepted) => {
  const platform = platformOn({ kind: 'memory' }, processor);
  const { processor: composed } = platform.get(TOKENS.ports);
  for (const [method, is] of Object.entries(accepted)) expect(composed.accepts(method)).toBe(is);
  await platform.release();
});

it('lets the processor’s books go on release', async () => {
  const platform = platformOn({ kind: 'memory' });
  const ledger = platform.get(TOKENS.simulatorLedger);
  expect(ledger.charges().size).toBe(0);
  await platform.release();
  expect(() => ledger.charges()).toThrow();
});
