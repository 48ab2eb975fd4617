import type { UseCases } from '../../../application/use-cases.ts';
import { composePlatform, type Service } from '../../../composition/compose-service.ts';
import { TOKENS } from '../../../composition/tokens.ts';
import { httpEncoders } from '../../http/http-encoders.ts';
import { environment } from './environment.ts';
import { fitStorage } from './fit-storage.ts';
import { type FunctionConfig, functionSettings } from './function-config.ts';
import { type FunctionTelemetry, functionTelemetry } from './function-telemetry.ts';
import type { Invocation } from './invocation.ts';
import { type LambdaHandler, lambdaFunction } from './lambda-function.ts';
import { segments } from './segments.ts';

/** What the work of a platform's function has at hand. */
export type PlatformOfFunction = FunctionTelemetry &
  Readonly<{
    config: FunctionConfig;
    platform: Service;
    /** Those of the platform, traced. */
    useCases: () => UseCases;
  }>;

type Work<Result> = (event: unknown, invocation: Invocation) => Promise<Result>;

/**
 * A function of the platform. What needs no I/O is made while the instance starts, when Lambda gives it a whole processor;
 * the storage is asked at the first invocation. Where secrets have to be read first, all is made at that.
 */
export function platformFunction<Result>(
  workOf: (parts: PlatformOfFunction) => Work<Result>,
): LambdaHandler<Result> {
  const { logLevel, known, load } = functionSettings(environment);
  const telemetry = functionTelemetry('platform', logLevel);
  const traced = segments(environment['AWS_XRAY_DAEMON_ADDRESS']);
  const make = (config: FunctionConfig) => {
    const settings = { ...config.platform, aroundPart: traced.around };
    const platform = composePlatform(settings, httpEncoders);
    const useCases = () => traced.aroundUseCases(platform.get(TOKENS.useCases));
    const work = workOf({ ...telemetry, config, platform, useCases });
    return { config, storage: platform.get(TOKENS.openStorage), work };
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
