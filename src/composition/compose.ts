import { Container, type ContainerModule, type ServiceIdentifier } from 'inversify';
import { dynamodbModule } from './dynamodb.ts';
import { memoryModule } from './memory.ts';
import { platformModule } from './platform.ts';
import { postgresModule } from './postgres.ts';
import type { PlatformSettings } from './settings.ts';
import type { PlacedStorage } from './storage-settings.ts';

/** The platform, put together. */
export type Platform = Readonly<{
  /** The one instance behind a token, made with all it needs when first asked for. */
  get<T>(token: ServiceIdentifier<T>): T;
  /** Waits for what is under way and lets go of connections and files. Nothing may be asked afterwards. */
  release(): Promise<void>;
}>;

/** Which storage runs is which module is loaded; nothing else differs. Nothing connects before it is used. */
export function compose({ storage, ...rest }: PlatformSettings<PlacedStorage>): Platform {
  const container = new Container({ defaultScope: 'Singleton' });
  const modules = [platformModule(rest), moduleOf(storage)];
  container.load(...modules);
  return {
    get: (token) => container.get(token),
    release: () => container.unloadAsync(...modules),
  };
}

function moduleOf(storage: PlacedStorage): ContainerModule {
  switch (storage.kind) {
    case 'memory':
      return memoryModule();
    case 'postgres':
      return postgresModule(storage.at);
    case 'dynamodb':
      return dynamodbModule(storage);
  }
}
