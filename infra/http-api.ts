import { RemovalPolicy } from 'aws-cdk-lib';
import {
  ApiMapping,
  type CfnStage,
  type DomainName,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** One route. `open` ones ask for no token. */
export type Route = Readonly<{ method: HttpMethod; path: string; to: IFunction; open?: boolean }>;

export type HttpApiTerms = Readonly<{
  name: string;
  routes: readonly Route[];
  issuer: string;
  audience: string;
  logKey: IKey;
  domain?: Domain;
}>;

/** A place below a domain of the deployment's own, its root where `path` is absent. */
export type Domain = Readonly<{ name: DomainName; path?: string }>;

/** Requests a second that the API passes on, and a burst above it; the account's own bound is 10 000. */
const THROTTLE = { rateLimit: 1_000, burstLimit: 2_000 };

/**
 * An HTTP API whose tokens are verified at its edge, and by the functions once more. Its access log names request, route, status
 * and time, and nothing of tokens or bodies.
 */
export function httpApi(
  scope: Construct,
  { name, routes, issuer, audience, logKey, domain }: HttpApiTerms,
): HttpApi {
  const api = new HttpApi(scope, 'Api', {
    apiName: name,
    createDefaultStage: false,
    // With a domain of its own there is one address.
    disableExecuteApiEndpoint: domain !== undefined,
  });
  const authorizer = new HttpJwtAuthorizer('Tokens', issuer, { jwtAudience: [audience] });
  const integrations = new Map<IFunction, HttpLambdaIntegration>();
  for (const { method, path, to, open = false } of routes) {
    const known = integrations.get(to);
    const integration =
      known ??
      new HttpLambdaIntegration(`To-${to.node.id}`, to, {
        payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
      });
    integrations.set(to, integration);
    api.addRoutes({
      path,
      methods: [method],
      integration,
      authorizer: open ? new HttpNoneAuthorizer() : authorizer,
    });
  }
  const accessLog = new LogGroup(scope, 'AccessLog', {
    logGroupName: `/paywright/${name}/access`,
    retention: RetentionDays.ONE_YEAR,
    encryptionKey: logKey,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const stage = api.addStage('Live', {
    stageName: '$default',
    autoDeploy: true,
    throttle: THROTTLE,
    detailedMetricsEnabled: true,
  });
  (stage.node.defaultChild as CfnStage).accessLogSettings = {
    destinationArn: accessLog.logGroupArn,
    format: ACCESS_LOG_FORMAT,
  };
  if (domain !== undefined)
    new ApiMapping(scope, 'Mapping', {
      api,
      stage,
      domainName: domain.name,
      ...(domain.path === undefined ? {} : { apiMappingKey: domain.path }),
    });
  return api;
}

const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: '$context.requestId',
  time: '$context.requestTime',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
  authorizerError: '$context.authorizer.error',
});
