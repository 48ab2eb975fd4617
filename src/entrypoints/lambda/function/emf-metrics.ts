import type { Counted, Observed, ServiceMetrics } from '../../http/server/measurements.ts';

/** Measurements of one function, as CloudWatch reads them out of its log. */
export type EmfMetrics = ServiceMetrics &
  Readonly<{
    /** 1 of this name, under the dimensions that every line has. */
    add(name: string, value?: number): void;
    /** The same of a time. */
    seconds(name: string, value: number): void;
    counted<Label extends string>(name: string, ...labels: readonly Label[]): Counted<Label>;
    /** Writes what has gathered since the last time: a line for each set of dimensions. */
    flush(): void;
  }>;

export type EmfParts = Readonly<{
  /** Dimensions of every measurement. */
  dimensions: Readonly<Record<string, string>>;
  write: (line: string) => void;
  now: () => number;
}>;

type Unit = 'Count' | 'Seconds';
type Measured = { unit: Unit; values: number[] };
type Group = Readonly<{ dimensions: Readonly<Record<string, string>>; measured: Map<string, Measured> }>;

const NAMESPACE = 'paywright';
/** What CloudWatch takes of one name in a line. */
const MOST_VALUES = 100;

/**
 * The embedded metric format: counts and times gather while an invocation runs and leave as lines of its log, so that
 * nothing is called for them. Every set of dimensions is a metric that costs, so requests are not told apart by route:
 * their log lines are.
 */
export function emfMetrics({ dimensions, write, now }: EmfParts): EmfMetrics {
  let groups = new Map<string, Group>();

  return {
    payments: counted('payments', 'status'),
    idempotency: counted('idempotency_keys', 'outcome'),
    modifications: counted('modifications', 'type', 'status'),
    failedAuthentications: counted('failed_authentications', 'claim'),
    requests: timed('request_seconds'),
    // An instance has one request at a time.
    inFlight: { inc: () => {}, dec: () => {} },
    add: (name, value = 1) => put(name, 'Count', {}, value),
    seconds: (name, value) => put(name, 'Seconds', {}, value),
    counted,
    flush() {
      const gathered = groups;
      groups = new Map();
      for (const group of gathered.values()) write(`${JSON.stringify(lineOf(group))}\n`);
    },
  };

  function counted<Label extends string>(name: string, ..._labels: readonly Label[]): Counted<Label> {
    return { inc: (labels, by = 1) => put(name, 'Count', labels, by) };
  }

  function timed<Label extends string>(name: string): Observed<Label> {
    return { observe: (_, seconds) => put(name, 'Seconds', {}, seconds) };
  }

  function put(name: string, unit: Unit, labels: Readonly<Record<string, string>>, value: number): void {
    const key = JSON.stringify(labels);
    const group = groups.get(key) ?? { dimensions: { ...dimensions, ...labels }, measured: new Map() };
    groups.set(key, group);
    const { values } = group.measured.get(name) ?? { values: [] };
    if (unit === 'Count') values[0] = (values[0] ?? 0) + value;
    else if (values.length < MOST_VALUES) values.push(value);
    group.measured.set(name, { unit, values });
  }

  function lineOf({ dimensions: all, measured }: Group): object {
    const metrics = [...measured].map(([Name, { unit: Unit }]) => ({ Name, Unit }));
    return {
      _aws: {
        Timestamp: now(),
        CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [Object.keys(all)], Metrics: metrics }],
      },
      ...all,
      ...Object.fromEntries(
        [...measured].map(([name, { values }]) => [name, values.length === 1 ? values[0] : values]),
      ),
    };
  }
}
