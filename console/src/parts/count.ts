const GROUPED = new Intl.NumberFormat('en');

/** `1,234`: how many. */
export const count = (many: number): string => GROUPED.format(many);
