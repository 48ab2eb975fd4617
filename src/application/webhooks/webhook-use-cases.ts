import { changeEndpoint, removeEndpoint } from './change-endpoint.ts';
import { createEndpoint, type EndpointPorts } from './create-endpoint.ts';
import { listEvents } from './list-events.ts';
import { getDelivery, listDeliveries } from './read-deliveries.ts';
import { getEndpoint, listEndpoints } from './read-endpoints.ts';
import { replayDelivery } from './replay-delivery.ts';
import { replayFailed } from './replay-failed.ts';
import { rotateEndpointSecret } from './rotate-endpoint-secret.ts';
import { sendTestEvent, type TestEventPorts } from './send-test-event.ts';
import { type UpdateEndpoint, updateEndpoint } from './update-endpoint.ts';

export type WebhookPorts = EndpointPorts &
  TestEventPorts &
  Parameters<typeof listDeliveries>[0] &
  Parameters<typeof listEvents>[0];

/** Everything merchants do with their webhook endpoints and what was delivered there. */
export function webhookUseCases(ports: WebhookPorts, move: UpdateEndpoint = updateEndpoint(ports)) {
  const moving = { ...ports, updateEndpoint: move };
  return {
    createEndpoint: createEndpoint(ports),
    changeEndpoint: changeEndpoint(moving),
    rotateEndpointSecret: rotateEndpointSecret(moving),
    removeEndpoint: removeEndpoint(moving),
    getEndpoint: getEndpoint(ports),
    listEndpoints: listEndpoints(ports),
    sendTestEvent: sendTestEvent(ports),
    getDelivery: getDelivery(ports),
    listDeliveries: listDeliveries(ports),
    listEvents: listEvents(ports),
    replayDelivery: replayDelivery(ports),
    replayFailed: replayFailed(ports),
  };
}
