import { errAsync, type ResultAsync, safeTry } from 'neverthrow';
import { customerAccessId, nextAccess } from '../../domain/customers/customer-access.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import { aggregateChange } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/changed-meanwhile.ts';
import { inTurn } from '../kernel/in-turn.ts';
import type { CustomerTarget } from './update-customer.ts';

export type AccessFailure = ChangedMeanwhile | StorageUnavailable;

/**
 * Puts on record that somebody reads a customer's data, before they do: what cannot be recorded must not be read. One
 * link of a chain for each read. One read, one commit; requests of one process take turns.
 */
export type RecordCustomerAccess = (
  target: CustomerTarget,
  action: 'customer.read' | 'customer.found',
) => ResultAsync<void, AccessFailure>;

/** Against readers in other processes, each of which may win once before it is our turn. */
const MOST_ATTEMPTS = 20;

export function recordCustomerAccess(ports: MovePorts): RecordCustomerAccess {
  const turns = inTurn();
  return ({ merchantId, id: customerId, origin }, action) => {
    const id = customerAccessId(customerId);
    const attempt = (left: number): ResultAsync<void, AccessFailure> =>
      safeTry<void, AccessFailure>(async function* () {
        const before = yield* ports.aggregates.find(merchantId, 'customer_access', id);
        const at = ports.clock.now();
        const next = nextAccess(before, { merchantId, customerId }, at);
        const move = { at, origin, action, next, ...present({ before }) };
        return ports.commits.commit(aggregateChange(ports, move)).orElse((failure) => {
          if (failure.kind === 'StorageUnavailable') return errAsync(failure);
          return left > 1 ? attempt(left - 1) : errAsync({ kind: 'ChangedMeanwhile' as const });
        });
      });
    return turns(`${merchantId} ${id}`, () => attempt(MOST_ATTEMPTS));
  };
}
