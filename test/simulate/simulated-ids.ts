import { idsFrom } from '../../src/adapters/system/ids.ts';
import type { Ids } from '../../src/ports/ids.ts';
import type { Draws } from './draws.ts';

/** Ids of the form of UUIDv7 that follow from the seed; of one moment they sort in the order in which they were made. */
export function simulatedIds(draws: Draws): Ids {
  let count = 0;
  return idsFrom((at) => {
    const time = at.toString(16).padStart(12, '0');
    const counted = (count++).toString(16).padStart(6, '0');
    return `${time}7${counted.slice(0, 3)}8${counted.slice(3)}${draws.hex(12)}`;
  });
}
