import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { inTurn } from '../../../src/application/kernel/in-turn.ts';

/** Tasks that write down when they begin and end, and end when they are let go. */
function tasks() {
  const told: string[] = [];
  const gates = new Map<string, () => void>();
  const task = (label: string) => () => {
    told.push(`${label} begins`);
    const gate = Promise.withResolvers<void>();
    gates.set(label, gate.resolve);
    return ResultAsync.fromSafePromise<void, never>(gate.promise).map(() => {
      told.push(`${label} ends`);
      return label;
    });
  };
  const letGo = async (label: string) => {
    gates.get(label)?.();
    await new Promise((soon) => setImmediate(soon));
  };
  return { told, task, letGo };
}

describe('turns', () => {
  it('of one name come one after the other, in the order they were asked for', async () => {
    const turns = inTurn();
    const { told, task, letGo } = tasks();
    const all = ['a', 'b', 'c'].map((label) => turns('one', task(label)));
    expect(told).toEqual(['a begins']);
    await letGo('a');
    expect(told).toEqual(['a begins', 'a ends', 'b begins']);
    await letGo('b');
    await letGo('c');
    expect((await ResultAsync.combine(all))._unsafeUnwrap()).toEqual(['a', 'b', 'c']);
    expect(told.slice(-2)).toEqual(['c begins', 'c ends']);
  });

  it('of another name do not wait', async () => {
    const turns = inTurn();
    const { told, task, letGo } = tasks();
    const both = [turns('one', task('a')), turns('other', task('b'))];
    expect(told).toEqual(['a begins', 'b begins']);
    await letGo('b');
    await letGo('a');
    expect((await ResultAsync.combine(both))._unsafeUnwrap()).toEqual(['a', 'b']);
  });

  it('are passed on by a task that fails, and by one that throws', async () => {
    const turns = inTurn();
    const failing = turns('one', () => errAsync<string, string>('refused'));
    const throwing = turns('one', (): ResultAsync<string, string> => {
      throw new Error('a defect');
    });
    const last = turns('one', () => okAsync('done'));
    expect((await failing)._unsafeUnwrapErr()).toBe('refused');
    await expect(throwing).rejects.toThrow('a defect');
    expect((await last)._unsafeUnwrap()).toBe('done');
  });

  it('with no task waiting are forgotten, and the next task begins at once', async () => {
    const turns = inTurn();
    const { told, task, letGo } = tasks();
    const first = turns('one', task('a'));
    await letGo('a');
    await first;
    void turns('one', task('b'));
    expect(told).toEqual(['a begins', 'a ends', 'b begins']);
    await letGo('b');
  });
});
