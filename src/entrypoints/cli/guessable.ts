/**
 * True for a secret that was not drawn at random: fewer than 80 bits by the Shannon entropy of its own characters, or made
 * of one short text again and again. 32 random bytes have about 190 of these bits in base64url and 230 in hexadecimal;
 * the estimate is a lower bound for typing, and no proof of strength.
 */
export const isGuessable = (secret: string): boolean =>
  secret.length * bitsPerCharacter(secret) < 80 || isRepetition(secret);

function bitsPerCharacter(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()]
    .map((count) => count / text.length)
    .reduce((bits, share) => bits - share * Math.log2(share), 0);
}

/** Whether the text is one piece of up to 16 characters again and again, the last time perhaps cut short. */
const isRepetition = (text: string): boolean =>
  PERIODS.some((period) => period * 2 <= text.length && text.startsWith(text.slice(period)));

const PERIODS = Array.from({ length: 16 }, (_, index) => index + 1);
