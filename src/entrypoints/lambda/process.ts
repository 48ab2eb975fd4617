import { platformApi } from './api/platform-api.ts';

/** Every route of the platform that is no GET. */
export const handler = platformApi(({ method }) => method !== 'get');
