import { composeApprovals, composePlatform, type Service } from '../../composition/compose-service.ts';
import { startEmbedded } from '../../composition/start-embedded.ts';
import type { PlacedStorage, StorageSettings } from '../../composition/storage-settings.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import { httpEncoders } from '../http/http-encoders.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { type NotReady, type OpenedStorage, silent, unfit } from './storage-fitness.ts';

/** A platform on a storage that answers, its schema current. */
export type OpenPlatform = Readonly<{ platform: Service; close(): Promise<void> }>;

/** The same of approvals. */
export type OpenApprovals = Readonly<{ approvals: Service; close(): Promise<void> }>;

/**
 * Starts what the storage needs, makes the schema current in development and asks for it in production, where nothing of
 * the way to the storage or of the role may be a risk.
 */
export async function openPlatform(config: Config): Promise<OpenPlatform | NotReady> {
  const { platform: settings } = config;
  const opened = await open(config, settings.storage, (storage) => {
    const service = composePlatform({ ...settings, storage }, httpEncoders);
    return { service, room: () => service.get(TOKENS.openStorage) };
  });
  return 'says' in opened ? opened : { platform: opened.service, close: opened.close };
}

/** The same for approvals, on the server that the platform runs when both are embedded: close them before it. */
export async function openApprovals(config: Config): Promise<OpenApprovals | NotReady> {
  const { approvals: settings } = config;
  const opened = await open(config, settings.storage, (storage) => {
    const service = composeApprovals({ ...settings, storage });
    return { service, room: () => approvalsRoom(service) };
  });
  return 'says' in opened ? opened : { approvals: opened.service, close: opened.close };
}

/** Risks of the queue and the bus are approvals' as those of their storage are. */
function approvalsRoom(service: Service): OpenedStorage {
  const room = service.get(APPROVALS_TOKENS.openStorage);
  const { risks } = service.get(APPROVALS_TOKENS.messaging);
  return {
    ...room,
    risks: () => room.risks().andThen((first) => risks().map((more) => [...first, ...more])),
  };
}

async function open<Service extends Readonly<{ release(): Promise<void> }>>(
  { stage, dataDir }: Config,
  storage: StorageSettings,
  composed: (storage: PlacedStorage) => Readonly<{ service: Service; room: () => OpenedStorage }>,
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

async function migrated(room: OpenedStorage): Promise<NotReady | undefined> {
  const result = await room.migrate();
  return result.isErr() ? silent(room) : undefined;
}

/** Says why nothing was opened, and gives the exit code for it. */
export function notOpened({ says, configuration }: NotReady, err: (text: string) => void): ExitCode {
  err(`paywright: ${says}\n`);
  return configuration ? EXIT.configuration : EXIT.failed;
}
