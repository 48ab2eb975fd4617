/** Texts that must never be seen where they are looked for, in whatever way they may have been written. */
export const CANARIES = {
  email: 'canary.email.7f3a@example.test',
  name: 'Canary Name 7f3a Quetzal',
  phone: '+44 1632 960 7731',
  token: 'tok_canary_7f3a_token',
  metadata: 'canary-metadata-7f3a-value',
  processorConfig: 'sk_live_canary_7f3a_config',
} as const;

/** Every spelling of a text that a store, a log or an answer could hold it in. */
export function spellingsOf(text: string): readonly string[] {
  const hex = Buffer.from(text).toString('hex');
  return [
    text,
    text.toLowerCase(),
    text.toUpperCase(),
    encodeURIComponent(text),
    encodeURIComponent(text).replaceAll('%20', '+'),
    JSON.stringify(text).slice(1, -1),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((offset) => [base64At(text, offset, 'base64'), base64At(text, offset, 'base64url')]),
  ];
}

/** What base64 makes of the text when `offset` bytes stand before it, without the letters that neighbours change. */
function base64At(text: string, offset: number, encoding: 'base64' | 'base64url'): string {
  const encoded = Buffer.from('\0'.repeat(offset) + text)
    .toString(encoding)
    .replaceAll('=', '');
  const whole = Math.floor((Buffer.byteLength(text) + offset) / 3) * 4;
  return encoded.slice(offset === 0 ? 0 : 4, whole);
}

/** The canaries that a text holds, with the spelling they were found in. */
export const canariesIn = (text: string): readonly string[] =>
  Object.entries(CANARIES).flatMap(([name, canary]) =>
    spellingsOf(canary)
      .filter((spelling) => text.includes(spelling))
      .map((spelling) => `${name} as ${spelling}`),
  );
