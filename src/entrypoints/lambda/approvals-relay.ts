import { APPROVALS_TOKENS } from '../../composition/tokens.ts';
import { approvalsFunction } from './function/approvals-function.ts';
import { relayFor } from './worker/relay-worker.ts';

/** Relays the events of approvals to their queue and bus, by schedule and when a stream says that there are new ones. */
export const handler = approvalsFunction(
  ({ approvals, ...telemetry }) =>
    (event, invocation) =>
      relayFor(event, invocation, approvals.get(APPROVALS_TOKENS.relay), telemetry),
);
