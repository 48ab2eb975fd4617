import { randomUUID } from 'node:crypto';
import { countFailedAuthentications } from '../../../application/audit/failed-authentications.ts';
import { TOKENS } from '../../../composition/tokens.ts';
import { present } from '../../../domain/kernel/present.ts';
import { bearerVerifier } from '../../cli/bearer-verifier.ts';
import { PLATFORM } from '../../http/platform-resources.ts';
import { clientAddressBehind } from '../../http/server/client-address.ts';
import { type RouteFilter, serviceApp } from '../../http/server/service-app.ts';
import type { LambdaHandler } from '../function/lambda-function.ts';
import { platformFunction } from '../function/platform-function.ts';
import type { ApiResult } from './api-result.ts';
import { serveApi } from './serve-api.ts';

/** The platform's API behind API Gateway, as far as `serves` goes; refused tokens are counted before the answer leaves. */
export const platformApi = (serves: RouteFilter): LambdaHandler<ApiResult> =>
  platformFunction(({ config, platform, useCases, log, metrics }) => {
    const counted = metrics.counted('processor_notifications', 'processor', 'outcome');
    const failedAuthentications = countFailedAuthentications(platform.get(TOKENS.ports));
    const { authenticate, secretHealth } = bearerVerifier(config);
    const app = serviceApp(
      {
        ...useCases(),
        health: platform.get(TOKENS.openStorage).storage.health,
        ...present({ keysHealth: platform.get(TOKENS.keptKeys).health, secretHealth }),
        notifications: { ...platform.get(TOKENS.notificationReaders), counted },
        noteFailedAuthentication: failedAuthentications.note,
        authenticate,
        metrics,
        log,
        corsOrigins: config.http.corsOrigins,
        clientAddress: clientAddressBehind(config.http.trustedProxies),
        newRequestId: randomUUID,
      },
      PLATFORM,
      serves,
    );
    return async (event) => {
      const result = await serveApi(app, event);
      // What could not be written is kept for the next invocation.
      await failedAuthentications.flush();
      return result;
    };
  });
