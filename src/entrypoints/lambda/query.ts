import { platformApi } from './api/platform-api.ts';

/** Every GET of the platform, HEAD with it. */
export const handler = platformApi(({ method }) => method === 'get');
