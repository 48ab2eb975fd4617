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

/** A text is its own first part repeated exactly when it stands within its double before its end. */
const isRepetition = (text: string): boolean => {
  const period = `${text}${text}`.indexOf(text, 1);
  return period < text.length && period <= 16;
};
