/** Numbers that follow from a seed alone: two of the same seed draw the same for ever. */
export type Draws = Readonly<{
  /** From 0 to less than `bound`, whole. */
  below(bound: number): number;
  chance(probability: number): boolean;
  /** So many hex digits. */
  hex(digits: number): string;
}>;

const TWO_32 = 2 ** 32;

/** SplitMix32: each seed begins elsewhere, neighbours too. */
export function drawsOf(seed: number): Draws {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return {
    below: (bound) => Math.floor((next() / TWO_32) * bound),
    chance: (probability) => next() < probability * TWO_32,
    hex(digits) {
      let text = '';
      while (text.length < digits) text += next().toString(16).padStart(8, '0');
      return text.slice(0, digits);
    },
  };
}
