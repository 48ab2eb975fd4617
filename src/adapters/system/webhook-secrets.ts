import { createHmac, randomBytes } from 'node:crypto';
import { SECRET_PREFIX } from '../../domain/webhooks/webhook-signature.ts';
import type { WebhookSecrets } from '../../ports/webhook-secrets.ts';

export const systemWebhookSecrets: WebhookSecrets = {
  hmac: {
    hex: (key, text) => createHmac('sha256', key).update(text).digest('hex'),
    base64: (key, text) => createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64'),
  },
  newSecret: () => `${SECRET_PREFIX}${randomBytes(32).toString('base64')}`,
};
