import { z } from 'zod';

/** Where commands that ask a server find it, and as whom; servers and workers read neither. */
export const CLIENT_VARIABLES = {
  PAYWRIGHT_URL: z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
      'must be a URL that begins with http:// or https://',
    )
    .optional()
    .describe('the server that payments, events and trigger ask (this configuration’s, on this machine)'),
  PAYWRIGHT_TOKEN: z
    .string()
    .regex(/^[A-Za-z0-9._~+/=-]+$/, 'must be a bearer token')
    .optional()
    .describe('bearer token that they send; in development one is made for a server on this machine'),
};
