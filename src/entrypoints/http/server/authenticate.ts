import { createSecretKey } from 'node:crypto';
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { err, ok, okAsync, Result, ResultAsync } from 'neverthrow';
import { ROLES } from '../../../domain/approvals/approver.ts';
import { parseUuid, type VendorId } from '../../../domain/approvals/ids.ts';
import type { Identity } from '../../../domain/kernel/identity.ts';
import { type MerchantId, parseMerchantId } from '../../../domain/kernel/ids.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { TokenSecrets } from '../../../ports/secrets.ts';
import { claimedIdentities } from './claimed-identities.ts';
import { signingSecrets } from './signing-secrets.ts';
import { verifiedTokens } from './verified-tokens.ts';

export type JwtSettings = Readonly<{
  issuer: string;
  /** A claim that names one person whatever the token, such as an employee's number. */
  personClaim?: string;
}> &
  (SharedSecret | JwksSettings);

/** `kept` says where the secret comes from and changes; the text is then the one of the start. */
type SharedSecret = Readonly<{
  kind: 'hs256';
  secret: string;
  audience: string;
  kept?: Readonly<{ secretArn: string; region: string }>;
}>;

/**
 * One of `audience` and `clientIds` is there. With `clientIds` a token must name one of them as its `client_id`, as Cognito's
 * do, and needs no `aud`; without, the `client_id` of a token without `aud` must be the audience.
 */
type JwksSettings = Readonly<{
  kind: 'jwks';
  url: string;
  audience?: string;
  clientIds?: readonly string[];
}>;

/**
 * Who a token says is asking. `merchantId` is absent for people of no tenant. `identities`, `roles` and `vendorId` are for
 * the approvals service; roles that it does not know are among them.
 */
export type Principal = Readonly<{
  subject: string;
  /** When its token is believed no longer, in milliseconds. */
  expiresAt: number;
  /** Of two tokens with one in common, the person is the same. */
  identities: readonly Identity[];
  merchantId?: MerchantId;
  permissions: ReadonlySet<string>;
  roles: readonly string[];
  vendorId?: VendorId;
}>;

/** No token, or one that must not be believed. It is never said why. */
export type Unauthenticated = Readonly<{ kind: 'Unauthenticated' }>;
/** The signing keys cannot be had, so the token can be neither accepted nor refused. */
export type AuthenticationUnavailable = Readonly<{ kind: 'AuthenticationUnavailable' }>;

/** Judges the value of an `Authorization` header. */
export type Authenticate = (
  authorization: string | undefined,
) => ResultAsync<Principal, Unauthenticated | AuthenticationUnavailable>;

export type VerifierParts = Readonly<{
  /** The secrets of HS256 tokens where they rotate, in place of the one in the settings. */
  secrets?: TokenSecrets;
  /** In milliseconds. */
  now?: () => number;
}>;

/**
 * Bearer tokens (RFC 7519, signed, compact): HS256 under the shared secrets alone, RS256 and ES256 under a JWKS alone, so
 * that no public key can pass for a secret. Keys are fetched at most every 30 s for unknown key ids and 5 s after a
 * failure, and secrets as `TokenSecrets` says, whatever a flood of tokens asks for. A token that was good is believed for 10 s
 * more without its signature being verified again, never beyond its expiry.
 */
export function tokenVerifier(
  settings: JwtSettings,
  { secrets, now = Date.now }: VerifierParts = {},
): Authenticate {
  const algorithms = settings.kind === 'hs256' ? ['HS256'] : ['RS256', 'ES256'];
  const keyFor =
    settings.kind === 'hs256' ? sharedKey(settings.secret, secrets) : remoteKeys(settings.url, now);
  const verified = verifiedTokens<Principal>();
  return (authorization = '') => {
    const known = verified.find(authorization, now());
    if (known !== undefined) return okAsync(known);
    return tokenOf(authorization)
      .andThen((token) => headerOf(token, algorithms).map((header) => ({ token, header })))
      .asyncAndThen(({ token, header }) => keyFor(header, token).andThen((key) => verify(token, key)))
      .andThen((claims) =>
        principalOf(claims, settings, now()).map((principal) => {
          const { expiresAt } = principal;
          verified.keep(authorization, principal, { now: now(), expiresAt });
          return principal;
        }),
      );
  };

  function verify(token: string, key: SigningKey): ResultAsync<JWTPayload, Unauthenticated> {
    const options = {
      algorithms,
      issuer: settings.issuer,
      requiredClaims: ['iss', 'exp', 'sub'],
      clockTolerance: LEEWAY_S,
      currentDate: new Date(now()),
    };
    return ResultAsync.fromThrowable(
      () => jwtVerify(token, key, options),
      () => unauthenticated,
    )().map(({ payload }) => payload);
  }
}

