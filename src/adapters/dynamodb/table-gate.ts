import { type Patience, PING_MS, type StoreGate, storeGate } from '../shared/store-gate.ts';
import { MOST_SOCKETS } from './client.ts';
import type { DataPlane } from './data-plane.ts';

const MOST_WAITING = 10_000;

/**
 * The gate of one table's calls. A burst waits here, before any clock runs, and not for a socket, where waiting would count
 * as silence. `pinged` is the key of an item, which need not be there.
 */
export const tableGate = (
  call: DataPlane,
  name: string,
  pinged: Readonly<Record<string, string>>,
  patience?: Patience,
): StoreGate =>
  storeGate({
    most: MOST_SOCKETS,
    mostWaiting: MOST_WAITING,
    ping: () => call('GetItem', { TableName: name, Key: pinged }, AbortSignal.timeout(PING_MS)),
    isAnswer: (fault) => (fault as { $fault?: unknown }).$fault !== undefined,
    patience,
  });
