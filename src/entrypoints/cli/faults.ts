/** What is wrong with one setting. `says` never repeats the value, which may be a secret. */
export type Fault = Readonly<{ name: string; says: string }>;

/** One line, whatever the name holds. */
export const faultLine = ({ name, says }: Fault): string =>
  `paywright: ${name.replace(/[^\x20-\x7e]/g, '?')}: ${says}\n`;
