/**
 * Receives webhooks in a Lambda function, behind a function URL or an HTTP API (payload format 2.0). `WEBHOOK_SECRETS` holds the endpoint's
 * secret, with commas between while it is rotated.
 */
import { verifyWebhook, type WebhookEvent, WebhookNotGenuine } from 'paywright-client/webhooks';

/** What of a request in that format is looked at; header names are in lower case. */
type HttpRequest = Readonly<{
  headers: Readonly<Record<string, string | undefined>>;
  body?: string;
  isBase64Encoded: boolean;
}>;
type HttpAnswer = Readonly<{ statusCode: number; body?: string }>;

/**
 * What is done with an event, once. A table that takes each id once keeps it so over containers: the same event may be delivered more
 * than once, and an answer that is no 2xx, or later than 10 s, has it delivered again.
 */
async function take({ id, event_type, data }: WebhookEvent): Promise<void> {
  console.log(JSON.stringify({ id, event_type, about: data['id'] }));
}

const taken = new Set<string>();

export const handler = async (request: HttpRequest): Promise<HttpAnswer> => {
  const body = Buffer.from(request.body ?? '', request.isBase64Encoded ? 'base64' : 'utf8');
  const secrets = (process.env['WEBHOOK_SECRETS'] ?? '').split(',');
  try {
    const event = await verifyWebhook({ body, headers: request.headers }, { secrets });
    if (!taken.has(event.id)) await take(event);
    taken.add(event.id);
    return { statusCode: 204 };
  } catch (fault) {
    // Anything else is a fault of this function: Lambda answers 500, and the event comes again.
    if (!(fault instanceof WebhookNotGenuine)) throw fault;
    return { statusCode: 401, body: fault.message };
  }
};
