import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ContainerModule, type ServiceIdentifier } from 'inversify';
import { fileRing } from '../adapters/keys/file-ring.ts';
import { givenRing } from '../adapters/keys/given-ring.ts';
import type { RingSource } from '../adapters/keys/ring.ts';
import { type GuardedProcessor, guardedProcessor } from '../adapters/processor/guarded.ts';
import { simulatedProcessor } from '../adapters/processor/simulator.ts';
import { type SimulatorLedger, simulatorLedger } from '../adapters/processor/simulator-ledger.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { getPayment } from '../application/get-payment.ts';
import { listPayments } from '../application/list-payments.ts';
import { movePayment } from '../application/move-payment.ts';
import { processBatch } from '../application/process-batch.ts';
import { processPayment } from '../application/process-payment.ts';
import { recoverPayments } from '../application/recover-payments.ts';
import type { Processor } from '../ports/processor.ts';
import { type Ports, portsOf } from './ports.ts';
import type { KeySettings, PlatformSettings } from './settings.ts';
import type { StorageRoom } from './storage-room.ts';
import { TOKENS } from './tokens.ts';

/** The system's own adapters, the processor and the use cases: all that does not depend on which storage it is. */
export const platformModule = (settings: Omit<PlatformSettings, 'storage'>): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.simulatorLedger)
      .toResolvedValue(() => openLedger(settings.simulatorFile))
      .onDeactivation((ledger) => ledger.close());
    const { aroundProcessor = (processor: Processor) => processor, processorTimeoutMs: timeoutMs } = settings;
    bind(TOKENS.guardedProcessor).toResolvedValue(
      (ledger: SimulatorLedger) => {
        const guard = { timeoutMs, opensAfter: 5, staysOpenMs: timeoutMs };
        return guardedProcessor(simulatedProcessor(ledger, systemClock), guard);
      },
      [TOKENS.simulatorLedger],
    );
    bind(TOKENS.keyRing).toResolvedValue(() => ringOf(settings.keys));
    bind(TOKENS.ports).toResolvedValue(
      ({ storage }: StorageRoom, guarded: GuardedProcessor, ring: RingSource) =>
        portsOf(storage, aroundProcessor(guarded), ring, settings),
      [TOKENS.storageRoom, TOKENS.guardedProcessor, TOKENS.keyRing],
    );

    /** A use case, made from the ports it names. */
    const useCase = <T>(token: ServiceIdentifier<T>, make: (ports: Ports) => T) =>
      bind(token).toResolvedValue(make, [TOKENS.ports]);
    useCase(TOKENS.processPayment, (ports) => processPayment(ports, ports.claimTerms));
    useCase(TOKENS.movePayment, (ports) => movePayment(ports, ports.claimTerms));
    useCase(TOKENS.recoverPayments, (ports) => recoverPayments(ports, ports.claimTerms));
    useCase(TOKENS.getPayment, getPayment);
    useCase(TOKENS.listPayments, listPayments);
    bind(TOKENS.processBatch).toResolvedValue(processBatch, [TOKENS.processPayment]);
  });

function openLedger(file: string): SimulatorLedger {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
  return simulatorLedger(file);
}

const ringOf = (keys: KeySettings): RingSource =>
  keys.kind === 'file' ? fileRing(keys.file, systemClock) : givenRing(keys.ring);