type Header = Readonly<{ alg: string; kid?: string }>;
type SigningKey = Parameters<typeof jwtVerify>[1] & object;
type KeyFor = (
  header: Header,
  token: string,
) => ResultAsync<SigningKey, Unauthenticated | AuthenticationUnavailable>;

const LEEWAY_S = 60;
const LONGEST_TOKEN = 8 * 1024;

const unauthenticated: Unauthenticated = { kind: 'Unauthenticated' };
const refused = err(unauthenticated);

/** Two headers arrive joined by a comma, JSON serialisation has braces and JWE five parts: none of them fits. */
function tokenOf(authorization: string): Result<string, Unauthenticated> {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
  return token === undefined || token.length > LONGEST_TOKEN ? refused : ok(token);
}

/**
 * What the type of an access token is (RFC 9068, section 2.1) or is left at. The same issuer signs tokens for other ends, such
 * as `logout+jwt`, for the same audience (RFC 8725, section 3.11).
 */
const ACCESS_TOKEN = /^(?:application\/)?(?:at\+)?jwt$/i;

const KEYS_OF_ITS_OWN = ['jku', 'jwk', 'x5u', 'x5c', 'crit'];

/** A word, or base64 as Cognito's are, whose slashes stand between no dots: an id is no path. */
const KEY_ID = /^(?:[A-Za-z0-9._=-]{1,128}|[A-Za-z0-9+/]{1,126}={0,2})$/;

/** The protected header, if it names an algorithm of ours and tries nothing else. */
function headerOf(token: string, algorithms: readonly string[]): Result<Header, Unauthenticated> {
  return parseHeader(token).andThen((header) => {
    if (typeof header !== 'object' || header === null) return refused;
    const { alg, kid, typ = 'JWT' } = header as Readonly<Record<string, unknown>>;
    if (typeof alg !== 'string' || !algorithms.includes(alg)) return refused;
    if (typeof typ !== 'string' || !ACCESS_TOKEN.test(typ)) return refused;
    if (KEYS_OF_ITS_OWN.some((name) => Object.hasOwn(header, name))) return refused;
    if (kid === undefined) return ok({ alg });
    return typeof kid === 'string' && KEY_ID.test(kid) ? ok({ alg, kid }) : refused;
  });
}

const parseHeader = Result.fromThrowable(
  (token: string): unknown => JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString()),
  () => unauthenticated,
);

function sharedKey(secret: string, secrets: TokenSecrets | undefined): KeyFor {
  const key = createSecretKey(Buffer.from(secret));
  if (secrets === undefined) return () => okAsync(key);
  const signerOf = signingSecrets(secrets);
  return (_, token) =>
    signerOf(token)
      .mapErr((): AuthenticationUnavailable => ({ kind: 'AuthenticationUnavailable' }))
      .andThen((signer) => (signer === undefined ? refused : ok(signer)));
}

const FETCH_TIMEOUT_MS = 3_000;
const REFETCH_AFTER_MS = 30_000;
const RETRY_AFTER_MS = 5_000;

function remoteKeys(url: string, now: () => number): KeyFor {
  let failedAt = Number.NEGATIVE_INFINITY;
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: REFETCH_AFTER_MS,
    [customFetch]: async (address, options) => {
      if (Math.abs(now() - failedAt) < RETRY_AFTER_MS)
        throw new Error('the keys could not be fetched just now');
      failedAt = now();
      const response = await fetch(address, options);
      const { keys: found } = (await response.clone().json()) as Readonly<{ keys?: unknown }>;
      if (response.status === 200 && Array.isArray(found)) failedAt = Number.NEGATIVE_INFINITY;
      return response;
    },
  });
  return (header) => ResultAsync.fromThrowable(() => keys(header), keyFailure)();
}

