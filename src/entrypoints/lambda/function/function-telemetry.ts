import type { Logger } from 'pino';
import { jsonLogger } from '../../http/server/logger.ts';
import { type EmfMetrics, emfMetrics } from './emf-metrics.ts';
import { invocationFields } from './invocation.ts';

/** What a function says of itself: log lines, and measurements as lines among them. */
export type FunctionTelemetry = Readonly<{ log: Logger; metrics: EmfMetrics }>;

/** Both go to standard output, each line written before the call returns. */
export function functionTelemetry(service: 'platform' | 'approvals', level: string): FunctionTelemetry {
  const write = (line: string) => void process.stdout.write(line);
  return {
    log: jsonLogger({ level, destination: { write }, beside: invocationFields }),
    metrics: emfMetrics({ dimensions: { service }, write, now: Date.now }),
  };
}
