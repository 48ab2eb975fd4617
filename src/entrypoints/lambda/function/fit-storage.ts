import { type OpenedStorage, unfit } from '../../cli/storage-fitness.ts';
import type { FunctionConfig } from './function-config.ts';

/**
 * In production an instance asks its storage once what a server asks at its start: nothing of the way to it or of the role may
 * be a risk, and the schema must be current. Throws with what is wrong. Functions never migrate.
 */
export async function fitStorage({ stage }: FunctionConfig, storage: OpenedStorage): Promise<void> {
  const fault = stage === 'production' ? await unfit(storage) : undefined;
  if (fault !== undefined) throw new Error(fault.says);
}
