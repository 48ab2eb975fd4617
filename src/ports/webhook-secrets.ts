import type { WebhookHmac } from '../domain/webhooks/webhook-signature.ts';

/** Makes the secrets that merchants share with us, and signs with them. */
export interface WebhookSecrets {
  readonly hmac: WebhookHmac;
  /** `whsec_` and the base64 of 32 random bytes. */
  newSecret(): string;
}
