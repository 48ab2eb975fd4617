import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ServiceMetrics } from './measurements.ts';

/** The measurements of one process, in a registry of their own, in the text format of Prometheus. */
export type PlatformMetrics = ServiceMetrics &
  Readonly<{
    /** For measurements that belong to a room of its own: pool use, outbox lag. */
    registry: Registry;
    useCases: Histogram<'use_case' | 'outcome'>;
    processor: Histogram<'call' | 'outcome'>;
    /** What was turned away to stay within limits: see `paywright_http_shed_total`. */
    shed: Counter<'what'>;
    /** Uncaught exceptions and unhandled rejections, by their origin. */
    uncaughtFaults: Counter<'origin' | 'kind'>;
    /** What recovery made of open payments, by `RECOVERY_ENDS`. */
    recovery: Counter<'outcome'>;
    /** What processors sent by themselves, by what became of it. */
    notifications: Counter<'processor' | 'outcome'>;
  }>;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function platformMetrics(): PlatformMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    payments: new Counter({
      name: 'paywright_payments_total',
      help: 'Payments answered for the first time, by status.',
      labelNames: ['status'],
      registers,
    }),
    idempotency: new Counter({
      name: 'paywright_idempotency_total',
      help: 'Idempotency keys used, by what they met.',
      labelNames: ['outcome'],
      registers,
    }),
    modifications: new Counter({
      name: 'paywright_movements_total',
      help: 'Captures, refunds and voids answered for the first time, by type and status.',
      labelNames: ['type', 'status'],
      registers,
    }),
    requests: new Histogram({
      name: 'paywright_http_request_seconds',
      help: 'Time from the head of a request to the head of its response.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers,
    }),
    inFlight: new Gauge({
      name: 'paywright_http_requests_in_flight',
      help: 'Requests that have no response yet.',
      registers,
    }),
    useCases: new Histogram({
      name: 'paywright_use_case_seconds',
      help: 'Time a use case takes, by its outcome.',
      labelNames: ['use_case', 'outcome'],
      buckets: SECONDS,
      registers,
    }),
    processor: new Histogram({
      name: 'paywright_processor_seconds',
      help: 'Time a call of the processor takes, by its outcome.',
      labelNames: ['call', 'outcome'],
      buckets: SECONDS,
      registers,
    }),
    failedAuthentications: new Counter({
      name: 'paywright_failed_authentications_total',
      help: 'Requests without a valid token, by whether the token named a merchant.',
      labelNames: ['claim'],
      registers,
    }),
    shed: new Counter({
      name: 'paywright_http_shed_total',
      help: 'Turned away to stay within limits: too_many_connections, responses left unread, requests overloaded, client_left, stuck.',
      labelNames: ['what'],
      registers,
    }),
    uncaughtFaults: new Counter({
      name: 'paywright_uncaught_faults_total',
      help: 'Uncaught faults, by origin (request, process) and kind (exception, rejection).',
      labelNames: ['origin', 'kind'],
      registers,
    }),
    recovery: new Counter({
      name: 'paywright_recovery_payments_total',
      help: 'Open payments that recovery took up, by what became of them.',
      labelNames: ['outcome'],
      registers,
    }),
    notifications: new Counter({
      name: 'paywright_processor_notifications_total',
      help: 'Notifications of processors, by what became of them: due, busy, settled, queued, repeated, unknown, forged, stale, malformed.',
      labelNames: ['processor', 'outcome'],
      registers,
    }),
  };
}

/** A measurement that is read when it is asked for: one value for each label of `read`. */
export function gaugeOf<Label extends string>(
  { registry }: PlatformMetrics,
  { name, help, label }: Readonly<{ name: string; help: string; label: string }>,
  read: () => Readonly<Record<Label, number>>,
): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect: () => {
      for (const [value, count] of Object.entries<number>(read())) gauge.set({ [label]: value }, count);
    },
  });
}
