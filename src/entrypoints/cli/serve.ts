import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { countFailedAuthentications } from '../../application/audit/failed-authentications.ts';
import { fileLinksBegin } from '../../composition/file-links.ts';
import { movesMoney } from '../../composition/processors.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Payouts } from '../../ports/approvals/payouts.ts';
import type { Processor } from '../../ports/processor.ts';
import { APPROVALS, approvalsApp } from '../http/approvals/approvals-app.ts';
import {
  countedPayoutAlarm,
  measuredPayouts,
  watchApprovalQueue,
  watchQueuedMessages,
} from '../http/approvals/approvals-metrics.ts';
import { metricsText } from '../http/operation/operation.ts';
import { watchAttention } from '../http/payments/attention-metrics.ts';
import { platformApp, wholeApp } from '../http/platform-app.ts';
import { clientAddressBehind } from '../http/server/client-address.ts';
import { admitted, inFlight, inOpenRegion } from '../http/server/in-flight.ts';
import { jsonLogger } from '../http/server/logger.ts';
import { type PlatformMetrics, platformMetrics } from '../http/server/metrics.ts';
import { APPROVALS_OUTBOX, watchBacklog } from '../http/server/outbox-metrics.ts';
import { startFlushing } from '../worker/flush.ts';
import { bearerVerifier } from './bearer-verifier.ts';
import type { Config } from './config.ts';
import { addDemoMerchants } from './demo-merchants.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { listenTo } from './listen.ts';
import { measuredProcessor, measuredUseCases, watchParts, watchPool } from './measure.ts';
import { notOpened } from './open-platform.ts';
import { type OpenSystem, openSystem } from './open-system.ts';
import { type ProcessFaults, watchFaults } from './process-faults.ts';
import { serveConsole } from './serve-console.ts';
import { servedSystem } from './serve-system.ts';
import { startEventStreams } from './start-event-streams.ts';
import { startWorkers } from './start-workers.ts';
import { alarmTo, refusalAlarmTo, tellingTo } from './telling.ts';
import { standardError, type Terminal } from './terminal.ts';
import { welcomeText } from './welcome.ts';
import { whyNotServed } from './why-not-served.ts';

/**
 * The whole system in one process until it is stopped: then no new requests, those in flight finish, the workers end
 * their rounds, connections and embedded servers close.
 */
export async function serveCommand(config: Config, terminal: Terminal): Promise<ExitCode> {
  const metrics = platformMetrics();
  const aroundProcessor = (processor: Processor) => measuredProcessor(processor, metrics);
  const aroundPayouts = (payouts: Payouts) => measuredPayouts(payouts, metrics);
  const log = jsonLogger({ level: config.logLevel, destination: standardError() });
  const payoutAlarm = countedPayoutAlarm(alarmTo(log), metrics);
  const opened = await openSystem({
    ...config,
    platform: { ...config.platform, aroundProcessor },
    approvals: {
      ...config.approvals,
      ...tellingTo(log),
      payoutAlarm,
      refusalAlarm: refusalAlarmTo(log),
      aroundPayouts,
    },
  });
  if ('says' in opened) return notOpened(opened, terminal.err);
  const refusal = await whyNotServed(opened);
  if (refusal !== undefined) {
    terminal.err(refusal);
    await opened.close();
    return EXIT.failed;
  }
  const faults = watchFaults(log, (origin, kind) => metrics.uncaughtFaults.inc({ origin, kind }));
  try {
    return await serve(config, opened, { metrics, log, faults }, terminal);
  } finally {
    await opened.close();
    faults.close();
  }
}

/** Of development's own simulator: in production no page may approve what was charged. */
const customersIn = ({ stage, platform: { processor } }: Config, platform: OpenSystem['platform']) =>
  stage === 'development' && processor.kind === 'simulator'
    ? platform.get(TOKENS.simulatedCustomers)
    : undefined;

