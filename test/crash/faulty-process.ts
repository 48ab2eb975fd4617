import { err, type Result, ResultAsync } from 'neverthrow';

/** What may happen to one call to the outside world. */
export const FAULTS = [
  /** The process dies before the call leaves it. */
  'crash before',
  /** The call has its effect; then the process dies. */
  'crash after',
  /** The process dies with the call on the wire; it arrives when all other processes are done. */
  'crash in flight',
  /** The call has its effect; its reply does not come. */
  'reply lost',
  /** No reply comes; the call arrives when all other processes are done. */
  'late',
  /** The call arrives twice, and the second reply counts. */
  'repeat',
  /** The whole process stands still before the call, and goes on when all other processes are done. */
  'delay',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Those of which something comes only when it is let go. */
export const LATE_FAULTS: readonly Fault[] = ['crash in flight', 'late', 'delay'];

/** `step` counts the calls of one process from 0. */
export type Planned = Readonly<{ step: number; fault: Fault }>;

/** How far a process came by itself; `rest` ends after `letGo`. */
export type Course<T> =
  | Readonly<{ kind: 'ended'; value: T }>
  | Readonly<{ kind: 'died' }>
  | Readonly<{ kind: 'held'; rest: PromiseLike<T> }>;

/** A process whose calls are numbered steps, and which can be hurt at one of them. */
export type Process = Readonly<{
  /** The names of the steps it took, in their order. */
  taken: readonly string[];
  /** `lost` is the caller's failure when the reply does not come. */
  call<T, E>(name: string, run: () => ResultAsync<T, E>, lost: E): ResultAsync<T, E>;
  follow<T>(work: PromiseLike<T>): Promise<Course<T>>;
  /** Lets what was on the wire arrive, and a standing process go on. */
  letGo(): Promise<void>;
}>;

/** Follows the work of a process as far as it comes by itself, has another finish it, lets what was late arrive, and has it finished again. */
export async function outlived<T>(
  process: Process,
  work: PromiseLike<T>,
  finish: () => Promise<unknown>,
): Promise<void> {
  const course = await process.follow(work);
  await finish();
  const letGo = process.letGo();
  if (course.kind === 'held') await course.rest;
  await letGo;
  await finish();
}

export function aProcess(planned?: Planned): Process {
  const taken: string[] = [];
  const onTheWire: (() => Promise<void>)[] = [];
  const stopped = Promise.withResolvers<'died' | 'held'>();
  const gate = Promise.withResolvers<void>();
  const never = new Promise<never>(() => {});
  let dead = false;
  let standing = false;

  return {
    taken,
    call(name, run, lost) {
      if (dead) return new ResultAsync(never);
      const fault = planned?.step === taken.length ? planned.fault : undefined;
      taken.push(name);
      const reply = standing ? gate.promise.then(run) : withFault(fault, run, lost);
      return new ResultAsync(reply.then((given) => (dead ? never : given)));
    },
    follow: async (work) =>
      Promise.race([
        stopped.promise.then((kind) => (kind === 'died' ? { kind } : { kind, rest: work })),
        Promise.resolve(work).then((value) => ({ kind: 'ended' as const, value })),
      ]),
    async letGo() {
      standing = false;
      gate.resolve();
      for (const run of onTheWire.splice(0)) await run();
    },
  };

  async function withFault<T, E>(
    fault: Fault | undefined,
    run: () => ResultAsync<T, E>,
    lost: E,
  ): Promise<Result<T, E>> {
    switch (fault) {
      case undefined:
        return run();
      case 'crash before':
        return die();
      case 'crash after':
        await run();
        return die();
      case 'crash in flight':
        onTheWire.push(async () => void (await run()));
        return die();
      case 'reply lost':
        await run();
        return err(lost);
      case 'late':
        onTheWire.push(async () => void (await run()));
        return err(lost);
      case 'repeat':
        await run();
        return run();
      case 'delay':
        standing = true;
        stopped.resolve('held');
        await gate.promise;
        return run();
    }
  }

  function die(): Promise<never> {
    dead = true;
    stopped.resolve('died');
    return never;
  }
}
