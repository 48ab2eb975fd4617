import { TOKENS } from '../../composition/tokens.ts';
import { platformFunction } from './function/platform-function.ts';
import { relayFor } from './worker/relay-worker.ts';

/** Relays the platform's events, by schedule and when a stream of the table says that there are new ones. */
export const handler = platformFunction(
  ({ platform, ...telemetry }) =>
    (event, invocation) =>
      relayFor(event, invocation, platform.get(TOKENS.relay), telemetry),
);
