import type { Logger } from 'pino';
import { present } from '../../domain/kernel/present.ts';
import { currentRequest } from '../http/server/request-scope.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Whose work it was: a request's, or the process's own, which is that of its workers and of its start. */
export type FaultOrigin = 'request' | 'process';

export type ProcessFaults = Readonly<{
  /** Resolves when the process has to end, with the code that it ends with: it was stopped, or had a fault of its own. */
  untilEnd(untilStopped: Promise<void>): Promise<ExitCode>;
  /** Leaves faults to Node again. */
  close(): void;
}>;

/** Longer than a server drains and workers end their rounds. */
const LONGEST_END_MS = 40_000;

/**
 * Takes up uncaught exceptions of callbacks, and rejections of promises that are not awaited. Each is logged and
 * counted. A request's fault is that request's alone, and the process lives on. After one of its own it is not known which of its
 * workers still runs, so it ends in order, as if it was stopped, with exit code 1; at once when that takes too long.
 */
export function watchFaults(
  log: Logger,
  count: (origin: FaultOrigin, kind: string) => void = () => {},
): ProcessFaults {
  const ownFault = Promise.withResolvers<ExitCode>();
  let late: NodeJS.Timeout | undefined;
  const onException = (fault: unknown) => take('exception', fault);
  const onRejection = (fault: unknown) => take('rejection', fault);
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onRejection);
  return {
    untilEnd: (untilStopped) => Promise.race([untilStopped.then(() => EXIT.ok), ownFault.promise]),
    close() {
      process.off('uncaughtException', onException);
      process.off('unhandledRejection', onRejection);
      clearTimeout(late);
    },
  };

  function take(kind: 'exception' | 'rejection', fault: unknown): void {
    const request = currentRequest();
    const origin = request === undefined ? 'process' : 'request';
    try {
      count(origin, kind);
      const facts = { code: `uncaught_${kind}`, ...present({ request_id: request?.id }), defect: fault };
      if (request === undefined) log.fatal(facts, 'a fault of the process: it ends');
      else log.error(facts, 'a fault of a request');
    } finally {
      if (request === undefined) end();
    }
  }

  function end(): void {
    ownFault.resolve(EXIT.failed);
    late ??= setTimeout(() => process.exit(EXIT.failed), LONGEST_END_MS).unref();
  }
}
