/** Where the console begins, whatever else is known. */
export const HOME = '/console/';

/** With the state and verifier of a login it fits one cookie. */
const LONGEST = 2_000;
/** Paths of the console that are no page: a login that ended there would begin anew, or read something once more. */
const NO_PAGES: ReadonlySet<string> = new Set(['api', 'assets', 'events', 'login', 'session']);

/**
 * A page of this console as a browser has it in its address, path and search; undefined for every other text. What is taken is
 * already as a browser writes it, so that no browser reads another host or another path from it.
 */
export function consolePage(text: string): string | undefined {
  if (text.length > LONGEST || !/^[\x21-\x7e]+$/.test(text)) return undefined;
  const [path = '', first = ''] = /^\/console\/(?:(@?[\w-]+)(?:\/[\w-]+)*\/?)?(?![^?])/.exec(text) ?? [];
  if (path === '' || NO_PAGES.has(first)) return undefined;
  const { pathname, search } = new URL(text, 'http://console.invalid');
  return pathname === path && pathname + search === text ? text : undefined;
}
