import { composePlatform, type Service } from '../../../composition/compose-service.ts';
import { TOKENS } from '../../../composition/tokens.ts';
import { httpEncoders } from '../../http/http-encoders.ts';
import { environment } from './environment.ts';
import { fitStorage } from './fit-storage.ts';
import { type FunctionConfig, functionConfig } from './function-config.ts';
import { type FunctionTelemetry, functionTelemetry } from './function-telemetry.ts';
import type { Invocation } from './invocation.ts';
import { type LambdaHandler, lambdaFunction } from './lambda-function.ts';

/** What the work of a platform's function has at hand. */
export type PlatformOfFunction = FunctionTelemetry & Readonly<{ config: FunctionConfig; platform: Service }>;

type Work<Result> = (event: unknown, invocation: Invocation) => Promise<Result>;

/**
 * A function of the platform. What asks nobody is made while the instance starts, when Lambda gives it a whole processor;
 * the storage is asked at the first invocation.
 */
export function platformFunction<Result>(
  workOf: (parts: PlatformOfFunction) => Work<Result>,
): LambdaHandler<Result> {
  const config = functionConfig(environment);
  const telemetry = functionTelemetry('platform', config.logLevel);
  const platform = composePlatform(config.platform, httpEncoders);
  const storage = platform.get(TOKENS.openStorage);
  const work = workOf({ ...telemetry, config, platform });
  return lambdaFunction({
    telemetry,
    open: async () => {
      await fitStorage(config, storage);
      return work;
    },
    thaw: () => storage.dropIdle(),
  });
}
