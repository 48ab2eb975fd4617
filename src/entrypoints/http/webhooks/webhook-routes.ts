import type { UseCases } from '../../../application/use-cases.ts';
import type { TenantHandler } from '../payments/payment-routes.ts';
import { asTenant, type GateParts, withoutQuery } from '../server/authorization.ts';
import type { ServedRoute } from '../server/service-app.ts';
import { getDeliveriesHandler, getDeliveryHandler, postReplayHandler } from './webhook-delivery-routes.ts';
import {
  deleteEndpointHandler,
  getEndpointHandler,
  getEndpointsHandler,
  patchEndpointHandler,
  postEndpointHandler,
  postFailedReplayHandler,
  postSecretRotationHandler,
  postTestEventHandler,
} from './webhook-endpoint-routes.ts';
import {
  deleteEndpoint,
  getDeliveries,
  getDeliveryById,
  getEndpointById,
  getEndpoints,
  patchEndpoint,
  postEndpoint,
  postFailedReplay,
  postReplay,
  postSecretRotation,
  postTestEvent,
} from './webhook-openapi.ts';

/** Everything about webhooks, path by path, for tokens with the permission `webhooks`. */
export function webhookRoutes(parts: GateParts & UseCases): readonly (readonly ServedRoute[])[] {
  const listing = (handler: TenantHandler) => asTenant(parts, 'webhooks', handler);
  const plain = (handler: TenantHandler) => listing(withoutQuery(handler));
  return [
    [
      [postEndpoint, plain(postEndpointHandler(parts))],
      [getEndpoints, plain(getEndpointsHandler(parts))],
    ],
    [
      [getEndpointById, plain(getEndpointHandler(parts))],
      [patchEndpoint, plain(patchEndpointHandler(parts))],
      [deleteEndpoint, plain(deleteEndpointHandler(parts))],
    ],
    [[postSecretRotation, plain(postSecretRotationHandler(parts))]],
    [[postTestEvent, plain(postTestEventHandler(parts))]],
    [[postFailedReplay, plain(postFailedReplayHandler(parts))]],
    [[getDeliveries, listing(getDeliveriesHandler(parts))]],
    [[getDeliveryById, plain(getDeliveryHandler(parts))]],
    [[postReplay, plain(postReplayHandler(parts))]],
  ];
}
