import type { ResultAsync } from 'neverthrow';
import type { AttemptError } from '../domain/webhooks/delivery.ts';

/** Why nothing is ever sent to a URL. `address`: it leads, also or only, to where no stranger may be sent. */
export type WebhookUrlRefused = Readonly<{
  kind: 'WebhookUrlRefused';
  reason: 'not_a_url' | 'too_long' | 'scheme' | 'userinfo' | 'fragment' | 'port' | 'address';
}>;

export type WebhookRequest = Readonly<{
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}>;

/** An answer, whatever its status. `excerpt` is printable text of at most 1 KiB. */
export type WebhookResponse = Readonly<{
  status: number;
  retryAfter?: string;
  excerpt: string;
  durationMs: number;
}>;

/** There was no answer. Unless the error says that nothing was sent, the receiver may have got the request. */
export type WebhookUnanswered = Readonly<{
  kind: 'WebhookUnanswered';
  error: AttemptError;
  durationMs: number;
}>;

/** Sends to URLs that strangers chose. Nothing but public addresses is ever connected to, whatever a name says. */
export interface WebhookSender {
  /**
   * The URL in the one spelling it is kept in. A name that leads nowhere now is no reason to refuse: every attempt looks
   * again.
   */
  accepts(url: string): ResultAsync<string, WebhookUrlRefused>;
  /**
   * One POST, without redirects, proxies or a second try that the receiver could notice. Resolves within the sender's
   * timeout. The address that is connected to was resolved and checked for this very call.
   */
  send(request: WebhookRequest): ResultAsync<WebhookResponse, WebhookUnanswered>;
  /** Cuts off whatever is under way; those calls are unanswered, as when their time is over. */
  cutOff(): void;
  /** The same, and nothing may be sent afterwards. */
  close(): void;
}
