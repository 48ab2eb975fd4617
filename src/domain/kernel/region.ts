declare const kind: unique symbol;

/** Of processes that are cut off together: 1 to 40 lower-case letters, digits and dashes, such as `eu-west-1`. */
export type RegionName = string & { readonly [kind]: 'region' };

export const parseRegionName = (text: string): RegionName | undefined =>
  /^[a-z0-9][a-z0-9-]{0,39}$/.test(text) ? (text as RegionName) : undefined;

/**
 * A region as its store has it. Each time that it is fenced and each time that it is let in again is an epoch of its own; a process is of the
 * epoch in which it began, and writes in no other.
 */
export type Region = Readonly<{ name: RegionName; epoch: number; isFenced: boolean }>;
