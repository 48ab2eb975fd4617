import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { AroundPart } from '../../../composition/around-part.ts';
import { present } from '../../../domain/kernel/present.ts';
import { segmentSender } from './segment-sender.ts';

/** X-Ray's view of one invocation after the other: subsegments of Lambda's own segment. */
export type Segments = Readonly<{
  /** Begins an invocation's; none is made unless the header says that the trace is sampled and whose part it is. */
  begin(traceHeader: string | undefined): void;
  /** A subsegment for each call of a port that is waited for, below that of the use case that calls. */
  around: AroundPart;
  /** A subsegment for each use case, under its name. */
  aroundUseCases<Cases extends object>(useCases: Cases): Cases;
  /** Sends what has ended since `begin`; what ends later is left out. Never throws. */
  flush(): Promise<void>;
}>;

type Trace = Readonly<{ id: string; parent: string; ended: string[] }> & { begun: number };

/** What tells calls apart in a trace. No argument and no answer is among them: only names, and the kind of a failure. */
type Call = Readonly<{ name: string; namespace?: 'remote'; annotations: Readonly<Record<string, string>> }>;

/** Of one invocation, the first of a worker's: what the kernel keeps of datagrams until the daemon reads them is some 200 kB. */
const MOST_SUBSEGMENTS = 100;

/** Failures in which the other side gave no answer, which X-Ray counts as faults; any other is an answer. */
const FAULT = /(?:Unavailable|OutcomeUnknown)$/;

/** Subsegments as documents of the daemon at `daemonAddress`; without one none are made. */
export function segments(daemonAddress: string | undefined): Segments {
  const sender = segmentSender(daemonAddress);
  const caller = new AsyncLocalStorage<string>();
  let current: Trace | undefined;

  return {
    begin(traceHeader) {
      current = sender === undefined ? undefined : sampledTrace(traceHeader);
    },
    around: (part, name, port) =>
      mapped(port, (method, call) => {
        const traced: Call = {
          name: part,
          namespace: 'remote',
          annotations: { call: `${name}.${method}` },
        };
        return (...args) => watched(traced, () => call(...args));
      }),
    aroundUseCases: (useCases) =>
      mapped(useCases, (name, call) => {
        const traced: Call = { name, annotations: { use_case: name } };
        return (...args) =>
          watched(traced, (id) => (id === undefined ? call(...args) : caller.run(id, () => call(...args))));
      }),
    async flush() {
      const ended = current?.ended ?? [];
      current = undefined;
      await sender?.send(ended);
    },
  };

  function watched(call: Call, ask: (id?: string) => unknown): unknown {
    const trace = current;
    if (trace === undefined || trace.begun >= MOST_SUBSEGMENTS) return ask();
    trace.begun += 1;
    const id = randomBytes(8).toString('hex');
    const parent = caller.getStore();
    const startedAt = Date.now();
    const started = performance.now();
    const end = (outcome: string, isFault: boolean) => {
      const document = {
        trace_id: trace.id,
        id,
        parent_id: parent ?? trace.parent,
        type: 'subsegment',
        name: call.name,
        ...present({ namespace: call.namespace }),
        start_time: startedAt / 1_000,
        end_time: (startedAt + performance.now() - started) / 1_000,
        annotations: { ...call.annotations, outcome },
        ...(isFault ? { fault: true } : {}),
      };
      trace.ended.push(JSON.stringify(document));
    };
    const answer = ask(id);
    // What answers at once asked nothing of a store, and what gives a stream is read long after.
    if (!isPromised(answer)) return answer;
    answer.then(
      (value) => {
        const outcome = outcomeOf(value);
        end(outcome, FAULT.test(outcome));
      },
      () => end('defect', true),
    );
    return answer;
  }
}

/** Nothing for a trace that is not sampled, or of which no part is named. */
function sampledTrace(header = ''): Trace | undefined {
  const {
    Root: id,
    Parent: parent,
    Sampled,
  } = Object.fromEntries(header.split(';').map((field) => field.split('=', 2))) as Readonly<
    Record<string, string | undefined>
  >;
  if (Sampled !== '1' || id === undefined || parent === undefined) return undefined;
  return { id, parent, ended: [], begun: 0 };
}

type Method = (...args: readonly unknown[]) => unknown;

/** The same object with each of its functions in the place of another. */
const mapped = <Port extends object>(port: Port, of: (name: string, call: Method) => Method): Port =>
  Object.fromEntries(
    Object.entries(port).map(([name, value]) => [
      name,
      typeof value === 'function' ? of(name, value as Method) : (value as unknown),
    ]),
  ) as Port;

type Thenable = Readonly<{ then(done: (value: unknown) => void, failed: () => void): unknown }>;

const isPromised = (answer: unknown): answer is Thenable =>
  typeof answer === 'object' && answer !== null && 'then' in answer && typeof answer.then === 'function';

/** `ok`, or the kind of the failure. */
function outcomeOf(value: unknown): string {
  const failure = typeof value === 'object' && value !== null && 'error' in value ? value.error : undefined;
  if (typeof failure !== 'object' || failure === null) return 'ok';
  return 'kind' in failure && typeof failure.kind === 'string' ? failure.kind : 'failed';
}
