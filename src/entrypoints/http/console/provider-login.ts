import { errAsync, ResultAsync } from 'neverthrow';
import * as oauth from 'oauth4webapi';

/** Who logs people in: the issuer of the API's own tokens, by its OpenID configuration. */
export type LoginProvider = Readonly<{
  issuer: string;
  /** A public client: what proves it is PKCE (RFC 7636), and it has no secret. */
  clientId: string;
  /** Where browsers reach the console. */
  origin: string;
  scope: string;
  resource?: string;
}>;

/** What a login that began is finished with, and what the browser keeps of it meanwhile. */
export type BegunLogin = Readonly<{ url: URL; kept: string }>;

/** The provider said no, or what came back does not belong to what was begun. */
export type LoginRefused = Readonly<{ kind: 'LoginRefused'; cause: string }>;
/** The provider cannot be reached, or answers nothing sensible. */
export type ProviderUnavailable = Readonly<{ kind: 'ProviderUnavailable'; cause: string }>;

export type ProviderLogin = Readonly<{
  /** Where the browser is sent; of the configuration, one request the first time. */
  begin(): ResultAsync<BegunLogin, ProviderUnavailable>;
  /** The access token for what the browser came back with; one request. */
  finish(url: URL, kept: string): ResultAsync<string, LoginRefused | ProviderUnavailable>;
}>;

/** Where a provider sends browsers back to. */
export const CALLBACK = '/console/login/callback';

const PATIENCE_MS = 5_000;

/** The authorization code flow of OpenID Connect, with PKCE and a state (RFC 9700, section 2.1). */
export function providerLogin({ issuer, clientId, origin, scope, resource }: LoginProvider): ProviderLogin {
  const client: oauth.Client = { client_id: clientId };
  const redirect = `${origin}${CALLBACK}`;
  const options = () => ({
    signal: AbortSignal.timeout(PATIENCE_MS),
    // Of a provider on this machine alone: settings let no other be without TLS.
    [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
  });
  let found: Promise<oauth.AuthorizationServer> | undefined;

  return { begin, finish };

  function begin(): ResultAsync<BegunLogin, ProviderUnavailable> {
    return asked(async () => {
      const server = await configuration();
      if (server.authorization_endpoint === undefined) throw new Error('it has no authorization endpoint');
      const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
      const url = new URL(server.authorization_endpoint);
      const parameters = {
        client_id: clientId,
        redirect_uri: redirect,
        response_type: 'code',
        scope,
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(resource === undefined ? {} : { resource }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return { url, kept: `${state}.${verifier}` };
    });
  }

  function finish(url: URL, kept: string): ResultAsync<string, LoginRefused | ProviderUnavailable> {
    const [, state, verifier] = /^([\w-]{43})\.([\w-]{43})$/.exec(kept) ?? [];
    if (state === undefined || verifier === undefined)
      return errAsync({ kind: 'LoginRefused', cause: 'no login was begun' });
    return asked(configuration).andThen((server) =>
      ResultAsync.fromThrowable(async () => {
        const parameters = oauth.validateAuthResponse(server, client, url, state);
        const response = await oauth.authorizationCodeGrantRequest(
          server,
          client,
          oauth.None(),
          parameters,
          redirect,
          verifier,
          { ...options(), ...(resource === undefined ? {} : { additionalParameters: { resource } }) },
        );
        if (response.status >= 500) throw new Error(`it answered ${response.status}`);
        return (await oauth.processAuthorizationCodeResponse(server, client, response)).access_token;
      }, failureOf)(),
    );
  }

  /** Asked for once, and again after it could not be had. */
  function configuration(): Promise<oauth.AuthorizationServer> {
    const identifier = new URL(issuer);
    found ??= oauth
      .discoveryRequest(identifier, options())
      .then((response) => oauth.processDiscoveryResponse(identifier, response));
    found.catch(() => {
      found = undefined;
    });
    return found;
  }
}

const asked = <T>(ask: () => Promise<T>): ResultAsync<T, ProviderUnavailable> =>
  ResultAsync.fromThrowable(
    ask,
    (cause): ProviderUnavailable => ({ kind: 'ProviderUnavailable', cause: saidBy(cause) }),
  )();

/** What the provider or the library says of the login; whatever else is of the network. */
const failureOf = (cause: unknown): LoginRefused | ProviderUnavailable => ({
  kind:
    cause instanceof oauth.AuthorizationResponseError ||
    cause instanceof oauth.ResponseBodyError ||
    cause instanceof oauth.OperationProcessingError ||
    cause instanceof oauth.UnsupportedOperationError
      ? 'LoginRefused'
      : 'ProviderUnavailable',
  cause: saidBy(cause),
});

/** For the log: a code of the protocol, or what went wrong on the way; never what a browser brought along. */
const saidBy = (cause: unknown): string => {
  const { error, message } = cause as Readonly<{ error?: unknown; message?: unknown }>;
  return typeof error === 'string' && /^[a-z_]{1,64}$/.test(error) ? error : String(message).slice(0, 200);
};
