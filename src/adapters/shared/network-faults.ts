/** System codes of a connection that could not be made or did not last; they say nothing about what was asked. */
export const NETWORK_FAULTS = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
] as const;
