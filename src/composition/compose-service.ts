import { Container, type ContainerModule, type ServiceIdentifier } from 'inversify';
import { approvalsModule } from './approvals-module.ts';
import type { ApprovalsSettings } from './approvals-settings.ts';
import { makeResultsPlain } from './plain-results.ts';
import { platformModule } from './platform-module.ts';
import type { Encoders, PlatformSettings } from './platform-settings.ts';
import type { PlacedStorage } from './storage-settings.ts';

/** A service, put together. */
export type Service = Readonly<{
  /** The one instance behind a token of the service, made with all it needs when first asked for. */
  get<T>(token: ServiceIdentifier<T>): T;
  /** Waits for what is under way and lets go of connections and files. Nothing may be asked afterwards. */
  release(): Promise<void>;
}>;

/** The platform, behind `TOKENS`. Nothing connects before it is used. */
export const composePlatform = (settings: PlatformSettings<PlacedStorage>, encoders: Encoders): Service =>
  composed(platformModule(settings, encoders));

/** Approvals, behind `APPROVALS_TOKENS`: a container and a storage of its own. Nothing connects before it is used. */
export const composeApprovals = (settings: ApprovalsSettings<PlacedStorage>): Service =>
  composed(approvalsModule(settings));

function composed(module: ContainerModule): Service {
  makeResultsPlain();
  const container = new Container({ defaultScope: 'Singleton' });
  container.load(module);
  return {
    get: (token) => container.get(token),
    release: () => container.unloadAsync(module),
  };
}
