import { err, errAsync, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { ActiveCustomer, Customer } from '../../domain/customers/customer.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { CustomerId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { BlindIndex } from '../../domain/kernel/sealed.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { MovePorts } from '../kernel/aggregate-change.ts';
import { aggregateChange } from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/changed-meanwhile.ts';
import { inTurn } from '../kernel/in-turn.ts';

/** Unknown, another merchant's, or erased. */
export type CustomerNotFound = Readonly<{ kind: 'CustomerNotFound' }>;
/** Another customer of the merchant has this email. */
export type CustomerExists = Readonly<{ kind: 'CustomerExists' }>;

const exists: CustomerExists = { kind: 'CustomerExists' };
const meanwhile: ChangedMeanwhile = { kind: 'ChangedMeanwhile' };

export type CustomerTarget = Readonly<{ merchantId: MerchantId; id: CustomerId; origin: Origin }>;

/** What becomes of a customer, and the unique keys it takes and lets go of. */
export type CustomerUpdate<Next extends Customer> = Readonly<{
  next: Next;
  takes?: readonly BlindIndex[];
  releases?: readonly BlindIndex[];
}>;

/** Decides on the newest version of a customer; undefined: there is nothing to do. May be asked again. */
export type DecideCustomer<Next extends Customer, Failure> = (
  customer: ActiveCustomer,
  now: Instant,
) => ResultAsync<CustomerUpdate<Next> | undefined, Failure>;

export type MoveFailure = CustomerNotFound | CustomerExists | ChangedMeanwhile | StorageUnavailable;

/** How often a change that came too late is decided anew. Requests of one process do not meet here: they take turns. */
const MOST_ATTEMPTS = 20;

/** Changes a customer: one read, one commit, again when somebody was faster. Gives the customer as it then stands. */
export function updateCustomer(ports: MovePorts) {
  const turns = inTurn();

  return <Next extends Customer, Failure extends Readonly<{ kind: string }>>(
    target: CustomerTarget,
    action: string,
    decide: DecideCustomer<Next, Failure>,
  ): ResultAsync<ActiveCustomer | Next, Failure | MoveFailure> => {
    const { merchantId, id, origin } = target;

    const attempt = (left: number): ResultAsync<ActiveCustomer | Next, Failure | MoveFailure> =>
      safeTry<ActiveCustomer | Next, Failure | MoveFailure>(async function* () {
        const customer = yield* findActive(ports.aggregates, merchantId, id);
        const now = ports.clock.now();
        const move = yield* decide(customer, now);
        if (move === undefined) return ok(customer);
        const change = aggregateChange(ports, { at: now, origin, action, before: customer, ...move });
        const committed = await ports.commits.commit(change);
        if (committed.isOk()) return ok(move.next);
        switch (committed.error.kind) {
          case 'KeyTaken':
            // Taken from a customer that has moved on, the key tells nothing about the one that is there now.
            return left > 1 && (yield* isStale(customer)) ? attempt(left - 1) : err(exists);
          case 'StorageUnavailable':
            return err(committed.error);
          case 'StaleVersion':
          case 'FenceLost':
          case 'ClaimTaken':
            return left > 1 ? attempt(left - 1) : err(meanwhile);
        }
      });

    const isStale = (seen: ActiveCustomer): ResultAsync<boolean, StorageUnavailable> =>
      ports.aggregates.find(merchantId, 'customer', id).map((now) => now?.version !== seen.version);

    return turns(`${merchantId} ${id}`, () => attempt(MOST_ATTEMPTS));
  };
}

export type UpdateCustomer = ReturnType<typeof updateCustomer>;

export const findActive = (
  aggregates: Aggregates,
  merchantId: MerchantId,
  id: CustomerId,
): ResultAsync<ActiveCustomer, CustomerNotFound | StorageUnavailable> =>
  aggregates
    .find(merchantId, 'customer', id)
    .andThen((found) =>
      found?.status === 'active' ? okAsync(found) : errAsync({ kind: 'CustomerNotFound' as const }),
    );
