import { SignJWT } from 'jose';
import { present } from '../../domain/kernel/present.ts';
import type { JwtSettings } from '../http/server/authenticate.ts';

/** All a merchant may be allowed; `admin` is for those who manage merchants. */
export const MERCHANT_PERMISSIONS = [
  'payments',
  'refunds',
  'customers',
  'transfers',
  'exports',
  'audit',
  'webhooks',
  'settlements',
  'resolutions',
] as const;

export const PERMISSIONS: readonly string[] = [...MERCHANT_PERMISSIONS, 'admin'];

export type TokenClaims = Readonly<{
  subject: string;
  merchantId?: string;
  role?: string;
  permissions: readonly string[];
  lifetimeSeconds: number;
}>;

/** A bearer token signed with the secret that the server checks it with. */
export function signToken(
  { secret, issuer, audience }: Extract<JwtSettings, { kind: 'hs256' }>,
  { subject, merchantId, role, permissions, lifetimeSeconds }: TokenClaims,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    ...present({ merchant_id: merchantId, role }),
    permissions: [...permissions],
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(subject)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(new TextEncoder().encode(secret));
}
