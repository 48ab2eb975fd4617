/**
 * What an embedded server is given of our environment: nothing, for it holds the secrets of the whole system, and a
 * child's environment can be read wherever the child can. Windows starts no program without its own variables.
 */
export const BARE_ENVIRONMENT: Readonly<{ env?: Readonly<Record<string, string>> }> =
  process.platform === 'win32'
    ? {}
    : { env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' } };
