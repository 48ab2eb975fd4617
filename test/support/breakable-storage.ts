import { errAsync } from 'neverthrow';
import type { Storage } from '../../src/ports/storage.ts';

/** `never sent`: it has no effect. `reply lost`: it has, and nobody hears of it. */
export type Break = 'never sent' | 'reply lost';

const unavailable = () => errAsync({ kind: 'StorageUnavailable' as const, cause: 'the test took it away' });

/** A storage that can be taken away in the middle of what goes on, and given back. */
export function breakableStorage(storage: Storage) {
  let isDown = false;
  let breaking: { commits: number; how: Break } | undefined;

  const unlessDown = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown =>
          isDown ? unavailable() : Reflect.apply(member, target, args);
      },
    });

  const commit: Storage['commits']['commit'] = (change) => {
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
      commits: { commit },
      payments: unlessDown(storage.payments),
      claims: unlessDown(storage.claims),
      merchants: unlessDown(storage.merchants),
      aggregates: unlessDown(storage.aggregates),
      balances: unlessDown(storage.balances),
      ledger: unlessDown(storage.ledger),
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
