import { composeApprovals, composePlatform, type Service } from '../../composition/compose-service.ts';
import type { Encoders } from '../../composition/platform-settings.ts';
import { startEmbedded } from '../../composition/start-embedded.ts';
import type { PlacedStorage, StorageSettings } from '../../composition/storage-settings.ts';
import type { OpenStorage } from '../../composition/storages.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import type { StorageHealth } from '../../ports/storage-health.ts';
import { exportEncoder } from '../files/export-encoder.ts';
import { httpTransferResponseEncoder } from '../http/ledger/transfers.ts';
import { httpResponseEncoder } from '../http/payments/stored-responses.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { riskText } from './risk-text.ts';

const HTTP_ENCODERS: Encoders = {
  responses: httpResponseEncoder,
  transferResponses: httpTransferResponseEncoder,
  exportEncoder,
};

/** A platform on a storage that answers, its schema current. */
export type OpenPlatform = Readonly<{ platform: Service; close(): Promise<void> }>;

/** The same of approvals. */
export type OpenApprovals = Readonly<{ approvals: Service; close(): Promise<void> }>;

/** Why a service could not be opened, in words for the terminal; everything it had started is stopped again. */
export type NotReady = Readonly<{ kind: 'NotReady'; says: string; configuration: boolean }>;

/**
 * Starts what the storage needs, makes the schema current in development and asks for it in production, where nothing of
 * the way to the storage or of the role may be a risk.
 */
export async function openPlatform(config: Config): Promise<OpenPlatform | NotReady> {
  const { platform: settings } = config;
  const opened = await open(config, settings.storage, (storage) => {
    const service = composePlatform({ ...settings, storage }, HTTP_ENCODERS);
    return { service, room: () => service.get(TOKENS.openStorage) };
  });
  return 'says' in opened ? opened : { platform: opened.service, close: opened.close };
}

/** The same for approvals, on the server that the platform runs when both are embedded: close them before it. */
export async function openApprovals(config: Config): Promise<OpenApprovals | NotReady> {
  const { approvals: settings } = config;
  const opened = await open(config, settings.storage, (storage) => {
    const service = composeApprovals({ ...settings, storage });
    return { service, room: () => service.get(APPROVALS_TOKENS.openStorage) };
  });
  return 'says' in opened ? opened : { approvals: opened.service, close: opened.close };
}

type Room = Pick<OpenStorage, 'migrate' | 'risks'> &
  Readonly<{ storage: Readonly<{ health: StorageHealth }> }>;

async function open<Service extends Readonly<{ release(): Promise<void> }>>(
  { stage, dataDir }: Config,
  storage: StorageSettings,
  composed: (storage: PlacedStorage) => Readonly<{ service: Service; room: () => Room }>,
): Promise<Readonly<{ service: Service; close(): Promise<void> }> | NotReady> {
  const placed = await startEmbedded(storage, dataDir);
  const { service, room } = composed(placed.storage);
  const close = async () => {
    await service.release();
    await placed.stop();
  };
  try {
    const fault = stage === 'production' ? await unfit(room()) : await migrated(room());
    if (fault === undefined) return { service, close };
    await close();
    return fault;
  } catch (fault) {
    await close();
    throw fault;
  }
}

async function migrated(room: Room): Promise<NotReady | undefined> {
  const result = await room.migrate();
  return result.isErr() ? silent(room) : undefined;
}

/** What may be a risk is asked first: nothing is said to a storage that is not where it ought to be. */
async function unfit(room: Room): Promise<NotReady | undefined> {
  const risks = await room.risks();
  if (risks.isErr()) return silent(room);
  if (risks.value.length > 0) return notReady(risks.value.map(riskText).join('\npaywright: '), true);
  const health = await room.storage.health.check();
  if (health.isOk()) return undefined;
  switch (health.error.kind) {
    case 'SchemaOutdated': {
      const { found, needed } = health.error;
      return notReady(`the schema is ${found} and must be ${needed} or newer: run \`paywright migrate\``);
    }
    case 'SchemaDiverged':
      return notReady(
        `migration ${health.error.migration} was applied with other contents than this version's`,
      );
    case 'StorageUnavailable':
      return silent(room);
  }
}

const silent = ({ storage }: Room): NotReady => notReady(`${storage.health.name} does not answer`);

const notReady = (says: string, configuration = false): NotReady => ({
  kind: 'NotReady',
  says,
  configuration,
});

/** Says why nothing was opened, and gives the exit code for it. */
export function notOpened({ says, configuration }: NotReady, err: (text: string) => void): ExitCode {
  err(`paywright: ${says}\n`);
  return configuration ? EXIT.configuration : EXIT.failed;
}
