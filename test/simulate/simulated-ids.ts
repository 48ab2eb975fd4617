import { idOf } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { Ids } from '../../src/ports/ids.ts';
import type { Draws } from './draws.ts';

/** Ids of the form of UUIDv7 that follow from the seed; of one moment they sort in the order in which they were made. */
export function simulatedIds(draws: Draws): Ids {
  let count = 0;
  const hex = (at: Instant): string => {
    const counted = (count++).toString(16).padStart(6, '0');
    return `${at.toString(16).padStart(12, '0')}7${counted.slice(0, 3)}8${counted.slice(3)}${draws.hex(12)}`;
  };
  return {
    payment: (at) => idOf('pay', hex(at)),
    transaction: (at) => idOf('txn', hex(at)),
    event: (at) => idOf('evt', hex(at)),
    auditEntry: (at) => idOf('aud', hex(at)),
    ledgerEntry: (at) => idOf('led', hex(at)),
    customer: (at) => idOf('cus', hex(at)),
    paymentMethod: (at) => idOf('pm', hex(at)),
    transfer: (at) => idOf('trf', hex(at)),
    export: (at) => idOf('exp', hex(at)),
    exportSchedule: (at) => idOf('sch', hex(at)),
    job: (at) => idOf('job', hex(at)),
    reconciliation: (at) => idOf('rec', hex(at)),
    statementLine: (at) => idOf('stl', hex(at)),
    exception: (at) => idOf('exc', hex(at)),
    dispute: (at) => idOf('dsp', hex(at)),
    webhookEndpoint: (at) => idOf('we', hex(at)),
    change: hex,
  };
}
