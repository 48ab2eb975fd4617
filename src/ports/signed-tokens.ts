/** Tokens that clients carry for us and cannot make, change or use elsewhere. */
export interface SignedTokens {
  /** URL-safe text that only `open` with the same `context` reads. `text` itself is signed, not hidden. */
  seal(text: string, context: string): string;
  /** The sealed text, or undefined for a token that was forged, changed or sealed for another context. */
  open(token: string, context: string): string | undefined;
}
