/** There is none where a rule of the console is tried outside of a browser. */
const { location: here } = globalThis as { location?: Readonly<{ pathname: string }> };

/**
 * The merchant that the address names, whom an administrator chose. A document is of one merchant for as long as it stands: another is
 * another document, to which nothing of this one comes along.
 */
export const chosenMerchant = /^\/console\/@([A-Za-z0-9_-]{1,64})(?:\/|$)/.exec(here?.pathname ?? '')?.[1];

/** Where the console of a merchant begins; of none, where the token alone says whose it is. */
export const consoleOf = (merchant: string | undefined): string =>
  merchant === undefined ? '/console' : `/console/@${merchant}`;

/** Where requests of this document begin: the server takes the merchant from there. */
export const API = chosenMerchant === undefined ? '/console/api' : `/console/api/@${chosenMerchant}`;
