import { okAsync } from 'neverthrow';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { simulatedProcessor } from '../../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import type { ModifyPaymentRequest } from '../../../src/application/payments/modify-payment.ts';
import type { UseCases } from '../../../src/application/use-cases.ts';
import { composePlatform } from '../../../src/composition/compose-service.ts';
import type { PlacedStorage } from '../../../src/composition/storage-settings.ts';
import { TOKENS } from '../../../src/composition/tokens.ts';
import { ANOMALY_RULES } from '../../../src/domain/audit/anomalies.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import {
  countedRecovery,
  measuredProcessor,
  measuredUseCases,
  watchParts,
} from '../../../src/entrypoints/cli/measure.ts';
import { platformMetrics } from '../../../src/entrypoints/http/server/metrics.ts';
import { aMerchantId, fileTerms } from '../../fixtures/changes.ts';
import { plainEncoders } from '../../fixtures/plain-responses.ts';
import { noConfig } from '../../fixtures/vault.ts';
import { postgresServer } from '../../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

const platformOn = (storage: PlacedStorage) =>
  composePlatform(
    {
      storage,
      secret: 's'.repeat(32),
      keys: { kind: 'given', ring: [{ id: 'test', secret: Buffer.alloc(32, 7).toString('base64url') }] },
      anomalyRules: ANOMALY_RULES,
      fileTerms,
      claimTerms: { leaseMs: 30_000, keepResponsesMs: 86_400_000 },
      processor: { kind: 'simulator' },
      processorTimeoutMs: 10_000,
      authorizationMarginMs: 43_200_000,
      webhooks: { allowLoopbackHttp: true, disableAfterMs: 3_600_000 },
      simulatorFile: ':memory:',
      objects: { kind: 'folder', folder: ':memory:' },
    },
    plainEncoders,
  );

describe('what /metrics measures of the running parts', () => {
  it('is the state of the circuit to the processor', async () => {
    const platform = platformOn({ kind: 'memory' });
    const metrics = platformMetrics();
    watchParts(platform, metrics);

    const text = await metrics.registry.metrics();

    expect(text).toContain('paywright_processor_circuit{state="closed"} 1');
    expect(text).toContain('paywright_processor_circuit{state="open"} 0');
    expect(text).not.toContain('paywright_postgres_connections');
    await platform.release();
  });

  it('is how the pool of Postgres stands at each scrape', async () => {
    const url = await server.newDatabase();
    const platform = platformOn({ kind: 'postgres', at: { kind: 'url', url } });
    const metrics = platformMetrics();
    watchParts(platform, metrics);

    expect(await metrics.registry.metrics()).toContain('paywright_postgres_connections{state="idle"} 0');
    (await platform.get(TOKENS.openStorage).storage.health.check())._unsafeUnwrap();

    const text = await metrics.registry.metrics();
    expect(text).toContain('paywright_postgres_connections{state="in_use"} 0');
    expect(text).toContain('paywright_postgres_connections{state="idle"} 1');
    expect(text).toContain('paywright_postgres_connections{state="waiting"} 0');
    await platform.release();
  });

  it('is what recovery made of open payments', async () => {
    const metrics = platformMetrics();
    const recover = countedRecovery(
      () => okAsync({ due: 6, settled: 3, waiting: 2, skipped: 1, stuck: 0 }),
      metrics,
    );

    await recover(100);
    await recover(100);

    const text = await metrics.registry.metrics();
    expect(text).toContain('paywright_recovery_payments_total{outcome="settled"} 6');
    expect(text).toContain('paywright_recovery_payments_total{outcome="waiting"} 4');
    expect(text).toContain('paywright_recovery_payments_total{outcome="skipped"} 2');
  });

  it('is how long each use case and each call to the processor took, by how it ended', async () => {
    const metrics = platformMetrics();
    const processor = simulatedProcessor(simulatorLedger(':memory:'), { now: () => 0 });
    const timed = measuredProcessor(processor, metrics);
    const order = { reference: 'txn_1', charge: 'pay_1', merchantId: aMerchantId(), config: noConfig };
    await timed.move({ ...order, type: 'void', amount: money(1n, 'USD'), final: true });
    await timed.lookup({ ...order, reference: 'txn_2' });
    const useCases = {
      modifyPayment: () => okAsync({ response: '', replayed: false }),
    } as unknown as UseCases;
    await measuredUseCases(useCases, metrics).modifyPayment({} as ModifyPaymentRequest);

    const text = await metrics.registry.metrics();
    expect(text).toContain('paywright_processor_seconds_count{call="move",outcome="ok"} 1');
    expect(text).toContain(
      'paywright_processor_seconds_count{call="lookup",outcome="ProcessorHasNoRecord"} 1',
    );
    expect(text).toContain('paywright_use_case_seconds_count{use_case="modify_payment",outcome="ok"} 1');
  });
});
