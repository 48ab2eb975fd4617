import { EXIT, type ExitCode } from './exit-codes.ts';

/** What is wrong with one setting. `says` never repeats the value, which may be a secret. */
export type Fault = Readonly<{
  name: string;
  says: string;
  /** True of what another time mends, with the same settings. */
  isPassing?: boolean;
}>;

/** One line, whatever the name holds. */
export const faultLine = ({ name, says }: Fault): string =>
  `paywright: ${name.replace(/[^\x20-\x7e]/g, '?')}: ${says}\n`;

/** How a command ends that met these. */
export const exitFor = (faults: readonly Fault[]): ExitCode =>
  faults.every(({ isPassing }) => isPassing) ? EXIT.failed : EXIT.configuration;
