import type { OpenSecretReader } from './load-config.ts';

/** Loads the driver of Secrets Manager. Not for functions: what a bundle loads later is kept in it whole. */
export const secretReader: OpenSecretReader = () => import('../../composition/kept-secrets.ts');
