import { startDynamoDbEngine } from '../adapters/embedded/dynamodb-engine.ts';
import { startPostgres } from '../adapters/embedded/postgres-server.ts';
import type { PlacedStorage, StorageSettings } from './storage-settings.ts';

/** `stop` ends what was started for it, and nothing that another process started. */
export type Placed = Readonly<{ storage: PlacedStorage; stop(): Promise<void> }>;

/** Starts the embedded server a storage asks for, or joins the one that runs on the same data already. */
export async function startEmbedded(storage: StorageSettings, dataDir: string): Promise<Placed> {
  switch (storage.kind) {
    case 'memory':
      return { storage, stop };
    case 'postgres': {
      if (storage.at.kind !== 'embedded') return { storage: { ...storage, at: storage.at }, stop };
      const server = await startPostgres({ dataDir });
      return { storage: { ...storage, at: { kind: 'url', url: server.url } }, stop: server.stop };
    }
    case 'dynamodb': {
      if (storage.at.kind !== 'embedded') return { storage: { ...storage, at: storage.at }, stop };
      const server = await startDynamoDbEngine({ dataDir });
      return { storage: { ...storage, at: { kind: 'endpoint', url: server.url } }, stop: server.stop };
    }
  }
}

const stop = () => Promise.resolve();
