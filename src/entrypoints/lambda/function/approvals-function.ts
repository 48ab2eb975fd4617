import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import { composeApprovals, type Service } from '../../../composition/compose-service.ts';
import { APPROVALS_TOKENS } from '../../../composition/tokens.ts';
import { alarmTo, refusalAlarmTo, tellingTo } from '../../cli/telling.ts';
import { environment } from './environment.ts';
import { fitStorage } from './fit-storage.ts';
import { type FunctionConfig, functionSettings } from './function-config.ts';
import { type FunctionTelemetry, functionTelemetry } from './function-telemetry.ts';
import type { Invocation } from './invocation.ts';
import { type LambdaHandler, lambdaFunction } from './lambda-function.ts';
import { segments } from './segments.ts';

/** What the work of a function of approvals has at hand. */
export type ApprovalsOfFunction = FunctionTelemetry &
  Readonly<{
    config: FunctionConfig;
    approvals: Service;
    /** Those of approvals, traced. */
    useCases: () => ApprovalsUseCases;
  }>;

type Work<Result> = (event: unknown, invocation: Invocation) => Promise<Result>;

/** A function of approvals, made as those of the platform are. */
export function approvalsFunction<Result>(
  workOf: (parts: ApprovalsOfFunction) => Work<Result>,
): LambdaHandler<Result> {
  const { logLevel, known, load } = functionSettings(environment);
  const telemetry = functionTelemetry('approvals', logLevel);
  const traced = segments(environment['AWS_XRAY_DAEMON_ADDRESS']);
  const make = (config: FunctionConfig) => {
    const { log } = telemetry;
    const approvals = composeApprovals({
      ...config.approvals,
      ...tellingTo(log),
      payoutAlarm: alarmTo(log),
      refusalAlarm: refusalAlarmTo(log),
      aroundPart: traced.around,
    });
    const useCases = () => traced.aroundUseCases(approvals.get(APPROVALS_TOKENS.useCases));
    const work = workOf({ ...telemetry, config, approvals, useCases });
    return { config, storage: approvals.get(APPROVALS_TOKENS.openStorage), work };
  };
  let made = known === undefined ? undefined : make(known);
  return lambdaFunction({
    telemetry,
    traced,
    open: async () => {
      made ??= make(await load());
      await fitStorage(made.config, made.storage);
      return made.work;
    },
    thaw: () => made?.storage.dropIdle(),
  });
}
