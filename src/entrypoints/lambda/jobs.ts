import { platformFunction } from './function/platform-function.ts';
import { workFor } from './worker/jobs-worker.ts';

/** Exports, reconciliations, reports and schedules, by schedule and when a queue says that there are new ones. */
export const handler = platformFunction((parts) => (_, invocation) => workFor(invocation, parts));
