import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const executable = (): string | undefined => PLACES.find((path) => existsSync(path));

/** Whether the pages of the console can be looked at here. */
export const hasChromium = (): boolean => executable() !== undefined;

/** What a run leaves out here, in a line for its beginning; undefined when that is nothing. */
export const missingChromium = (): string | undefined =>
  hasChromium()
    ? undefined
    : 'NOT TESTED: the pages of the console, and the client in a browser. `npm run emulators`, as root, installs Chromium.';

/** The system's browser, which asks for nothing by itself. */
export function launchChromium(): Promise<Browser> {
  const path = executable();
  if (path === undefined) throw new Error(missingChromium());
  return chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
}
