import { present } from '../../../src/domain/kernel/present.ts';

/** What the double answers. `kept`: a repeat under the same idempotency key gets it again. */
export type Reply = Readonly<{
  status: number;
  body: Readonly<Record<string, unknown>>;
  headers?: Readonly<Record<string, string>>;
  kept: boolean;
}>;

/** Facts of Stripe's `error` object; its message is the double's own. */
export type ErrorFacts = Readonly<{
  type?: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  code?: string;
  decline_code?: string;
  param?: string;
  charge?: string;
  advice_code?: string;
  payment_intent?: Readonly<Record<string, unknown>>;
}>;

export const answer = (body: Readonly<Record<string, unknown>>): Reply => ({ status: 200, body, kept: true });

/** Refused once the endpoint had begun, so Stripe keeps the refusal under the key. */
export const refuse = (status: number, message: string, facts: ErrorFacts = {}): Reply => ({
  status,
  body: {
    error: {
      ...present({ type: facts.type ?? 'invalid_request_error', message }),
      ...present(facts),
      ...(facts.code === undefined ? {} : { doc_url: `https://docs.stripe.com/error-codes/${facts.code}` }),
    },
  },
  kept: true,
});

/** Refused before the endpoint began, so nothing is kept under the key. */
export const refuseEarly = (
  status: number,
  message: string,
  facts: ErrorFacts = {},
  headers: Readonly<Record<string, string>> = {},
): Reply => ({ ...refuse(status, message, facts), headers, kept: false });

export const missing = (what: string, id: string, param = 'id'): Reply =>
  refuse(404, `No such ${what}: '${id}'`, { code: 'resource_missing', param });
