import { fileURLToPath } from 'node:url';

/** For the many processes that tests start: each would strip the types of the whole source again, half a second of CPU. */
export const COMPILE_CACHE = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/paywright-test', import.meta.url)),
};
