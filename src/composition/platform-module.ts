import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ContainerModule } from 'inversify';
import { type GuardedProcessor, guardedProcessor } from '../adapters/processor/guarded.ts';
import { simulatedCustomers } from '../adapters/processor/simulator-customers.ts';
import { simulatedDisputes } from '../adapters/processor/simulator-disputes.ts';
import { type SimulatorLedger, simulatorLedger } from '../adapters/processor/simulator-ledger.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { httpWebhookSender } from '../adapters/webhooks/sender.ts';
import { type Ports, useCases } from '../application/use-cases.ts';
import { present } from '../domain/kernel/present.ts';
import type { Processor } from '../ports/processor.ts';
import type { WebhookSender } from '../ports/webhook-sender.ts';
import { aroundStorage, bare } from './around-part.ts';
import { webhookDeliveryOf } from './deliveries.ts';
import { jobsOf } from './jobs.ts';
import { openKeys } from './kept-keys.ts';
import { openObjects } from './kept-objects.ts';
import type { KeptKeys, KeptObjects } from './kept-parts.ts';
import type { OpenStorage } from './open-storage.ts';
import { withOutsideRisks } from './outside-risks.ts';
import type { Encoders, PlatformSettings } from './platform-settings.ts';
import { portsOf } from './ports.ts';
import {
  disputesOf,
  notificationReaders,
  type Simulated,
  simulatorFirst,
  stripeAlone,
} from './processors.ts';
import { leftOpenByPayments } from './recovery.ts';
import { relayOf } from './relay.ts';
import type { PlacedStorage } from './storage-settings.ts';
import { openPlatformStorage } from './storages.ts';
import { TOKENS } from './tokens.ts';

/** All of the platform: the storage, the outside and the use cases between them. */
export const platformModule = (
  settings: PlatformSettings<PlacedStorage>,
  encoders: Encoders,
): ContainerModule =>
  new ContainerModule(({ bind }) => {
    bind(TOKENS.openStorage)
      .toResolvedValue(() => withOutsideRisks(openPlatformStorage(settings.storage), settings))
      .onDeactivation(({ storage }) => storage.close());
    bind(TOKENS.simulatorLedger)
      .toResolvedValue(() => openLedger(settings.simulatorFile))
      .onDeactivation((ledger) => ledger.close());
    bind(TOKENS.simulatedCustomers).toResolvedValue(
      (ledger: SimulatorLedger) => simulatedCustomers(ledger, systemClock),
      [TOKENS.simulatorLedger],
    );
    const {
      aroundProcessor = (processor: Processor) => processor,
      aroundPart = bare,
      processorTimeoutMs: timeoutMs,
    } = settings;
    const guarded = (processor: Processor) =>
      guardedProcessor(processor, { timeoutMs, opensAfter: 5, staysOpenMs: timeoutMs });
    const { kind, stripe } = settings.processor;
    if (kind === 'stripe')
      bind(TOKENS.guardedProcessor).toResolvedValue(() => guarded(stripeAlone(stripe, timeoutMs)));
    else
      bind(TOKENS.guardedProcessor).toResolvedValue(
        (ledger: SimulatorLedger) => guarded(simulatorFirst(ledger, stripe, timeoutMs)),
        [TOKENS.simulatorLedger],
      );
    if (kind === 'stripe') bind(TOKENS.simulated).toResolvedValue((): Simulated => ({}));
    else
      bind(TOKENS.simulated).toResolvedValue(
        (ledger: SimulatorLedger): Simulated => ({ disputes: simulatedDisputes(ledger, systemClock) }),
        [TOKENS.simulatorLedger],
      );
    bind(TOKENS.notificationReaders).toResolvedValue(() => notificationReaders(settings.processor));
    bind(TOKENS.webhookSender)
      .toResolvedValue(() => httpWebhookSender({ allowLoopbackHttp: settings.webhooks.allowLoopbackHttp }))
      .onDeactivation((sender) => sender.close());
    bind(TOKENS.keptKeys).toResolvedValue(() => openKeys(settings.keys));
    bind(TOKENS.keptObjects)
      .toResolvedValue(() => openObjects(settings.objects, settings.secret))
      .onDeactivation((files) => files.close());
    bind(TOKENS.ports).toResolvedValue(
      (
        { storage }: OpenStorage,
        processor: GuardedProcessor,
        keys: KeptKeys,
        webhookSender: WebhookSender,
        files: KeptObjects,
        simulated: Simulated,
      ) => {
        const { secret } = settings;
        return portsOf({
          storage: aroundStorage(storage, aroundPart),
          processor: aroundPart('processor', 'processor', aroundProcessor(processor)),
          ...present({ processorDisputes: disputesOf(settings.processor, simulated, timeoutMs) }),
          keys,
          webhookSender,
          files: { ...files, objects: aroundPart('objects', 'objects', files.objects) },
          secret,
          encoders,
          standing: settings.standing,
        });
      },
      [
        TOKENS.openStorage,
        TOKENS.guardedProcessor,
        TOKENS.keptKeys,
        TOKENS.webhookSender,
        TOKENS.keptObjects,
        TOKENS.simulated,
      ],
    );
    bind(TOKENS.useCases).toResolvedValue(
      (ports: Ports) =>
        useCases(ports, {
          claims: settings.claimTerms,
          anomalies: settings.anomalyRules,
          files: settings.fileTerms,
          authorizationMarginMs: settings.authorizationMarginMs,
        }),
      [TOKENS.ports],
    );
    bind(TOKENS.relay).toResolvedValue(relayOf, [TOKENS.ports]);
    bind(TOKENS.webhookDelivery).toResolvedValue(
      (ports: Ports) => webhookDeliveryOf(ports, settings.webhooks),
      [TOKENS.ports],
    );
    bind(TOKENS.jobs).toResolvedValue((ports: Ports) => jobsOf(ports), [TOKENS.ports]);
    bind(TOKENS.leftOpen).toResolvedValue(
      (ports: Ports) => leftOpenByPayments(ports, settings.authorizationMarginMs),
      [TOKENS.ports],
    );
  });

function openLedger(file: string): SimulatorLedger {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return simulatorLedger(file);
}
