import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ContainerModule } from 'inversify';
import { type GuardedProcessor, guardedProcessor } from '../adapters/processor/guarded.ts';
import { simulatedProcessor } from '../adapters/processor/simulator.ts';
import { type SimulatorLedger, simulatorLedger } from '../adapters/processor/simulator-ledger.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemDigests } from '../adapters/system/digests.ts';
import { systemIds } from '../adapters/system/ids.ts';
import { systemSeals } from '../adapters/system/seals.ts';
import { getPayment } from '../application/get-payment.ts';
import { listPayments } from '../application/list-payments.ts';
import { processBatch } from '../application/process-batch.ts';
import { type ProcessPorts, processPayment } from '../application/process-payment.ts';
import { recoverPayments } from '../application/recover-payments.ts';
import type { ClaimTerms } from '../domain/claim.ts';
import { httpAnswers } from '../entrypoints/http/answers.ts';
import type { Clock } from '../ports/clock.ts';
import type { Payments } from '../ports/payments.ts';
import type { Processor } from '../ports/processor.ts';
import type { Seals } from '../ports/seals.ts';
import type { PlatformSettings } from './settings.ts';
import { TOKENS } from './tokens.ts';

/** The system's own adapters, the processor and the use cases: all that does not depend on which storage it is. */
export const platformModule = (settings: Omit<PlatformSettings, 'storage'>): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.clock).toConstantValue(systemClock);
    bind(TOKENS.ids).toConstantValue(systemIds);
    bind(TOKENS.answers).toConstantValue(httpAnswers);
    bind(TOKENS.claimTerms).toConstantValue(settings.claimTerms);
    bind(TOKENS.digests).toResolvedValue(() => systemDigests(settings.secret));
    bind(TOKENS.seals).toResolvedValue(() => systemSeals(settings.secret));

    bind(TOKENS.simulatorLedger)
      .toResolvedValue(() => openLedger(settings.simulatorFile))
      .onDeactivation((ledger) => ledger.close());
    const { aroundProcessor = (processor: Processor) => processor, processorTimeoutMs: timeoutMs } = settings;
    bind(TOKENS.guardedProcessor).toResolvedValue(
      (ledger: SimulatorLedger, clock: Clock) => {
        const guard = { timeoutMs, opensAfter: 5, staysOpenMs: timeoutMs };
        return guardedProcessor(simulatedProcessor(ledger, clock), guard);
      },
      [TOKENS.simulatorLedger, TOKENS.clock],
    );
    bind(TOKENS.processor).toResolvedValue(
      (guarded: GuardedProcessor) => aroundProcessor(guarded),
      [TOKENS.guardedProcessor],
    );

    bind(TOKENS.processPayment).toResolvedValue(
      (...[terms, ...ports]: [ClaimTerms, ...SettlingPorts]) => processPayment(named(...ports), terms),
      [TOKENS.claimTerms, ...SETTLING],
    );
    bind(TOKENS.recoverPayments).toResolvedValue(
      (...[terms, ...ports]: [ClaimTerms, ...SettlingPorts]) => recoverPayments(named(...ports), terms),
      [TOKENS.claimTerms, ...SETTLING],
    );
    bind(TOKENS.processBatch).toResolvedValue(processBatch, [TOKENS.processPayment]);
    bind(TOKENS.getPayment).toResolvedValue(
      (payments: Payments) => getPayment({ payments }),
      [TOKENS.payments],
    );
    bind(TOKENS.listPayments).toResolvedValue(
      (payments: Payments, seals: Seals, clock: Clock) => listPayments({ payments, seals, clock }),
      [TOKENS.payments, TOKENS.seals, TOKENS.clock],
    );
  });

function openLedger(file: string): SimulatorLedger {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  return simulatorLedger(file);
}

type SettlingPorts = [
  ProcessPorts['commits'],
  ProcessPorts['processor'],
  ProcessPorts['answers'],
  ProcessPorts['clock'],
  ProcessPorts['ids'],
  ProcessPorts['digests'],
  ProcessPorts['claims'],
  ProcessPorts['merchants'],
  ProcessPorts['payments'],
];

/** What taking a payment and finishing one both need, in the order `named` takes it. */
const SETTLING = [
  TOKENS.commits,
  TOKENS.processor,
  TOKENS.answers,
  TOKENS.clock,
  TOKENS.ids,
  TOKENS.digests,
  TOKENS.claims,
  TOKENS.merchants,
  TOKENS.payments,
] as const;

const named = (
  ...[commits, processor, answers, clock, ids, digests, claims, merchants, payments]: SettlingPorts
): ProcessPorts => ({ commits, processor, answers, clock, ids, digests, claims, merchants, payments });
