import { randomUUID } from 'node:crypto';
import { notificationReaders } from '../../../composition/processors.ts';
import { bearerVerifier } from '../../cli/bearer-verifier.ts';
import { APPROVALS } from '../../http/approvals/approvals-app.ts';
import { clientAddressBehind } from '../../http/server/client-address.ts';
import { type RouteFilter, serviceApp } from '../../http/server/service-app.ts';
import { approvalsFunction } from '../function/approvals-function.ts';
import type { LambdaHandler } from '../function/lambda-function.ts';
import type { ApiResult } from './api-result.ts';
import { returnedPayoutParts, returnedPayouts } from './returned-payouts.ts';
import { serveApi } from './serve-api.ts';

/**
 * The API of approvals behind an API Gateway of its own, as far as `serves` goes, with and without `/approvals` before its
 * paths, and with the events of a processor that pays vendors. Refused tokens are counted by their metric: the tally of failed authentications is the platform's.
 */
export const approvalsApi = (serves: RouteFilter): LambdaHandler<ApiResult> =>
  approvalsFunction(({ config, useCases, log, metrics }) => {
    const all = useCases();
    const app = serviceApp(
      {
        ...all,
        ...returnedPayoutParts(all, notificationReaders(config.platform.processor), metrics),
        noteFailedAuthentication: () => {},
        authenticate: bearerVerifier(config).authenticate,
        metrics,
        log,
        corsOrigins: config.http.corsOrigins,
        clientAddress: clientAddressBehind(config.http.trustedProxies),
        newRequestId: randomUUID,
      },
      [...APPROVALS, returnedPayouts],
      serves,
    );
    return (event) => serveApi(app, event, '/approvals');
  });
