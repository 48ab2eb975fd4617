import { composeApprovals, composePlatform, type Service } from '../../composition/compose-service.ts';
import { startEmbedded } from '../../composition/start-embedded.ts';
import type { PlacedStorage, StorageSettings } from '../../composition/storage-settings.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import { httpEncoders } from '../http/http-encoders.ts';
import type { Config } from './config.ts';
import {
  keyFinding,
  objectsFinding,
  outboxFinding,
  queueFindings,
  secretFinding,
  tokenFinding,
} from './doctor-edges.ts';
import type { Finding } from './doctor-finding.ts';
import { clockFinding, storageFindings } from './doctor-storage.ts';
import { lostKey } from './lost-keys.ts';

/**
 * Every look in turn, each as soon as it is done; what stands on a storage that does not serve is left out. A few requests to
 * each service that paywright uses; writes nothing.
 */
export async function* allChecks(config: Config): AsyncGenerator<Finding> {
  yield versionFinding();
  yield* settingsFindings(config);
  for (const secret of config.secrets) yield await secretFinding(secret, config.stage);
  yield await tokenFinding(config.jwt);
  const { platform, approvals } = config;
  yield* onStorage('platform', config, platform.storage, (storage) => {
    const service = composePlatform({ ...platform, storage }, httpEncoders);
    return { service, room: service.get(TOKENS.openStorage), checks: () => platformFindings(service) };
  });
  yield* onStorage('approvals', config, approvals.storage, (storage) => {
    const service = composeApprovals({ ...approvals, storage });
    return {
      service,
      room: service.get(APPROVALS_TOKENS.openStorage),
      checks: () => approvalsFindings(service),
    };
  });
}

const OLDEST_NODE = 24;

function versionFinding(): Finding {
  const { node } = process.versions;
  return Number.parseInt(node, 10) >= OLDEST_NODE
    ? { check: 'versions', status: 'ok', says: `Node ${node}` }
    : {
        check: 'versions',
        status: 'fail',
        says: `Node ${node}`,
        remedy: `run Node ${OLDEST_NODE} or newer`,
      };
}

function* settingsFindings({ stage, platform, approvals }: Config): Generator<Finding> {
  const storage = `platform on ${platform.storage.kind}, approvals on ${approvals.storage.kind}`;
  yield { check: 'settings', status: 'ok', says: `${stage}, ${storage}` };
  if (stage !== 'production') return;
  yield* processorFindings(platform.processor);
  yield* payoutFindings(approvals.stripePayouts);
}

/** What moves no money in production, though it says that it does. */
function* processorFindings({ kind, stripe }: Config['platform']['processor']): Generator<Finding> {
  if (kind === 'simulator')
    yield {
      check: 'processor',
      status: 'warn',
      says: 'a simulator, which moves no money',
      remedy: 'set PAYWRIGHT_PROCESSOR=stripe and STRIPE_SECRET_KEY (docs/stripe.md)',
    };
  if (stripe !== undefined && /^.k_test_/.test(stripe.secretKey))
    yield {
      check: 'processor',
      status: 'warn',
      says: 'Stripe with a test key, which moves no money',
      remedy: 'set STRIPE_SECRET_KEY to a live key',
    };
}

function* payoutFindings(stripe: Config['approvals']['stripePayouts']): Generator<Finding> {
  if (stripe === undefined)
    yield {
      check: 'payouts',
      status: 'warn',
      says: 'vendors are paid by a simulator, which moves no money',
      remedy: 'set PAYWRIGHT_PAYOUTS=stripe (docs/stripe.md), or pay approved payments by hand',
    };
  else if (stripe.accounts === undefined)
    yield {
      check: 'payouts',
      status: 'warn',
      says: 'no vendor has an account at Stripe, so every payout fails',
      remedy:
        'name where their accounts are as STRIPE_VENDOR_ACCOUNTS or STRIPE_VENDOR_ACCOUNTS_ARN (docs/stripe.md)',
    };
}

type Composed = Readonly<{
  service: Service;
  room: Parameters<typeof storageFindings>[1];
  checks: () => AsyncGenerator<Finding>;
}>;

/** Opens the storage as a server would, but brings no schema up to date. */
async function* onStorage(
  service: string,
  { dataDir, stage }: Config,
  storage: StorageSettings,
  compose: (storage: PlacedStorage) => Composed,
): AsyncGenerator<Finding> {
  const placed = await startEmbedded(storage, dataDir);
  const composed = compose(placed.storage);
  try {
    const found = await storageFindings(service, composed.room, stage);
    yield* found;
    if (found.some(({ status, check }) => status === 'fail' && check.endsWith('storage'))) return;
    yield await clockFinding(service, composed.room);
    yield* composed.checks();
  } finally {
    await composed.service.release();
    await placed.stop();
  }
}

async function* platformFindings(service: Service): AsyncGenerator<Finding> {
  const ports = service.get(TOKENS.ports);
  const { outbox, secretKeys, objects, clock } = ports;
  yield await outboxFinding('platform', outbox, clock.now());
  const keys = await keyFinding(secretKeys);
  const lost = keys.status === 'ok' ? await lostKey(ports) : undefined;
  yield lost === undefined ? keys : { check: 'keys', status: 'fail', says: lost.says, remedy: lost.remedy };
  yield await objectsFinding(objects);
}

async function* approvalsFindings(service: Service): AsyncGenerator<Finding> {
  const { outbox, clock } = service.get(APPROVALS_TOKENS.ports);
  yield await outboxFinding('approvals', outbox, clock.now());
  yield* await queueFindings(service.get(APPROVALS_TOKENS.messaging), clock.now());
}
