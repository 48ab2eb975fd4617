import { setImmediate } from 'node:timers/promises';
import { errAsync, ResultAsync } from 'neverthrow';
import type { Storage } from '../../src/ports/storage.ts';

/** `never sent`: it has no effect. `reply lost`: it has, and no reply comes. */
export type Break = 'never sent' | 'reply lost';

const unavailable = () => errAsync({ kind: 'StorageUnavailable' as const, cause: 'the test took it away' });

/** As calls over a wire do, so that requests which come at once meet in the middle on every storage. */
const aTurn = (): ResultAsync<void, never> => ResultAsync.fromSafePromise(setImmediate());

/**
 * A storage that can be taken away in the middle of what goes on, and given back. Every call takes a turn of the event
 * loop at the least.
 */
export function breakableStorage(storage: Storage) {
  let isDown = false;
  let breaking: { commits: number; how: Break } | undefined;

  const unlessDown = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown =>
          aTurn().andThen(() =>
            isDown ? unavailable() : (Reflect.apply(member, target, args) as ResultAsync<unknown, unknown>),
          );
      },
    });

  const commitNow: Storage['commits']['commit'] = (change) => {
    if (isDown) return unavailable();
    if (breaking === undefined) return storage.commits.commit(change);
    breaking.commits -= 1;
    if (breaking.commits > 0) return storage.commits.commit(change);
    const { how } = breaking;
    breaking = undefined;
    isDown = true;
    return how === 'never sent' ? unavailable() : storage.commits.commit(change).andThen(unavailable);
  };

  return {
    storage: {
      ...storage,
      commits: { commit: (change) => aTurn().andThen(() => commitNow(change)) },
      payments: unlessDown(storage.payments),
      claims: unlessDown(storage.claims),
      merchants: unlessDown(storage.merchants),
      aggregates: unlessDown(storage.aggregates),
      balances: unlessDown(storage.balances),
      ledger: unlessDown(storage.ledger),
      ledgerTallies: unlessDown(storage.ledgerTallies),
      summaries: unlessDown(storage.summaries),
      auditTrail: unlessDown(storage.auditTrail),
      quotas: unlessDown(storage.quotas),
      health: unlessDown(storage.health),
    } satisfies Storage,
    /** The `commits`-th commit from now breaks, and from then on there is no storage. */
    breakAt: (commits: number, how: Break): void => {
      breaking = { commits, how };
    },
    isDown: (): boolean => isDown,
    giveBack: (): void => {
      isDown = false;
      breaking = undefined;
    },
  };
}
