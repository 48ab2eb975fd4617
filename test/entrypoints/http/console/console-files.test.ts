import { describe, expect, it } from 'vitest';
import { consolesOfTests, OWN } from '../../../support/console-app.ts';

const aConsole = consolesOfTests();

describe('the console’s files', () => {
  it('are kept by their hashed names, and every page is the one that the script begins with', async () => {
    const { send } = await aConsole();
    const script = await send('/console/assets/app-1a2b.js');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    for (const path of ['/console/', '/console/payments', '/console/payments/pay_1']) {
      const page = await send(path);
      expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache']);
      expect(await page.text()).toContain('<title>console</title>');
      expect(page.headers.get('content-security-policy')?.split('; ')).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
      ]);
    }
    expect((await send('/console')).headers.get('location')).toBe('/console/');
  });

  it('may ask the store of files where it is another server, its bucket alone, and nothing else', async () => {
    const connects = async (filesAt?: string) => {
      const { send } = await aConsole(filesAt === undefined ? {} : { filesAt });
      const csp = (await send('/console/')).headers.get('content-security-policy') ?? '';
      return csp.split('; ').filter((each) => each.startsWith('connect-src') || /https?:/.test(each));
    };
    expect(await connects()).toEqual(["connect-src 'self'"]);
    const bucket = 'https://files.s3.eu-west-1.amazonaws.com/';
    expect(await connects(bucket)).toEqual([`connect-src 'self' ${bucket}`]);
  });

  it('are those that were built, and nothing beside or above them', async () => {
    const { send } = await aConsole();
    for (const path of [
      '/console/assets/gone.js',
      '/console/secret.map',
      '/console/assets/..%2f..%2fpackage.json',
      '/console/favicon.ico',
    ])
      expect((await send(path)).status).toBe(404);
    expect((await send('/console/payments', { method: 'POST', headers: OWN })).status).toBe(405);
  });

  it('are said to be missing where the console was not built, and sessions work', async () => {
    const { send, loggedIn } = await aConsole({ built: false });
    const page = await send('/console/');
    expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('npm run console')]);
    expect((await send('/console/api/payments', { headers: await loggedIn() })).status).toBe(200);
  });
});
