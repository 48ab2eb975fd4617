/** Text as bytes and back; the core knows neither. */
export interface Utf8 {
  encode(text: string): Uint8Array;
  /** Of all pieces together: a character may stand in two of them. */
  decode(pieces: readonly Uint8Array[]): string;
}
