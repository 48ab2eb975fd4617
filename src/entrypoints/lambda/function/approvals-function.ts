import { composeApprovals, type Service } from '../../../composition/compose-service.ts';
import { APPROVALS_TOKENS } from '../../../composition/tokens.ts';
import { alarmTo, refusalAlarmTo, tellingTo } from '../../cli/telling.ts';
import { environment } from './environment.ts';
import { fitStorage } from './fit-storage.ts';
import { type FunctionConfig, functionConfig } from './function-config.ts';
import { type FunctionTelemetry, functionTelemetry } from './function-telemetry.ts';
import type { Invocation } from './invocation.ts';
import { type LambdaHandler, lambdaFunction } from './lambda-function.ts';

/** What the work of a function of approvals has at hand. */
export type ApprovalsOfFunction = FunctionTelemetry &
  Readonly<{ config: FunctionConfig; approvals: Service }>;

type Work<Result> = (event: unknown, invocation: Invocation) => Promise<Result>;

/** A function of approvals, made as those of the platform are. */
export function approvalsFunction<Result>(
  workOf: (parts: ApprovalsOfFunction) => Work<Result>,
): LambdaHandler<Result> {
  const config = functionConfig(environment);
  const telemetry = functionTelemetry('approvals', config.logLevel);
  const { log } = telemetry;
  const approvals = composeApprovals({
    ...config.approvals,
    ...tellingTo(log),
    payoutAlarm: alarmTo(log),
    refusalAlarm: refusalAlarmTo(log),
  });
  const storage = approvals.get(APPROVALS_TOKENS.openStorage);
  const work = workOf({ ...telemetry, config, approvals });
  return lambdaFunction({
    telemetry,
    open: async () => {
      await fitStorage(config, storage);
      return work;
    },
    thaw: () => storage.dropIdle(),
  });
}
