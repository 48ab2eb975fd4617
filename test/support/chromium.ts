import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The same engine without what a window needs, for a fraction of the CPU of a start and of a page. */
const SHELL = ['/usr/bin/chromium-headless-shell'];
const WHOLE = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const firstOf = (places: readonly string[]): string | undefined => places.find((path) => existsSync(path));

/** Whether the pages of the console can be looked at here. */
export const hasChromium = (): boolean => firstOf([...SHELL, ...WHOLE]) !== undefined;

/** What a run leaves out here, in a line for its beginning; undefined when that is nothing. */
export const missingChromium = (): string | undefined =>
  hasChromium()
    ? undefined
    : 'NOT TESTED: the pages of the console, and the client in a browser. `npm run emulators`, as root, installs Chromium.';

/** The system's browser, which asks for nothing by itself: what is there of it in `places`, the first before the others. */
function launch(places: readonly string[]): Promise<Browser> {
  const path = firstOf(places);
  if (path === undefined) throw new Error(missingChromium());
  return chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
}

/** For tests, which look at what pages say and where it stands. */
export const launchChromium = (): Promise<Browser> => launch([...SHELL, ...WHOLE]);

/** For what measures or draws: the browser that readers have, where it is there. */
export const launchWholeChromium = (): Promise<Browser> => launch([...WHOLE, ...SHELL]);
