import type { RegionStanding } from '../../application/kernel/region-standing.ts';
import { composeApprovals, composePlatform, type Service } from '../../composition/compose-service.ts';
import { startEmbedded } from '../../composition/start-embedded.ts';
import type { PlacedStorage, StorageSettings } from '../../composition/storage-settings.ts';
import { APPROVALS_TOKENS, TOKENS } from '../../composition/tokens.ts';
import { httpEncoders } from '../http/http-encoders.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { standingIn, startAsking } from './region-standing.ts';
import { type NotReady, type OpenedStorage, refused, silent, unfit } from './storage-fitness.ts';

/** A platform on a storage that answers, its schema current. */
export type OpenPlatform = Readonly<{
  platform: Service;
  /** Of the region that this process is of, asked for again and again until it is closed. */
  standing?: RegionStanding;
  close(): Promise<void>;
}>;

/** The same of approvals. */
export type OpenApprovals = Readonly<{ approvals: Service; close(): Promise<void> }>;

/**
 * Starts what the storage needs, makes the schema current in development and asks for it in production, where nothing of
 * the way to the storage or of the role may be a risk.
 */
export async function openPlatform(config: Config): Promise<OpenPlatform | NotReady> {
  const { platform: settings, region } = config;
  const opened = await open(config, settings.storage, (storage) => {
    const standing = region && standingIn(region, () => service.get(TOKENS.openStorage).storage.leases);
    const service = composePlatform({ ...settings, storage, standing }, httpEncoders);
    return { service, room: () => service.get(TOKENS.openStorage), standing };
  });
  if ('says' in opened) return opened;
  const { service: platform, close, standing } = opened;
  if (standing === undefined) return { platform, close };
  const asking = await startAsking(standing);
  return {
    platform,
    standing,
    async close() {
      asking.stop();
      await close();
    },
  };
}

/**
 * The same for approvals, on the server that the platform runs when both are embedded: close them before it. `standing` is that of the
 * platform beside it.
 */
export async function openApprovals(
  config: Config,
  standing?: RegionStanding,
): Promise<OpenApprovals | NotReady> {
  const { approvals: settings } = config;
  const opened = await open(config, settings.storage, (storage) => {
    const service = composeApprovals({ ...settings, storage, standing });
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

type Composed<Service> = Readonly<{
  service: Service;
  room: () => OpenedStorage;
  standing?: RegionStanding | undefined;
}>;

async function open<Service extends Readonly<{ release(): Promise<void> }>>(
  { stage, dataDir }: Config,
  storage: StorageSettings,
  composed: (storage: PlacedStorage) => Composed<Service>,
): Promise<
  (Pick<Composed<Service>, 'service' | 'standing'> & Readonly<{ close(): Promise<void> }>) | NotReady
> {
  const placed = await startEmbedded(storage, dataDir);
  const { service, room, standing } = composed(placed.storage);
  const close = async () => {
    await service.release();
    await placed.stop();
  };
  try {
    const fault = stage === 'production' ? await unfit(room()) : await migrated(room());
    if (fault === undefined) return { service, standing, close };
    await close();
    return fault;
  } catch (fault) {
    await close();
    const says = refused(fault);
    if (says === undefined) throw fault;
    return says;
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
