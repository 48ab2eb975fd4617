import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Patience, PING_MS, type StoreGate, storeGate } from '../shared/store-gate.ts';
import { MOST_SOCKETS } from './client.ts';
import type { DataPlane } from './data-plane.ts';

/** What a storage on DynamoDB is opened with. Only where machines are shared and slow does its gate need other patience than the product's. */
export type TableSettings = Readonly<{ client: DynamoDBDocumentClient; table: string; patience?: Patience }>;

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
