/**
 * Whether a request comes from a page of this very origin, as far as browsers say (Fetch Metadata; RFC 6454). A cookie goes
 * with a request whoever made it, so what carries one is believed only then. Programs, which send neither header, have bearer
 * tokens and the API.
 */
export function isSameOrigin({ headers, url, method }: Pick<Request, 'headers' | 'url' | 'method'>): boolean {
  const site = headers.get('sec-fetch-site');
  const origin = headers.get('origin');
  // A reading that was typed or bookmarked has no site, and nothing that a page of another site could use.
  const isReading = method === 'GET' || method === 'HEAD';
  if (site !== null && site !== 'same-origin' && !(site === 'none' && isReading)) return false;
  // Behind a proxy that ends TLS the scheme is another; the host is not.
  if (origin !== null) return hostOf(origin) === (headers.get('host') ?? new URL(url).host);
  return site !== null || isReading;
}

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined;
