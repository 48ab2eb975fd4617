type Adapters = Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;

/** By a name that is no literal: it is there when a function runs, not when it is bundled. */
const FILE: string = './stripe.cjs';

/** The adapters of Stripe, out of the file beside the function's own. */
export function beside(): Adapters {
  try {
    return require(FILE) as Adapters;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw fault;
    throw new Error(
      'this function asks Stripe nothing: take its settings out, with PAYWRIGHT_PROCESSOR=simulator',
      { cause: fault },
    );
  }
}
