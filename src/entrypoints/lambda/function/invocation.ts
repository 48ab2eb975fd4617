import { present } from '../../../domain/kernel/present.ts';

/** What Lambda says of an invocation, as far as it is used. */
export type LambdaContext = Readonly<{
  awsRequestId: string;
  functionName: string;
  getRemainingTimeInMillis(): number;
}>;

/** The invocation under way; an instance has one at a time. */
export type Invocation = Readonly<{
  functionName: string;
  requestId: string;
  /** X-Ray's root, such as `1-5759e988-bd862e3fe1be46a994272793`. */
  traceId?: string;
  /** The gateway's id of the request that is answered, once its event is read. */
  apiRequestId?: string;
  isCold: boolean;
  remainingMs: () => number;
}>;

let current: Invocation | undefined;
let invocations = 0;

/** The next invocation of this instance; `traceHeader` is X-Ray's, as the runtime gives it. */
export function beginInvocation(context: LambdaContext, traceHeader: string | undefined): Invocation {
  const traceId = /(?:^|;)Root=([^;]+)/.exec(traceHeader ?? '')?.[1];
  current = {
    functionName: context.functionName,
    requestId: context.awsRequestId,
    isCold: invocations === 0,
    remainingMs: () => context.getRemainingTimeInMillis(),
    ...present({ traceId }),
  };
  invocations += 1;
  return current;
}

/** Notes the gateway's own id of the request, by which its access log and its support know it. */
export function noteApiRequest(apiRequestId: string | undefined): void {
  if (current !== undefined) current = { ...current, ...present({ apiRequestId }) };
}

/** What every log line of the invocation says. */
export function invocationFields(): object {
  if (current === undefined) return {};
  const { functionName, requestId, traceId, apiRequestId, isCold } = current;
  return {
    function: functionName,
    function_request_id: requestId,
    cold_start: isCold,
    ...present({ api_request_id: apiRequestId, trace_id: traceId }),
  };
}
