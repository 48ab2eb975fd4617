import { TOKENS } from '../../composition/tokens.ts';
import { platformFunction } from './function/platform-function.ts';
import { deliverFor } from './worker/deliveries-worker.ts';

/** Delivers webhooks, by schedule. */
export const handler = platformFunction(
  ({ platform, ...telemetry }) =>
    (_, invocation) =>
      deliverFor(invocation, platform.get(TOKENS.webhookDelivery), telemetry),
);
