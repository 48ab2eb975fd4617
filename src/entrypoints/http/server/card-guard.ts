import { findsPan } from '../../../domain/kernel/pan.ts';
import { namesSecurityCode } from '../../../domain/kernel/security-code.ts';
import type { Fault } from './problem.ts';

type Place = Fault['path'];

/** More say nothing that the first do not. */
const MOST_FAULTS = 100;

const NUMBER = 'looks like a card number';
const SECURITY_CODE = 'is named like the security code of a card';

/**
 * Every place of a value where a card number stands, in names, texts and whole numbers at any depth, or a field that is
 * named like a security code; the first hundred. Reads each text once.
 */
export function cardFaults(value: unknown): readonly Fault[] {
  const faults: Fault[] = [];
  look(value, []);
  return faults;

  function look(at: unknown, path: Place): void {
    if (faults.length >= MOST_FAULTS) return;
    if (typeof at === 'string') check(findsPan(at), path, NUMBER);
    else if (typeof at === 'number') check(Number.isInteger(at) && findsPan(String(at)), path, NUMBER);
    else if (Array.isArray(at)) for (const [index, item] of at.entries()) look(item, [...path, index]);
    else if (typeof at === 'object' && at !== null)
      for (const [name, field] of Object.entries(at)) {
        const place = [...path, name];
        check(namesSecurityCode(name), place, SECURITY_CODE);
        check(findsPan(name), place, NUMBER);
        look(field, place);
      }
  }

  function check(isFault: boolean, path: Place, message: string): void {
    if (isFault) faults.push({ path, message });
  }
}

/** Those of the fields whose name alone is a fault. */
export const securityCodeFaults = (fields: readonly Place[]): readonly Fault[] =>
  fields
    .filter((path) => namesSecurityCode(String(path.at(-1) ?? '')))
    .map((path) => ({ path, message: SECURITY_CODE }));

/** A header that may hold a card number. */
export const headerFaults = (name: string, text: string | undefined): readonly Fault[] =>
  text !== undefined && findsPan(text) ? [{ path: [name], message: NUMBER }] : [];
