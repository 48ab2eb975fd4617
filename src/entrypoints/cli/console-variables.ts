import { z } from 'zod';
import { present } from '../../domain/kernel/present.ts';
import type { LoginProvider } from '../http/console/provider-login.ts';
import type { Fault } from './faults.ts';

/** The prefix `__Host-` of its cookies asks for TLS, or for this machine. */
const consoleUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text && isTrusted(new URL(text)),
    'must be an origin such as https://pay.example, or http on this machine',
  );

/** Variables of how people log in to the console, of which each may be absent. */
export const CONSOLE_VARIABLES = {
  PAYWRIGHT_CONSOLE_CLIENT_ID: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be visible ASCII')
    .optional()
    .describe('client of JWT_ISSUER that logs people in to the console, by code and PKCE (none: by token)'),
  PAYWRIGHT_CONSOLE_URL: consoleUrl
    .optional()
    .describe('where browsers reach the console, for JWT_ISSUER to send them back to (none)'),
  PAYWRIGHT_CONSOLE_SCOPE: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must be scopes, a space between')
    .optional()
    .describe('scopes that the console asks JWT_ISSUER for (openid)'),
  PAYWRIGHT_CONSOLE_RESOURCE: z
    .string()
    .refine((text) => URL.canParse(text), 'must be a URI')
    .optional()
    .describe('`resource` (RFC 8707) that the console asks a token for, where JWT_ISSUER wants one (none)'),
};

type Given = Readonly<{
  [Name in keyof typeof CONSOLE_VARIABLES]?: z.infer<(typeof CONSOLE_VARIABLES)[Name]>;
}> &
  Readonly<{ JWT_JWKS_URL?: string | undefined; JWT_ISSUER?: string | undefined }>;

/** Where people log in, if they do with a provider; of settings in which nothing is at fault. */
export function loginProviderOf(given: Given): LoginProvider | undefined {
  const { PAYWRIGHT_CONSOLE_CLIENT_ID: clientId, PAYWRIGHT_CONSOLE_URL: origin, JWT_ISSUER: issuer } = given;
  if (clientId === undefined || origin === undefined || issuer === undefined) return undefined;
  return {
    issuer,
    clientId,
    origin,
    scope: given.PAYWRIGHT_CONSOLE_SCOPE ?? 'openid',
    ...present({ resource: given.PAYWRIGHT_CONSOLE_RESOURCE }),
  };
}

/** A client without what it needs, and what means nothing without a client. */
export function consoleFaults(given: Given): readonly Fault[] {
  const client = 'PAYWRIGHT_CONSOLE_CLIENT_ID';
  if (given[client] === undefined) {
    const names = Object.keys(CONSOLE_VARIABLES) as readonly (keyof typeof CONSOLE_VARIABLES)[];
    return names
      .filter((name) => given[name] !== undefined)
      .map((name) => ({ name, says: `goes with ${client}` }));
  }
  const needed = ['PAYWRIGHT_CONSOLE_URL', 'JWT_JWKS_URL'] as const;
  const faults = needed
    .filter((name) => given[name] === undefined)
    .map((name): Fault => ({ name, says: `is needed with ${client}` }));
  const issuer = given.JWT_ISSUER;
  if (issuer !== undefined && !(URL.canParse(issuer) && isTrusted(new URL(issuer))))
    faults.push({
      name: 'JWT_ISSUER',
      says: `must be a URL with ${client}, whose configuration is found there`,
    });
  return faults;
}

const isTrusted = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
