import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { consoleApp } from '../../src/entrypoints/http/console/console-app.ts';
import { consoleFiles } from '../../src/entrypoints/http/console/console-files.ts';
import { consoleSessions } from '../../src/entrypoints/http/console/console-sessions.ts';
import { providerLogin } from '../../src/entrypoints/http/console/provider-login.ts';
import { tokenVerifier } from '../../src/entrypoints/http/server/authenticate.ts';
import { clientAddressBehind } from '../../src/entrypoints/http/server/client-address.ts';
import { jsonLogger } from '../../src/entrypoints/http/server/logger.ts';
import { platformMetrics } from '../../src/entrypoints/http/server/metrics.ts';
import { type ListeningServer, serveHttp } from '../../src/entrypoints/http/server/node-server.ts';
import { hasChromium, launchChromium } from '../support/chromium.ts';
import { builtConsole } from '../support/console-build.ts';
import { anHttpApp } from '../support/http-app.ts';
import { API, CONSOLE_CLIENT, type OidcIssuer, oidcIssuer } from '../support/oidc-issuer.ts';

type Served = ReturnType<typeof consoleApp>;

const log = jsonLogger({ level: 'error', destination: { write: () => {} } });
const FAILED = '/payments?status=failed&currency=EUR';

let server: ListeningServer;
let issuer: OidcIssuer;
let browser: Browser;

/** Has the dialogs of the provider answered for a merchant. */
async function passProvider(page: Page, merchant: string): Promise<void> {
  await page.locator('input[name=login]').fill(merchant);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await consent(page);
}

/** All that the provider asks of those whom it knows already. */
const consent = (page: Page) => page.getByRole('button', { name: 'Continue' }).click();

/** A window in which what pages of the provider would load from elsewhere is not looked for. */
async function aWindow(): Promise<Page> {
  const context = await browser.newContext();
  context.setDefaultTimeout(60_000);
  await context.route(
    (url) => url.hostname !== '127.0.0.1',
    (route) => route.abort(),
  );
  return context.newPage();
}

const where = (page: Page) => page.url().replace(`${server.url}/console`, '');
const provider = (page: Page) => page.getByRole('link', { name: 'Log in with your organisation' });

describe.runIf(hasChromium())('a login to the console', () => {
  beforeAll(async () => {
    await builtConsole();
    let app: Served | undefined;
    const early = { fetch: (request: Request, env: object) => app?.fetch(request, env) ?? Response.error() };
    server = await serveHttp(early, { host: '127.0.0.1', port: 0, log });
    issuer = await oidcIssuer(`${server.url}/console/login/callback`);
    const jwks = {
      kind: 'jwks',
      url: `${issuer.url}/jwks`,
      issuer: issuer.url,
      audience: API,
    } as const;
    const authenticate = tokenVerifier(jwks);
    const { app: api, storage } = await anHttpApp({ authenticate });
    const files = consoleFiles(join(import.meta.dirname, '../../console/dist/'));
    app = consoleApp({
      api,
      authenticate,
      ...(files === undefined ? {} : { files }),
      provider: providerLogin({
        issuer: issuer.url,
        clientId: CONSOLE_CLIENT,
        origin: server.url,
        scope: 'openid api',
        resource: API,
      }),
      noteFailedAuthentication: () => {},
      sessions: consoleSessions({ leases: storage.leases, clock: systemClock }),
      codes: { take: () => undefined },
      live: false,
      metrics: platformMetrics(),
      log,
      clientAddress: clientAddressBehind([]),
      newRequestId: () => 'request-1',
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([server?.close(), issuer?.close()]);
  });

  it('with the provider ends at the page that was asked for, its search included', async () => {
    const page = await aWindow();
    await page.goto(`${server.url}/console${FAILED}`);
    await provider(page).click();
    await passProvider(page, 'merchant-1');
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    expect(where(page)).toBe(FAILED);
    // A merchant in the address is kept too, though the token may not act for it.
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.goto(`${server.url}/console/@merchant-2/disputes`);
    await provider(page).click();
    await consent(page);
    await page.getByText('The token is of another merchant').first().waitFor();
    expect(where(page)).toBe('/@merchant-2/disputes');
  });

  it('stays where the reader was when the session ended under an open page', async () => {
    const page = await aWindow();
    await page.goto(`${server.url}/console${FAILED}`);
    await provider(page).click();
    await passProvider(page, 'merchant-2');
    await page.getByRole('link', { name: 'Disputes', exact: true }).click();
    await page.waitForURL('**/console/disputes');
    const other = await page.context().newPage();
    await other.goto(`${server.url}/console/overview`);
    // As when it ran out: no page of this browser is told.
    await other.evaluate(`fetch('/console/session', { method: 'DELETE' })`);
    await other.close();
    await page.getByRole('link', { name: 'Overview', exact: true }).click();
    await provider(page).waitFor();
    expect(where(page)).toBe('/overview');
    await page.goBack();
    await page.waitForURL('**/console/disputes');
    await provider(page).click();
    await consent(page);
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    expect(where(page)).toBe('/disputes');
  });

  it('that the provider refuses ends where people log in, which says so, and logs in from there', async () => {
    const page = await aWindow();
    await page.goto(`${server.url}/console${FAILED}`);
    await provider(page).waitFor();
    await provider(page).click();
    await page.waitForURL(`${issuer.url}/**`);
    // Without the cookie of its beginning it is one that was begun elsewhere.
    await page.context().clearCookies({ name: /paywright-login/ });
    await passProvider(page, 'merchant-1');
    await page.getByText('Your organisation did not log you in').waitFor();
    expect(where(page)).toBe('/');
    await provider(page).click();
    await consent(page);
    await page.getByRole('button', { name: 'Log out' }).waitFor();
  });

  it('by the code of a link keeps the page of the link, also when the code is worth nothing', async () => {
    const page = await aWindow();
    await page.goto(`${server.url}/console${FAILED}#code=none`);
    await page.getByText('This link was used').waitFor();
    expect(where(page)).toBe(FAILED);
    await provider(page).click();
    await passProvider(page, 'merchant-1');
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    expect(where(page)).toBe(FAILED);
  });
});
