import { ResultAsync } from 'neverthrow';

/** Runs tasks of one name one after the other, in the order they came; tasks of other names do not wait for them. */
export type InTurn = <Done, Failure>(
  name: string,
  task: () => ResultAsync<Done, Failure>,
) => ResultAsync<Done, Failure>;

/** Turns within this process only: they spare rivals a lost race, and are no lock. A task that throws ends its turn. */
export function inTurn(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return (name, task) => {
    const before = last.get(name);
    const mine = before === undefined ? Promise.resolve(task()) : before.then(task, task);
    last.set(name, mine);
    const leave = () => {
      if (last.get(name) === mine) last.delete(name);
    };
    mine.then(leave, leave);
    return new ResultAsync(mine);
  };
}
