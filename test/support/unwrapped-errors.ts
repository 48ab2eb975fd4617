import { inspect } from 'node:util';
import { Err } from 'neverthrow';

/** A test that expects an Ok and gets an Err fails with the Err's words and the place, where neverthrow names neither. */
Err.prototype._unsafeUnwrap = function unwrapped(this: Err<unknown, unknown>): never {
  throw new Error(`an Err was unwrapped: ${inspect(this.error, { depth: 5 })}`, { cause: this.error });
};
