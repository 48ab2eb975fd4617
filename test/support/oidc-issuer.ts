import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export type OidcIssuer = Readonly<{
  url: string;
  /** Follows a browser's way from the authorization endpoint through login and consent to where it is sent back. */
  logIn(authorization: string, login: string): Promise<URL>;
  close(): Promise<void>;
}>;

export const CONSOLE_CLIENT = 'console';
export const API = 'https://api.test';

/** A certified OpenID provider with one public client, whose access tokens name the merchant that is called as who logs in. */
export async function oidcIssuer(redirect: string, port = 0): Promise<OidcIssuer> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(url, {
    clients: [
      {
        client_id: CONSOLE_CLIENT,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: [redirect],
      },
    ],
    cookies: { keys: ['of this test'] },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
    extraTokenClaims: (_: unknown, token) => ({
      merchant_id: 'accountId' in token ? token.accountId : undefined,
      permissions: ['payments'],
    }),
    features: {
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: 'api', audience: API, accessTokenFormat: 'jwt' }),
      },
    },
  });
  const serve = provider.callback();
  server.on('request', (request, response) => void serve(request, response));
  return {
    url,
    async logIn(authorization, login) {
      const cookies = new Map<string, string>();
      let at = new URL(authorization);
      let form: URLSearchParams | undefined;
      for (let steps = 0; steps < 12; steps += 1) {
        const response = await fetch(at, {
          redirect: 'manual',
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
          ...(form === undefined ? {} : { method: 'POST', body: form }),
        });
        for (const each of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
          cookies.set(name, value);
        }
        const next = response.headers.get('location');
        form = undefined;
        if (next !== null) {
          at = new URL(next, at);
          if (at.href.startsWith(redirect)) return at;
          continue;
        }
        const page = await response.text();
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
        if (prompt === undefined) throw new Error(`${at.pathname} answered ${response.status}: ${page}`);
        at = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? '', at);
        form = new URLSearchParams({ prompt, login, password: 'any' });
      }
      throw new Error('the login leads nowhere');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
