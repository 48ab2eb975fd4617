import type { Result, ResultAsync } from 'neverthrow';

/** Counts what happens, by its labels. */
export type Counted<Label extends string> = Readonly<{
  inc(labels: Readonly<Record<Label, string>>, by?: number): void;
}>;

/** Takes values, times in seconds among them, by their labels. */
export type Observed<Label extends string> = Readonly<{
  observe(labels: Readonly<Record<Label, string>>, value: number): void;
}>;

/** What the routes of a service measure, wherever it is read: Prometheus at a server, CloudWatch at a function. */
export type ServiceMetrics = Readonly<{
  /** Answers given for payments, by how the payment stood; the success rate is succeeded + authorized over all. */
  payments: Counted<'status'>;
  /** What keys met: `first`, `replayed`, `in_flight` or `reused`. */
  idempotency: Counted<'outcome'>;
  /** Captures, refunds and voids answered, by how the transaction stood. */
  modifications: Counted<'type' | 'status'>;
  requests: Observed<'method' | 'route' | 'status'>;
  inFlight: Readonly<{ inc(): void; dec(): void }>;
  /** Answers of 401, by what the refused token claimed to be: a `merchant`, which is unproved, or `nobody`. */
  failedAuthentications: Counted<'claim'>;
}>;

/** Counts what an idempotency key met, each time it is used. */
export function countKey(
  { idempotency }: Pick<ServiceMetrics, 'idempotency'>,
  result: Result<Readonly<{ replayed: boolean }>, Readonly<{ kind: string }>>,
): void {
  if (result.isOk()) idempotency.inc({ outcome: result.value.replayed ? 'replayed' : 'first' });
  else if (result.error.kind === 'IdempotencyInFlight') idempotency.inc({ outcome: 'in_flight' });
  else if (result.error.kind === 'IdempotencyKeyReused') idempotency.inc({ outcome: 'reused' });
}

/** The same function, timed: `record` gets the seconds and `ok` or the kind of the failure. */
export const measured =
  <Args extends readonly unknown[], T, E extends Readonly<{ kind: string }>>(
    task: (...args: Args) => ResultAsync<T, E>,
    record: (seconds: number, outcome: string) => void,
  ): ((...args: Args) => ResultAsync<T, E>) =>
  (...args) => {
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1_000;
    return task(...args)
      .map((value) => {
        record(seconds(), 'ok');
        return value;
      })
      .mapErr((failure) => {
        record(seconds(), failure.kind);
        return failure;
      });
  };