/** Only a set of keys that was read and has no such key speaks against the token. */
const keyFailure = (fault: unknown): Unauthenticated | AuthenticationUnavailable =>
  fault instanceof errors.JWKSNoMatchingKey ||
  fault instanceof errors.JWKSMultipleMatchingKeys ||
  fault instanceof errors.JOSENotSupported
    ? unauthenticated
    : { kind: 'AuthenticationUnavailable' };

/** What the signature cannot vouch for: the audience, times ahead, the kind of token, the shape of claims. */
function principalOf(
  claims: JWTPayload,
  settings: JwtSettings,
  now: number,
): Result<Principal, Unauthenticated> {
  const { sub, iat, exp } = claims;
  const merchant = claims['merchant_id'];
  const merchantId = typeof merchant === 'string' ? parseMerchantId(merchant) : undefined;
  const permissions = claims['permissions'] ?? [];
  if (typeof sub !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(sub)) return refused;
  // JSON has numbers that no clock reaches, such as 1e400.
  if (exp === undefined || !Number.isFinite(exp)) return refused;
  if (iat !== undefined && iat * 1_000 > now + LEEWAY_S * 1_000) return refused;
  if (claims['token_use'] !== undefined && claims['token_use'] !== 'access') return refused;
  if (!isFor(claims, settings)) return refused;
  if (merchant !== undefined && merchantId === undefined) return refused;
  if (!isTexts(permissions)) return refused;
  if (merchant !== undefined && saidBy(claims, 'custom:merchant_id').some((other) => other !== merchant))
    return refused;
  return claimedIdentities(sub, claims, settings.personClaim)
    .mapErr(() => unauthenticated)
    .andThen((identities) =>
      rolesOf(claims).andThen((roles) =>
        vendorOf(claims).map((vendorId) => ({
          subject: sub,
          expiresAt: (exp + LEEWAY_S) * 1_000,
          identities,
          permissions: new Set(permissions),
          roles,
          ...present({ merchantId, vendorId }),
        })),
      ),
    );
}

/** What claims of these names say, as far as they are there. */
const saidBy = (claims: JWTPayload, ...names: readonly string[]): readonly unknown[] =>
  names.map((name) => claims[name] ?? undefined).filter((claim) => claim !== undefined);

/** Cognito's access tokens have no `aud`: they name the client they were made for. */
function isFor({ aud, ...claims }: JWTPayload, settings: JwtSettings): boolean {
  const { audience } = settings;
  const clientId = claims['client_id'];
  const clientIds = settings.kind === 'jwks' ? settings.clientIds : undefined;
  if (clientIds !== undefined && !clientIds.some((known) => known === clientId)) return false;
  if (aud === undefined)
    return claims['token_use'] === 'access' && (clientIds !== undefined || clientId === audience);
  if (audience === undefined) return false;
  return typeof aud === 'string' ? aud === audience : isTexts(aud) && aud.includes(audience);
}

/** One vendor, under whichever name. A token that names two contradicts itself. */
function vendorOf(claims: JWTPayload): Result<VendorId | undefined, Unauthenticated> {
  const named = saidBy(claims, 'vendor_id', 'custom:vendor_id');
  const ids = named.map((vendor) => (typeof vendor === 'string' ? parseUuid<VendorId>(vendor) : undefined));
  const [vendorId] = ids;
  return ids.every((id) => id !== undefined && id === vendorId) ? ok(vendorId) : refused;
}

/**
 * A role that is named decides, also for people in groups of more; groups alone can name several. A token whose roles
 * differ, or whose role is none of those that its groups name, contradicts itself.
 */
function rolesOf(claims: JWTPayload): Result<readonly string[], Unauthenticated> {
  const groups = isTexts(claims['cognito:groups']) ? claims['cognito:groups'] : [];
  const named = saidBy(claims, 'role', 'custom:role');
  const [role] = named;
  if (role === undefined) return ok(groups);
  if (named.some((other) => other !== role)) return refused;
  if (typeof role !== 'string') return ok([]);
  const known: readonly string[] = ROLES;
  const isOutside = known.includes(role) && !groups.includes(role);
  return isOutside && groups.some((group) => known.includes(group)) ? refused : ok([role]);
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
