import { TOKENS } from '../../composition/tokens.ts';
import { lostKey } from './lost-keys.ts';
import type { OpenSystem } from './open-system.ts';

/**
 * Why a process does not begin to serve or to work, as a line for the terminal: its region is fenced, or its ring of keys is not the one
 * that customers are kept under, with which it would take emails twice. Keys that a service keeps are left to readiness, as they come back.
 */
export async function whyNotServed({
  platform,
  standing,
}: Pick<OpenSystem, 'platform' | 'standing'>): Promise<string | undefined> {
  if (standing?.now() === 'fenced')
    return `paywright: region ${standing.name} is fenced: \`paywright region unfence ${standing.name}\` lets it in again\n`;
  const lost = await lostKey(platform.get(TOKENS.ports));
  return lost?.isGone === true ? `paywright: ${lost.says}: ${lost.remedy}\n` : undefined;
}
