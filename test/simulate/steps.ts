import { AsyncLocalStorage } from 'node:async_hooks';
import { err, errAsync, type Result, ResultAsync } from 'neverthrow';
import type { Draws } from './draws.ts';
import type { EventLoop } from './event-loop.ts';

/** What may happen to one call that a process makes to the outside. */
export const FAULTS = [
  /** The process dies before the call leaves it. */
  'dies before',
  /** The call has its effect; then the process dies. */
  'dies after',
  /** The call never arrives, and the caller hears that it failed. */
  'lost',
  /** The call has its effect, and the caller hears that it failed. */
  'reply lost',
  /** The caller hears that it failed, and the call arrives after that, when leases have run out. */
  'late',
  /** The process stands still before the call for longer than leases last. */
  'slow',
  /** The same after the call had its effect. */
  'slow reply',
  /** The other side refuses before any effect. */
  'refused',
] as const;
export type Fault = (typeof FAULTS)[number];

/** `step` counts the calls of one task from 0. */
export type Hurt = Readonly<{ step: number; fault: Fault }>;

/** One life of a process: what it holds in memory ends with it. */
export type Life = Readonly<{ isOver(): boolean; end(): void }>;

/** A request, or a round of a worker, in one process. */
export type Task = Readonly<{ name: string; life: Life; hurts: readonly Hurt[] }>;

/** What the caller of a port hears: when no reply came, and when it was refused before any effect. */
export type Silence<E> = Readonly<{ lost: E; refused: E }>;

/** Longer than any lease. */
const STALL_MS = 45_000;
const LONGEST_WAY_MS = 12;

export type Steps = Readonly<{
  /** Everything that `work` calls, at once or later, are steps of the task. */
  within<T>(task: Task, work: () => T): T;
  /** A call to the outside: it takes its time, and what the task's hurts say happens to it. Outside of tasks it is made at once. */
  call<T, E>(name: string, run: () => ResultAsync<T, E>, silence: Silence<E>): ResultAsync<T, E>;
}>;

/** `note` gets a line for each step. */
export function stepsOn(loop: EventLoop, draws: Draws, note: (line: string) => void): Steps {
  const current = new AsyncLocalStorage<{ readonly task: Task; taken: number }>();

  return {
    within: (task, work) => current.run({ task, taken: 0 }, work),
    call(name, run, silence) {
      const scope = current.getStore();
      if (scope === undefined) return run();
      const { task } = scope;
      const step = scope.taken++;
      const fault = task.hurts.find((hurt) => hurt.step === step)?.fault;
      return new ResultAsync(happening({ name, run, silence, task, fault }));
    },
  };

  function happening<T, E>({ name, run, silence, task, fault }: Call<T, E>): Promise<Result<T, E>> {
    return new Promise((resolve) => {
      const wayMs = 1 + draws.below(LONGEST_WAY_MS);
      const reply = (result: Result<T, E>) => {
        if (task.life.isOver()) return;
        note(`${task.name}: ${name} ${fault === undefined ? '' : `(${fault}) `}${outcome(result)}`);
        resolve(result);
      };
      const arrive = (then: (result: Result<T, E>) => void) => void run().then(then);
      const die = () => {
        note(`${task.name}: ${name} (${fault})`);
        task.life.end();
      };
      if (task.life.isOver()) return;
      loop.after(fault === 'slow' ? STALL_MS : wayMs, () => {
        // What is on the wire when its process dies arrives, or does not.
        if (task.life.isOver() && draws.chance(0.5)) return;
        switch (fault) {
          case undefined:
          case 'slow':
            return arrive(reply);
          case 'slow reply':
            return arrive((result) => loop.after(STALL_MS, () => reply(result)));
          case 'lost':
            return reply(err(silence.lost));
          case 'refused':
            return reply(err(silence.refused));
          case 'reply lost':
            return arrive(() => reply(err(silence.lost)));
          case 'late':
            loop.after(STALL_MS, () => arrive(() => {}));
            return reply(err(silence.lost));
          case 'dies before':
            return die();
          case 'dies after':
            return arrive(die);
        }
      });
    });
  }
}

type Call<T, E> = Readonly<{
  name: string;
  run: () => ResultAsync<T, E>;
  silence: Silence<E>;
  task: Task;
  fault: Fault | undefined;
}>;

const outcome = (result: Result<unknown, unknown>): string =>
  result.isOk() ? 'ok' : ((result.error as Readonly<{ kind?: string }>).kind ?? 'failed');

/** The same port, each method that answers in time a step. */
export function inSteps<Port extends object>(
  { call }: Steps,
  name: string,
  port: Port,
  silence: Silence<unknown>,
  isOut: () => boolean,
): Port {
  const made = Object.entries(port).map(([method, value]) => {
    if (typeof value !== 'function') return [method, value];
    const step = `${name}.${method}`;
    return [
      method,
      (...given: readonly unknown[]) =>
        call(step, () => (isOut() ? errAsync(silence.refused) : value.apply(port, given)), silence),
    ];
  });
  return Object.fromEntries(made) as Port;
}