async function serve(
  config: Config,
  { platform, approvals, health, standing }: OpenSystem,
  { metrics, log, faults }: Readonly<{ metrics: PlatformMetrics; log: Logger; faults: ProcessFaults }>,
  { out, err, interactive, untilStopped }: Terminal,
): Promise<ExitCode> {
  if (config.stage === 'development') {
    const seeded = await addDemoMerchants(platform.get(TOKENS.ports));
    if (seeded.isErr()) throw new Error('the storage went away while the demo merchants were added');
  }
  const admit = inOpenRegion(
    standing,
    inFlight(config.http.limits, (what) => metrics.shed.inc({ what })),
  );
  const useCases = admitted(measuredUseCases(platform.get(TOKENS.useCases), metrics), admit);
  const failedAuthentications = countFailedAuthentications(platform.get(TOKENS.ports));
  watchParts(platform, metrics);
  watchBacklog(metrics, platform.get(TOKENS.ports));
  watchAttention(metrics, platform.get(TOKENS.ports));
  const approvalsPorts = approvals.get(APPROVALS_TOKENS.ports);
  watchBacklog(metrics, approvalsPorts, APPROVALS_OUTBOX);
  watchApprovalQueue(metrics, approvalsPorts);
  const { queue } = approvals.get(APPROVALS_TOKENS.messaging);
  watchQueuedMessages(metrics, { queue, clock: approvalsPorts.clock });
  const openApprovalsStorage = approvals.get(APPROVALS_TOKENS.openStorage);
  watchPool(metrics, openApprovalsStorage, 'paywright_approvals_postgres_connections');
  const { authenticate, secretHealth } = bearerVerifier(config);
  const common = {
    noteFailedAuthentication: failedAuthentications.note,
    authenticate,
    metrics,
    log,
    corsOrigins: config.http.corsOrigins,
    clientAddress: clientAddressBehind(config.http.trustedProxies),
    newRequestId: () => randomUUID(),
  };
  const approvalsUseCases = admitted(
    measuredUseCases(approvals.get(APPROVALS_TOKENS.useCases), metrics),
    admit,
  );
  const readable = { access: config.metrics.access, read: () => metricsText(metrics) };
  const notifications = {
    ...platform.get(TOKENS.notificationReaders),
    receivePayout: approvalsUseCases.receiveReturnedPayout,
    receiveBankPayout: approvalsUseCases.receiveFailedBankPayout,
    counted: metrics.notifications,
  };
  const { health: keysHealth } = platform.get(TOKENS.keptKeys);
  const { streams, worker: streaming } = startEventStreams(platform, log, metrics);
  const api = wholeApp(
    platformApp({
      ...useCases,
      ...common,
      health,
      ...present({ keysHealth, secretHealth, standing }),
      besides: APPROVALS,
      readable,
      notifications,
      eventStreams: streams,
      system: servedSystem({
        platform: platform.get(TOKENS.ports),
        approvals: approvalsPorts,
        queue,
        circuit: platform.get(TOKENS.guardedProcessor).circuit,
      }),
      ...present({ simulatedCustomers: customersIn(config, platform) }),
    }),
    approvalsApp({ ...approvalsUseCases, ...common }),
  );
  const { app, codes } = serveConsole(
    {
      ...common,
      api,
      ...present({ filesAt: await fileLinksBegin(config.platform.objects) }),
      live: movesMoney(config.platform.processor.stripe, config.approvals.stripePayouts?.access),
      ...present({ loginProvider: config.loginProvider }),
    },
    platform.get(TOKENS.ports),
  );
  const listening = await listenTo(app, config, { metrics, log });
  if (listening.isErr()) {
    await streaming.stop();
    err(`paywright: ${listening.error}\n`);
    return EXIT.configuration;
  }
  const server = listening.value;
  const workers = [
    streaming,
    ...startWorkers(
      { platform, approvals },
      { platform: useCases, approvals: approvalsUseCases },
      log,
      metrics,
    ),
  ];
  const flushing = startFlushing({ flush: failedAuthentications.flush, log });
  out(await welcomeText(config, { url: server.url, storage: health.name, interactive, codes }));
  const code = await faults.untilEnd(untilStopped);
  await Promise.all([server.close(), ...workers.map((worker) => worker.stop())]);
  // The last of the requests may have been a refused one.
  await flushing.stop();
  return code;
}
