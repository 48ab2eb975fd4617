import { Container, type ServiceIdentifier } from 'inversify';
import { approvalsModule } from './approvals-module.ts';
import type { ApprovalsSettings } from './approvals-settings.ts';
import type { PlacedStorage } from './storage-settings.ts';

/** Approvals, put together. */
export type Approvals = Readonly<{
  /** The one instance behind a token of `APPROVALS_TOKENS`, made with all it needs when first asked for. */
  get<T>(token: ServiceIdentifier<T>): T;
  /** Waits for what is under way and lets go of connections and files. Nothing may be asked afterwards. */
  release(): Promise<void>;
}>;

/** A service of its own: whatever the platform's storage is, this one has its own. Nothing connects before it is used. */
export function composeApprovals(settings: ApprovalsSettings<PlacedStorage>): Approvals {
  const container = new Container({ defaultScope: 'Singleton' });
  const module = approvalsModule(settings);
  container.load(module);
  return {
    get: (token) => container.get(token),
    release: () => container.unloadAsync(module),
  };
}
