import { environment } from './environment.ts';
import type { FunctionTelemetry } from './function-telemetry.ts';
import { beginInvocation, type Invocation, type LambdaContext } from './invocation.ts';
import type { Segments } from './segments.ts';

/** What Lambda calls: two arguments, as Node 24's runtime refuses handlers of three. */
export type LambdaHandler<Result> = (event: unknown, context: LambdaContext) => Promise<Result>;

export type FunctionParts<Result> = Readonly<{
  telemetry: FunctionTelemetry;
  traced: Pick<Segments, 'begin' | 'flush'>;
  /** Made at the first invocation, and made again at the next one when that failed. */
  open: () => Promise<(event: unknown, invocation: Invocation) => Promise<Result>>;
  /** Lets go of connections that may have ended while the instance was frozen. */
  thaw: () => void;
  now?: () => number;
}>;

/**
 * Longer than this between two invocations, and no connection is believed to be there still: while the process is frozen it
 * hears of none that ends, and what lies between drops idle ones without telling either side, in a VPC after 350 s.
 */
const TRUSTED_MS = 60_000;

/** A function: its log lines, measurements and segments leave before it answers, as it may be frozen with the answer. */
export function lambdaFunction<Result>({
  telemetry,
  traced,
  open,
  thaw,
  now = Date.now,
}: FunctionParts<Result>): LambdaHandler<Result> {
  const { log, metrics } = telemetry;
  let opened: ReturnType<FunctionParts<Result>['open']> | undefined;
  let endedAt = now();

  const handle = async (event: unknown, invocation: Invocation): Promise<Result> => {
    opened ??= open();
    const work = await opened.catch((fault: unknown) => {
      opened = undefined;
      throw fault;
    });
    return work(event, invocation);
  };

  return async (event, context) => {
    const traceHeader = environment['_X_AMZN_TRACE_ID'];
    const invocation = beginInvocation(context, traceHeader);
    traced.begin(traceHeader);
    if (invocation.isCold) metrics.add('cold_starts');
    else if (now() - endedAt > TRUSTED_MS) thaw();
    try {
      return await handle(event, invocation);
    } catch (defect) {
      log.error({ defect }, 'the invocation failed');
      throw defect;
    } finally {
      metrics.flush();
      await traced.flush();
      endedAt = now();
    }
  };
}
